"""What one `fit` of a script is: which model, how large its batches, how many samples."""

from typing import Any, Dict, Mapping, Optional, Sequence

KERAS_BATCH_SIZE = 32
"""What `fit` takes for arrays where no batch size is named."""


class FitFacts:
    """Of one fit, as far as it can be told without touching its data; None is not known."""

    def __init__(
        self,
        number: int = 0,
        model: str = "",
        batch_size: Optional[int] = None,
        samples: Optional[int] = None,
        initial_epoch: int = 0,
        parameters: Optional[int] = None,
        device: str = "",
    ) -> None:
        """`number` counts a script's fits from 1; 0 is a loop of its own."""
        self.number = number
        self.model = model
        self.batch_size = batch_size
        self.samples = samples
        self.initial_epoch = initial_epoch
        self.parameters = parameters
        self.device = device
        self.epochs: Optional[int] = None
        """The number of the last one, as Keras counts them."""

    def record(self) -> Dict[str, Any]:
        """Fields of the record that tells of it."""
        return {
            "fit": self.number or None,
            "model": self.model or None,
            "parameters": self.parameters or 0,
            "parameter_bytes": 0,
            "batch_size": self.batch_size or 0,
            "train_samples": self.samples,
            "device": self.device,
        }


def facts_of_fit(
    number: int, model: Any, arguments: Sequence[Any], named: Mapping[str, Any], device: str
) -> FitFacts:
    """What can be told of `model.fit(*arguments, **named)` before it begins."""
    facts = FitFacts(number, _name(model), device=device, parameters=_parameters(model))
    x = arguments[0] if arguments else named.get("x")
    asked = arguments[2] if len(arguments) > 2 else named.get("batch_size")
    facts.initial_epoch = whole(named.get("initial_epoch")) or 0
    rows = _rows(x)
    if rows is not None:
        facts.batch_size = whole(asked) or KERAS_BATCH_SIZE
        facts.samples = rows
        split = named.get("validation_split")
        if isinstance(split, float) and 0 < split < 1 and named.get("validation_data") is None:
            facts.samples = int(rows * (1.0 - split))  # rounded as Keras does
    else:
        facts.batch_size = _batch_of_dataset(x)
    return facts


def _name(model: Any) -> str:
    """The model's own name, of whatever class it is."""
    name = getattr(model, "name", None)
    return str(name)[:80] if name else type(model).__name__[:80]


def _parameters(model: Any) -> Optional[int]:
    try:
        return int(model.count_params())
    except Exception:
        return None  # it is built by its first batch


def _rows(x: Any) -> Optional[int]:
    """How many samples an array, or arrays of several inputs, have; None of what is no array."""
    first = _first_of(x)
    shape = getattr(first, "shape", None)
    if shape is None or not hasattr(first, "dtype") or hasattr(first, "element_spec"):
        return None
    try:
        return whole(shape[0])
    except Exception:
        return None


def _batch_of_dataset(x: Any) -> Optional[int]:
    """The size of a `tf.data` data set's batches, where it is fixed."""
    spec = _first_of(getattr(x, "element_spec", None))
    try:
        return whole(spec.shape[0])
    except Exception:
        return None


def _first_of(value: Any) -> Any:
    """The first of what is nested in lists and tables."""
    for _ in range(8):
        if isinstance(value, Mapping) and value:
            value = next(iter(value.values()))
        elif isinstance(value, (list, tuple)) and value:
            value = value[0]
        else:
            break
    return value


def whole(value: Any) -> Optional[int]:
    """A whole number above 0, of whatever type; None of anything else."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        whole = int(value)
    except Exception:
        return None
    return whole if whole > 0 else None
