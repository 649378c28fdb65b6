"""What a model must know of its data, from the preset alone: nothing is made or fetched for it."""

from __future__ import annotations

from dataclasses import dataclass

from training.preset import Preset
from training.preset import data as datasets
from training.preset.data import InputKind, TargetKind
from training.preset.learning import LabelKind, label_kind
from training.preset.volume import image_size

MNIST_CLASSES = 10


@dataclass(frozen=True, slots=True)
class DataShape:
    """The form of one sample and of its label."""

    inputs: tuple[int, ...]
    """Without the batch dimension."""
    input_kind: InputKind
    target: TargetKind
    labels: LabelKind
    outputs: int
    """Units of the head: classes, channels, or 1."""
    activation: str
    """Of the head, as the loss needs it."""
    table_rows: tuple[int, ...] = ()
    """How many different ids each column of the input holds; for tokens, the vocabulary."""


def data_shape(preset: Preset) -> DataShape:
    """The form of the data a preset trains on.

    Raises:
        TypeError: a function or a script of the user's own makes them.
    """
    data = preset.data
    if isinstance(data, datasets.EntryData | datasets.OwnData):
        raise TypeError("what code of the user's own makes shows when it runs")
    target = data.target
    return DataShape(
        inputs=_inputs(data),
        input_kind=data.inputs,
        target=target,
        labels=label_kind(target, preset.fit.loss),
        outputs=_outputs(data),
        activation=activation_for(target, preset.fit.loss),
        table_rows=_table_rows(data),
    )


def _inputs(data: datasets.ShippedData) -> tuple[int, ...]:
    match data:
        case datasets.TabularBinary() | datasets.TabularRegression() | datasets.TabularClasses():
            return (data.features,)
        case datasets.Sequences():
            return (data.length, data.features)
        case datasets.TopicTokens() | datasets.NextTokens() | datasets.KerasImdb():
            return (data.length,)
        case datasets.IdPairs():
            return (2,)
        case _:
            size = image_size(data) or 0
            return (size, size, getattr(data, "channels", 1))


def _outputs(data: datasets.ShippedData) -> int:
    match data:
        case datasets.KerasMnist():
            return MNIST_CLASSES
        case datasets.NextTokens():
            return data.vocabulary
        case datasets.NoisyImages():
            return data.channels
        case _:
            return int(getattr(data, "classes", 1))


def activation_for(target: TargetKind, loss: str | None) -> str:
    """The activation of the last layer."""
    match target:
        case "class" | "next-token":
            return "softmax"
        case "binary" | "mask":
            # The hinge losses want an answer between -1 and 1.
            return "tanh" if loss in ("hinge", "squared_hinge") else "sigmoid"
        case _:
            return "linear"


def _table_rows(data: datasets.ShippedData) -> tuple[int, ...]:
    match data:
        case datasets.TopicTokens() | datasets.NextTokens() | datasets.KerasImdb():
            return (data.vocabulary,)
        case datasets.IdPairs():
            return (data.users, data.items)
        case _:
            return ()
