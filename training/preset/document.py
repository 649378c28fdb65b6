"""A preset as typed data: model, data, fit, device, checkpoint.

What stands under a key is what `presets new` and docs/presets.md say of it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from training.preset.backend import DEFAULT_BACKEND, Backend
from training.preset.data import DataSpec
from training.preset.model import ModelSpec
from training.preset.script import ScriptSpec

TITLE_CHARACTERS = 80
TEXT_CHARACTERS = 2000
Text = Annotated[str, Meta(max_length=TEXT_CHARACTERS)]
MemoryMiB = Annotated[int, Meta(ge=64, le=1_048_576)]
Precision = Literal["float32", "mixed_float16", "mixed_bfloat16", "float64"]


class FitSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """How the model is trained."""

    loss: str | None = None
    """What the training makes small."""
    epochs: Annotated[int, Meta(ge=1, le=1_000_000)] = 10
    """How often the training goes through its samples."""
    steps: Annotated[int, Meta(ge=1, le=1_000_000_000)] | None = None
    """Steps to train in place of whole epochs; may end inside one."""
    batch_size: Annotated[int, Meta(ge=1, le=1_048_576)] = 32
    """Samples in each step."""
    backend: Backend = DEFAULT_BACKEND
    """What Keras computes with."""
    metrics: tuple[str, ...] = ()
    """What is measured beside the loss."""
    optimizer: str = "adam"
    """How a step changes the weights."""
    learning_rate: Annotated[float, Meta(gt=0, le=100)] = 0.001
    """How far a step changes the weights."""
    validation_split: Annotated[float, Meta(ge=0, lt=1)] = 0.0
    """Share of the samples that is not trained on, but judged after each epoch."""
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 1
    """What made-up data, first weights and the order of samples are drawn from."""
    on_nan: Literal["stop", "continue"] = "stop"
    """What to do once the loss is no number."""


class DeviceSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """How the training uses its device."""

    memory: MemoryMiB | Literal["growth"] = "growth"
    """Memory on a GPU: growing as it is needed, or a hard cap in MiB."""
    precision: Precision = "float32"
    """Numbers that layers compute in; the mixed ones keep their weights in float32."""
    xla: bool | Literal["auto"] = "auto"
    """Whether XLA compiles the step; "auto" leaves that to Keras."""


class CheckpointSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """How often a checkpoint is written; they never take more than one percent of the training time."""

    every_s: Annotated[float, Meta(ge=1, le=86_400)] = 30.0
    """Least time between two checkpoints, in seconds."""
    keep: Annotated[int, Meta(ge=1, le=100)] = 2
    """How many of the newest are kept."""


class Preset(Struct, frozen=True, forbid_unknown_fields=True):
    """One model's training; with a `script` that is the script's own, and model and data are placeholders."""

    title: Annotated[str, Meta(min_length=1, max_length=TITLE_CHARACTERS)]
    """What lists call it."""
    model: ModelSpec
    """The architecture and its sizes."""
    data: DataSpec
    """What it is trained on."""
    fit: FitSpec = FitSpec()
    """How it is trained."""
    description: Text = ""
    """What it trains, in a sentence or two."""
    stresses: Text = ""
    """What of a device it keeps busy."""
    origin: Text = ""
    """What the preset was made from; written by `presets new` and by `w` on the pick screen."""
    device: DeviceSpec = DeviceSpec()
    """How it uses its device."""
    checkpoint: CheckpointSpec = CheckpointSpec()
    """How often it is saved on the way."""
    script: ScriptSpec | None = None
    """A training that a script of the user's own does; model and data are then placeholders."""

    @property
    def known_backend(self) -> Backend | None:
        """What trains it, of what is installed beside dualtrain; None where a script has it elsewhere, or chooses."""
        if self.script is None:
            return self.fit.backend
        return None if self.script.python is not None else self.script.backend


PROSE: tuple[str, ...] = ("title", "description", "stresses", "origin")
"""The keys that are for people: they change nothing of what is trained."""
