"""What one lane did, from its worker's records; works as well for a worker that died in mid-line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from training.analysis.disturbed_time import DisturbedTime
from training.analysis.energy import TrainedSpan
from training.plan import Lane
from training.preset.backend import other_backend
from training.record.event_records import LaneEnded
from training.record.lane_records import (
    Built,
    Checkpoint,
    Epoch,
    Error,
    Finished,
    Imported,
    LaneRecord,
    NoGpu,
    Progress,
    Released,
    Resumed,
    Window,
)
from training.record.reader import TailingReader
from training.record.script_records import StepTelemetry, Telemetry

TWENTIETH = 20


@dataclass(slots=True)
class LaneOutcome:
    """Counts, times and losses of one lane, as far as it told them."""

    steps: int = 0
    epochs: int = 0
    samples: int = 0
    train_s: float = 0.0
    steps_per_s: float | None = None
    first_loss: float | None = None
    last_loss: float | None = None
    model_path: str | None = None
    trained_on: str = ""
    no_gpu: NoGpu | None = None
    threads: dict[str, int] = field(default_factory=dict)
    """The framework's thread pools, by name."""
    backend: str = ""
    """What it trained on with its version, as "JAX 0.10.2"; empty for TensorFlow."""
    need_peak_bytes: int | None = None
    """The most the framework itself reported to need of the device's memory."""
    trained: TrainedSpan | None = None
    telemetry: StepTelemetry = "each"
    """How its steps were told in the end."""
    disturbed_share: float | None = None
    """Share of its training in which something disturbed it; None where that is not known."""
    finished: Finished | None = None
    """That it ended in order, by its own word."""
    error: Error | None = None
    """Why it failed, by its own word."""

    def note_disturbances(self, seen: DisturbedTime) -> None:
        """Take what disturbed it from its release to its last step."""
        if self.trained is not None:
            share = seen.share(self.trained.released_t, self.trained.last_step_t)
            self.disturbed_share = None if share is None else round(share, 3)

    def own_end(self, lane: Lane) -> LaneEnded | None:
        """How the lane ended by its own word, for where no supervisor was there to tell."""
        if self.error is not None:
            error = self.error
            return LaneEnded(error.t, lane, "failed", None, error.kind, error.message, error.hint)
        if self.finished is not None:
            return LaneEnded(self.finished.t, lane, self.finished.status, None, message=self.finished.reason)
        return None


def read_lane_outcome(path: Path, also: Callable[[LaneRecord], None] = lambda _: None) -> LaneOutcome:
    """Read one lane's records from their beginning; `also` is shown each of them."""
    outcome = LaneOutcome()
    epoch_losses: list[float | None] = []
    released: Released | None = None
    released_samples = 0
    last_step_t = paused_s = last_pause_s = 0.0
    reader: TailingReader[LaneRecord] = TailingReader(path, LaneRecord)
    for record in reader.read_new():
        also(record)
        match record:
            case Progress():
                outcome.steps, outcome.samples, last_step_t = record.step, record.samples, record.t
                paused_s, last_pause_s = paused_s + last_pause_s, 0.0
                if record.framework_memory is not None:
                    peak = record.framework_memory.peak_bytes
                    outcome.need_peak_bytes = max(outcome.need_peak_bytes or 0, peak)
            case Released():
                released, paused_s, last_pause_s = record, 0.0, 0.0
                released_samples = outcome.samples
            case Resumed():  # counts once steps follow: training is only told up to its last step
                last_pause_s += record.paused_s
            case Window():
                last_pause_s += record.stood_still_s
            case Epoch() if not record.partial:
                outcome.epochs += 1
                epoch_losses = [*epoch_losses[:1], record.loss]
            case Checkpoint() if record.error is None:
                outcome.model_path = record.path
            case Finished():
                outcome.finished = record
                outcome.steps, outcome.samples, outcome.epochs = record.step, record.samples, record.epochs
                outcome.model_path = record.model_path or outcome.model_path
            case _:
                _note(outcome, record)
    if released is not None and last_step_t > released.t:
        outcome.train_s = max(0.0, last_step_t - released.t - paused_s)
        outcome.trained = TrainedSpan(released.t, last_step_t, outcome.samples - released_samples)
        if outcome.train_s > 0:
            outcome.steps_per_s = (outcome.steps - released.step) / outcome.train_s
    if len(epoch_losses) == 2:
        outcome.first_loss, outcome.last_loss = epoch_losses
    else:
        outcome.first_loss, outcome.last_loss = _losses_at_the_ends(path, outcome.steps)
    return outcome


def _note(outcome: LaneOutcome, record: LaneRecord) -> None:
    """What the newest record of its kind says as it is."""
    match record:
        case Imported():
            outcome.threads, outcome.backend = record.threads, other_backend(record.versions)
        case Built():
            outcome.trained_on = record.device
        case NoGpu():
            outcome.no_gpu = record
        case Telemetry():
            outcome.telemetry = record.steps
        case Error():
            outcome.error = record
        case _:
            pass


def _losses_at_the_ends(path: Path, steps: int) -> tuple[float | None, float | None]:
    """Mean loss of the first and the last twentieth of the steps, by the records that lie in them."""
    share = max(1, steps // TWENTIETH)
    first, last = _Mean(), _Mean()
    newest: Progress | None = None
    reader: TailingReader[LaneRecord] = TailingReader(path, LaneRecord)
    for record in reader.read_new():
        if isinstance(record, Progress) and record.loss is not None:
            newest = record
            if record.step - record.steps < share:
                first.add(record)
            if record.step > steps - share:
                last.add(record)
    if last.value is None and newest is not None:
        last.add(newest)
    return first.value, last.value


class _Mean:
    """Mean loss over progress records, each weighing as many steps as it stands for."""

    def __init__(self) -> None:
        self._sum = 0.0
        self._steps = 0

    def add(self, record: Progress) -> None:
        self._sum += (record.loss or 0.0) * record.steps
        self._steps += record.steps

    @property
    def value(self) -> float | None:
        return self._sum / self._steps if self._steps else None
