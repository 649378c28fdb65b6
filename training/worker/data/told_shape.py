"""What a shipped model must know of data that a function of the user's own returns, as far as their shapes tell."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras

from training.preset import Preset
from training.preset.data import InputKind, TargetKind
from training.preset.fits import tag
from training.preset.learning import LOSSES_FOR, label_kind
from training.worker.data.batches import Batches
from training.worker.data.data_shape import DataShape, activation_for
from training.worker.data.errors import DataError

_PIXEL_TARGETS: tuple[TargetKind, ...] = ("mask", "image")
_OWN_MODEL = "name a model of your own, as [model] entry"


@dataclass(frozen=True, slots=True)
class _Sample:
    """One sample or label: its shape without the batch, and the highest number where whole arrays are there."""

    shape: tuple[int, ...]
    is_whole_number: bool
    highest: int | None


def told_shape(preset: Preset, train: Any, validation: Any) -> DataShape:
    """The form of the data for the preset's model.

    Args:
        preset: whose model and loss say what the data are for.
        train: arrays, `(x, y)` and maybe weights behind them, or batches.
        validation: the same, or None; its class numbers count as well.

    Raises:
        DataError: the shapes do not tell, or are none that the model takes.
    """
    x, y = _sample(train, validation, 0), _sample(train, validation, 1)
    model = tag(preset.model)
    if x is None or y is None:
        raise _refusal(f"model.name {model!r} takes one input and one label", _OWN_MODEL)
    # Some losses train both: then numbers with a fraction are measured, and whole ones say yes or no.
    unlikely: Sequence[TargetKind] = ("real", "image") if y.is_whole_number else ("binary", "mask")
    for kind, target in sorted(preset.model.tasks, key=lambda task: task[1] in unlikely):
        if kind in _input_kinds(x) and _is_target(target, x, y, preset.fit.loss):
            return DataShape(
                inputs=x.shape,
                input_kind=kind,
                target=target,
                labels=label_kind(target, preset.fit.loss),
                outputs=_outputs(target, x, y),
                activation=activation_for(target, preset.fit.loss),
                table_rows=_table_rows(kind, x),
            )
    raise _refusal(
        f"model.name {model!r} cannot train on inputs of shape {x.shape} and labels of shape {y.shape} under "
        f"fit.loss {preset.fit.loss!r}",
        f"take another model or loss, or {_OWN_MODEL}",
    )


def _input_kinds(x: _Sample) -> Iterator[InputKind]:
    match x.shape:
        case (_,) if x.is_whole_number:
            yield from ("tokens", "numbers")
        case (_,):
            yield "numbers"
        case (_, _):
            yield "sequence"
        case (_, _, _):
            yield "image"


def _is_target(target: TargetKind, x: _Sample, y: _Sample, loss: str | None) -> bool:
    if loss not in LOSSES_FOR[target]:
        return False
    if target in _PIXEL_TARGETS:
        return len(x.shape) == 3 and y.shape in (x.shape[:2], (*x.shape[:2], 1), x.shape)
    if target == "next-token":
        return y.shape == x.shape
    if label_kind(target, loss) == "one-hot":
        return len(y.shape) == 1 and y.shape[0] > 1
    return math.prod(y.shape) == 1


def _outputs(target: TargetKind, x: _Sample, y: _Sample) -> int:
    if target in _PIXEL_TARGETS:
        return y.shape[2] if len(y.shape) == 3 else 1
    if target in ("binary", "real"):
        return 1
    if len(y.shape) == 1 and y.shape[0] > 1 and target == "class":
        return y.shape[0]
    if y.highest is None:
        raise _refusal(
            "how many classes there are does not show in the shapes of batches",
            f"return arrays or one-hot labels, or {_OWN_MODEL}",
        )
    return 1 + max(y.highest, (x.highest or 0) if target == "next-token" else 0)


def _table_rows(kind: InputKind, x: _Sample) -> tuple[int, ...]:
    if kind != "tokens":
        return ()
    if x.highest is None:
        raise _refusal(
            "how many words there are does not show in the shapes of batches",
            f"return arrays, or {_OWN_MODEL}",
        )
    return (1 + x.highest,)


def _sample(train: Any, validation: Any, part: int) -> _Sample | None:
    """Of the inputs (part 0) or the labels (part 1); None where they are several."""
    if isinstance(train, Batches):
        batch = keras.utils.unpack_x_y_sample_weight(train.first[0])
        found = [] if batch[part] is None else keras.tree.flatten(batch[part])
        if len(found) != 1:
            return None
        return _Sample(tuple(found[0].shape)[1:], _is_whole(found[0].dtype), None)
    arrays = [keras.tree.flatten(one[part]) for one in (train, validation) if isinstance(one, tuple)]
    if any(len(one) != 1 for one in arrays):
        return None
    array = arrays[0][0]
    is_whole = _is_whole(array.dtype)
    highest = max((int(one[0].max()) for one in arrays), default=0) if is_whole else None
    return _Sample(array.shape[1:], is_whole, highest)


def _is_whole(dtype: Any) -> bool:
    """Of NumPy's and of a framework's, which call them alike."""
    return str(getattr(dtype, "name", dtype)).startswith(("int", "uint", "bool"))


def _refusal(message: str, hint: str) -> DataError:
    return DataError("bad-data", message, hint)
