"""What a worker tells in `a.jsonl` and `b.jsonl`. `t` is seconds since the run began."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from training.record.script_records import Aside, Limit, NoGate, Remark, Telemetry
from training.record.tagged import Record


class FrameworkMemory(Struct, frozen=True):
    """Bytes the framework's own allocator holds on the device: what the model needs, not what is reserved."""

    current_bytes: int
    peak_bytes: int


class Schema(Record, frozen=True, tag="schema"):
    """The first line of every file."""

    version: int
    writer: str


class Started(Record, frozen=True, tag="started"):
    """The worker process is up; the framework is not imported yet."""

    t: float
    pid: int


class Imported(Record, frozen=True, tag="imported"):
    """The framework is imported; the lane waits for its turn to warm up."""

    t: float
    seconds: float
    versions: dict[str, str] = {}
    threads: dict[str, int] = {}


class Built(Record, frozen=True, tag="built"):
    """Model and data exist; sizes are known. `planned_*` are None where only time bounds the lane.

    Of batches that a function of the user's own makes nobody counts the samples, and how many make an epoch may show
    only when one is over: what is not known is None.
    A script tells it for each of its fits, and again once more is known: what is planned counts from the script's
    beginning. `parameters` and `batch_size` are 0 where they are not known, and `steps_per_epoch` is 0 in a loop that
    has no epochs. `fit` counts its fits from 1; 0 in a loop of its own, and of a preset.
    """

    t: float
    parameters: int
    parameter_bytes: int
    batch_size: int
    train_samples: int | None = None
    validation_samples: int | None = None
    steps_per_epoch: int | None = None
    planned_epochs: int | None = None
    planned_steps: int | None = None
    device: str = ""
    model: str = ""
    """The name of the model that a script fits."""
    fit: int = 0
    again: bool = False
    """Whether it tells more of a fit that was told before."""


class NoGpu(Record, frozen=True, tag="no_gpu"):
    """The framework sees no GPU though one was chosen: the lane trains on the CPU. A sentence why, and a remedy."""

    t: float
    why: str
    remedy: str = ""


class Warm(Record, frozen=True, tag="warm"):
    """Warm-up steps are done: real steps, counted, but left out of rates."""

    t: float
    step: int
    seconds: float


class Released(Record, frozen=True, tag="released"):
    """The barrier opened for this lane."""

    t: float
    step: int


class Progress(Record, frozen=True, tag="progress"):
    """The `steps` steps since the last progress record, aggregated; `samples` is 0 where nobody knows the batches.

    `loss` is the mean of the batch losses in the span; `running_loss` the epoch's running mean, as Keras reports it.
    `loss`, `loss_min` and `loss_max` are None where no batch of the span had a finite loss.
    """

    t: float
    step: int
    samples: int
    epoch: int
    epoch_step: int
    steps: int
    span_s: float
    loss: float | None = None
    loss_min: float | None = None
    loss_max: float | None = None
    running_loss: float | None = None
    metrics: dict[str, float | None] = {}
    step_p50_s: float | None = None
    step_p99_s: float | None = None
    framework_memory: FrameworkMemory | None = None
    warm_up: bool = False
    first_steps: int = 0
    """How many of its steps began an epoch: the data pipeline is started anew in them."""
    first_steps_s: float = 0.0
    """What these took of `span_s`."""
    nonfinite: int = 0
    dropped: int = 0
    """Records this writer could not write so far."""


class Validating(Record, frozen=True, tag="validating"):
    """A validation that takes long has begun: no steps will be told for a while."""

    t: float
    step: int
    epoch: int


class Validation(Record, frozen=True, tag="validation"):
    """One pass over the validation data."""

    t: float
    step: int
    epoch: int
    seconds: float
    metrics: dict[str, float | None] = {}


class Epoch(Record, frozen=True, tag="epoch"):
    """An epoch ended. `outside_s` is what it spent outside training steps; `partial` that it was cut short."""

    t: float
    epoch: int
    step: int
    samples: int
    steps: int
    seconds: float
    outside_s: float
    loss: float | None = None
    metrics: dict[str, float | None] = {}
    partial: bool = False


class Checkpoint(Record, frozen=True, tag="checkpoint"):
    """A checkpoint was written, or could not be (`error`)."""

    t: float
    step: int
    path: str
    seconds: float
    size_bytes: int = 0
    error: str | None = None


class Paused(Record, frozen=True, tag="paused"):
    """The lane stands at the beginning of a batch and the device is idle for it."""

    t: float
    step: int


class Resumed(Record, frozen=True, tag="resumed"):
    """The lane trains again."""

    t: float
    step: int
    paused_s: float


class Window(Record, frozen=True, tag="window"):
    """A span with exact ends: `steps` steps from `t0` to `t1`, both taken with the device idle.

    Its steps took `in_steps_s` of it; the rest is `epochs` epoch ends, validation among them, and checkpoints.
    """

    t: float
    id: int
    t0: float
    t1: float
    steps: int
    samples: int
    complete: bool = True
    in_steps_s: float | None = None
    first_steps: int = 0
    """How many of its steps began an epoch: the data pipeline is started anew in them."""
    first_steps_s: float = 0.0
    """What these took of `in_steps_s`."""
    epochs: int = 0
    whole_epochs: bool = False
    """Whether both ends are where an epoch begins."""
    cached_batch: bool = False
    """Whether its steps were all of one batch that was at hand, and undone after: beside a window on the data it tells
    what waiting for the data costs. `t0` to `t1` is then for how long the training itself stood still."""

    @property
    def stood_still_s(self) -> float:
        """For how long the training stood still for it, which a window on the data does not ask for."""
        return max(0.0, self.t1 - self.t0) if self.cached_batch else 0.0


class NonFinite(Record, frozen=True, tag="nonfinite"):
    """The first step whose loss was not finite."""

    t: float
    step: int


class Error(Record, frozen=True, tag="error"):
    """The lane failed, told by the worker itself."""

    t: float
    kind: str
    message: str
    hint: str = ""
    step: int = 0
    log_tail: tuple[str, ...] = ()


class Finished(Record, frozen=True, tag="finished"):
    """The lane ended in order: it did what was asked, or was asked to stop."""

    t: float
    status: Literal["completed", "stopped"]
    step: int
    samples: int
    epochs: int
    reason: str = ""
    model_path: str | None = None
    history_path: str | None = None


LaneRecord = (
    Schema
    | Started
    | Imported
    | Built
    | NoGpu
    | Warm
    | Released
    | Progress
    | Validating
    | Validation
    | Epoch
    | Checkpoint
    | Paused
    | Resumed
    | Window
    | NonFinite
    | Telemetry
    | Aside
    | Limit
    | NoGate
    | Remark
    | Error
    | Finished
)
