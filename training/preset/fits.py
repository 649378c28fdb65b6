"""What single keys cannot show: names Keras knows, and whether model, data and loss can train together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from training.preset import data as datasets
from training.preset import model as models
from training.preset.document import Preset
from training.preset.errors import Problem, listed, nearest, quoted
from training.preset.learning import LOSSES_FOR, metrics_for
from training.preset.names import LOSSES, METRICS, OPTIMIZERS
from training.preset.volume import MAX_DATA_BYTES, data_bytes, image_size

_SMALLEST_APPLICATION_IMAGE = 32


def misfits(preset: Preset) -> Iterator[Problem]:
    """Everything in a preset, sound key by key, that still could not train.

    What a function of the user's own makes is not known here: whatever it would have to fit is left to the worker.
    """
    fit, model, data = preset.fit, preset.model, preset.data
    if fit.loss is not None:
        yield from _name("fit.loss", fit.loss, LOSSES)
    yield from _name("fit.optimizer", fit.optimizer, OPTIMIZERS)
    for index, metric in enumerate(fit.metrics):
        yield from _name(f"fit.metrics[{index}]", metric, METRICS)
        if metric in fit.metrics[:index]:
            yield Problem(f"fit.metrics[{index}]", f"{quoted(metric)} twice", "each metric once")
    if not isinstance(model, models.EntryModel | models.OwnModel):
        yield from _loss_is_there(preset)
        if not isinstance(data, datasets.EntryData | datasets.OwnData):
            yield from _model_and_data(model, data)
            yield from _loss_and_metrics(preset, data)
        yield from _model_sizes(preset)
    if not isinstance(data, datasets.EntryData | datasets.OwnData):
        yield from _data_sizes(data)
        yield from _split(fit.validation_split, data)
    yield from _compiler(preset)


def tag(spec: models.ModelSpec | datasets.DataSpec) -> str:
    """The name a preset gives this architecture or data set."""
    return str(spec.__struct_config__.tag)


def _name(key: str, name: str, known: tuple[str, ...]) -> Iterator[Problem]:
    if name not in known:
        yield Problem(key, quoted(name), listed(known), nearest(name, known))


def _loss_is_there(preset: Preset) -> Iterator[Problem]:
    if preset.fit.loss is None:
        data = preset.data
        names = LOSSES if isinstance(data, datasets.EntryData | datasets.OwnData) else LOSSES_FOR[data.target]
        yield Problem("fit.loss", "nothing (it is required)", f"text, one of {listed(names)}")


def _model_and_data(model: models.ShippedModel, data: datasets.ShippedData) -> Iterator[Problem]:
    task = (data.inputs, data.target)
    if task not in model.tasks:
        fitting = [
            str(one.__struct_config__.tag) for one in get_args(models.ShippedModel) if task in one.tasks
        ]
        yield Problem(
            "model.name",
            f"{quoted(tag(model))}, which cannot train on data.name {quoted(tag(data))}",
            f"{listed(fitting)} for this data",
        )


def _loss_and_metrics(preset: Preset, spec: datasets.ShippedData) -> Iterator[Problem]:
    target, loss, data = spec.target, preset.fit.loss, quoted(tag(spec))
    if loss is None:
        return
    if loss not in LOSSES_FOR[target]:
        yield Problem(
            "fit.loss",
            f"{quoted(loss)}, which cannot train on data.name {data} ({TARGET_WORDS[target]})",
            f"{listed(LOSSES_FOR[target])} for this data",
        )
    fitting = metrics_for(target, loss)
    for index, metric in enumerate(preset.fit.metrics):
        if metric not in fitting:
            yield Problem(
                f"fit.metrics[{index}]",
                f"{quoted(metric)}, which cannot judge data.name {data} under fit.loss {quoted(loss)}",
                f"{listed(fitting)} for these",
            )
        elif (
            "top_k" in metric and preset.device.precision == "float64" and preset.fit.backend == "tensorflow"
        ):
            yield Problem(
                f"fit.metrics[{index}]",
                f'{quoted(metric)} with device.precision "float64", which TensorFlow cannot rank in',
                "another metric or precision",
            )


TARGET_WORDS: dict[datasets.TargetKind, str] = {
    "binary": "its labels are 0 or 1",
    "real": "its targets are real numbers",
    "class": "its labels are class numbers",
    "image": "its targets are images",
    "mask": "its labels are 0 or 1 for every pixel",
    "next-token": "its labels are token numbers",
}
"""What is to be predicted, as it is told to people."""


def _model_sizes(preset: Preset) -> Iterator[Problem]:
    size = image_size(preset.data)
    match preset.model:
        case models.Transformer(width=width, heads=heads) if width % heads:
            yield Problem("model.heads", str(heads), f"a divisor of model.width = {width}")
        case models.Resnet() | models.Mobilenet() if size and size < _SMALLEST_APPLICATION_IMAGE:
            yield Problem(
                "data.size" if not isinstance(preset.data, datasets.KerasMnist) else "data.name",
                f"images of {size} x {size}",
                f"at least {_SMALLEST_APPLICATION_IMAGE} for model.name {quoted(tag(preset.model))}",
            )
        case models.Cnn(filters=filters) if size and size < 2 ** len(filters):
            yield Problem(
                "model.filters",
                f"{len(filters)} blocks, each halving an image of {size}",
                f"up to {size.bit_length() - 1} blocks",
            )
        case models.Autoencoder(filters=filters) if size and size % 2 ** len(filters):
            yield from _not_halved("model.filters", len(filters), size)
        case models.Unet(levels=levels) if size and size % 2**levels:
            yield from _not_halved("model.levels", levels, size)


def _data_sizes(data: datasets.ShippedData) -> Iterator[Problem]:
    match data:
        case datasets.TopicTokens(classes=classes, vocabulary=vocabulary) if classes > vocabulary // 2:
            yield Problem(
                "data.classes",
                f"{classes} topics over data.vocabulary = {vocabulary}",
                f"up to {vocabulary // 2}, so that each topic has words of its own",
            )
    size_bytes = data_bytes(data) or 0
    if size_bytes > MAX_DATA_BYTES:
        yield Problem(
            "data.samples",
            f"{data.samples}, which with the other sizes of data makes {size_bytes / 2**30:.0f} GiB",
            f"sizes of data that make at most {MAX_DATA_BYTES // 2**30} GiB together",
        )


def _not_halved(key: str, halvings: int, size: int) -> Iterator[Problem]:
    most = (size & -size).bit_length() - 1
    allowed = f"up to {most}, as often as data.size can be halved evenly" if most else "an even data.size"
    yield Problem(key, f"{halvings} halvings of data.size = {size}", allowed)


def _split(split: float, data: datasets.ShippedData) -> Iterator[Problem]:
    samples = data.samples
    if split and not 1 <= validation_count(samples, split) < samples:
        yield Problem(
            "fit.validation_split",
            f"{split!r}, which leaves one side of {samples} samples empty",
            "0, or a share that leaves at least one sample to train on and one to validate on",
        )


def _compiler(preset: Preset) -> Iterator[Problem]:
    if preset.fit.backend == "torch" and preset.device.xla is True:
        yield Problem("device.xla", 'true with fit.backend "torch", which has no XLA', '"auto" or false')


def validation_count(samples: int, split: float) -> int:
    """How many samples are held back for validation."""
    return round(samples * split)
