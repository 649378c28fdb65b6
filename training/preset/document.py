"""A preset as typed data: model, data, fit, device, checkpoint."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from training.preset.data import DataSpec
from training.preset.model import ModelSpec
from training.preset.script import ScriptSpec

TITLE_CHARACTERS = 80
TEXT_CHARACTERS = 2000
Text = Annotated[str, Meta(max_length=TEXT_CHARACTERS)]
MemoryMiB = Annotated[int, Meta(ge=64, le=1_048_576)]
Precision = Literal["float32", "mixed_float16", "mixed_bfloat16", "float64"]


class FitSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """How the model is trained. `steps`, where given, ends the training inside an epoch."""

    loss: str
    epochs: Annotated[int, Meta(ge=1, le=1_000_000)] = 10
    steps: Annotated[int, Meta(ge=1, le=1_000_000_000)] | None = None
    batch_size: Annotated[int, Meta(ge=1, le=1_048_576)] = 32
    backend: Literal["tensorflow"] = "tensorflow"
    metrics: tuple[str, ...] = ()
    optimizer: str = "adam"
    learning_rate: Annotated[float, Meta(gt=0, le=100)] = 0.001
    validation_split: Annotated[float, Meta(ge=0, lt=1)] = 0.0
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 1
    on_nan: Literal["stop", "continue"] = "stop"


class DeviceSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """How the lane uses the device. `memory` is "growth" or a hard cap in MiB."""

    memory: MemoryMiB | Literal["growth"] = "growth"
    precision: Precision = "float32"
    xla: bool | Literal["auto"] = "auto"


class CheckpointSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """How often a checkpoint is written at most, in seconds, and how many are kept."""

    every_s: Annotated[float, Meta(ge=1, le=86_400)] = 30.0
    keep: Annotated[int, Meta(ge=1, le=100)] = 2


class Preset(Struct, frozen=True, forbid_unknown_fields=True):
    """One model's training; with a `script` that is the script's own, and model and data are placeholders."""

    title: Annotated[str, Meta(min_length=1, max_length=TITLE_CHARACTERS)]
    model: ModelSpec
    data: DataSpec
    fit: FitSpec
    description: Text = ""
    stresses: Text = ""
    device: DeviceSpec = DeviceSpec()
    checkpoint: CheckpointSpec = CheckpointSpec()
    script: ScriptSpec | None = None
