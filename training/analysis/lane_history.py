"""One lane's records folded into its state, in bounded memory."""

from __future__ import annotations

import math
from collections import deque

from training.analysis.energy import TrainedSpan
from training.analysis.epoch_length import with_epoch_seen
from training.analysis.recent_steps import RecentSteps
from training.analysis.series import Series
from training.analysis.state import ENDED_PHASES, LOST, LaneError, LanePhase, LaneState, ValidationPoint
from training.plan import Lane
from training.record.device_records import LaneReading
from training.record.event_records import LaneEnded
from training.record.lane_records import (
    Built,
    Checkpoint,
    Epoch,
    Error,
    Finished,
    FrameworkMemory,
    Imported,
    LaneRecord,
    NoGpu,
    NonFinite,
    Paused,
    Progress,
    Released,
    Resumed,
    Started,
    Validating,
    Validation,
    Warm,
    Window,
)

KEPT_VALIDATIONS = 400
KEPT_METRICS = 8


_START: tuple[LanePhase, ...] = (
    "waiting",
    "importing",
    "queued",
    "warming up",
    "at the barrier",
    "training",
)


class LaneHistory:
    """Takes one lane's records in order; `state` is what they add up to."""

    def __init__(
        self,
        lane: Lane,
        preset_name: str,
        title: str,
        train_for_s: float = math.inf,
        since_t: float = -math.inf,
    ) -> None:
        """`since_t` is when it joined: what was read of the lane before is of the one whose place it took."""
        self._lane: Lane = lane
        self._preset_name = preset_name
        self._title = title
        self._train_for_s = train_for_s
        self._since_t = since_t
        self._reached: LanePhase = "waiting"
        self._paused = False
        self._validating = False
        self._end: LanePhase | None = None
        self._finished: Finished | None = None
        self._run_is_lost = False
        self._built: Built | None = None
        self._no_gpu: NoGpu | None = None
        self._progress: Progress | None = None
        self._latest: dict[str, float | None] = {}
        self._memory: FrameworkMemory | None = None
        self._reading: LaneReading | None = None
        self._peak: int | None = None
        self._pid: int | None = None
        self._released_t: float | None = None
        self._released_samples = 0
        self._paused_s = 0.0
        self._nonfinite_step: int | None = None
        self._checkpoint_step: int | None = None
        self._model_path: str | None = None
        self._error: LaneError | None = None
        self._epochs_done = 0
        self._validation: deque[ValidationPoint] = deque(maxlen=KEPT_VALIDATIONS)
        self._recent = RecentSteps()
        self._loss = Series()
        self._metrics: dict[str, Series] = {}
        self._memory_series = Series()
        self._utilization = Series()

    def take(self, record: LaneRecord) -> None:
        """Take in one record of the worker's."""
        match record:
            case Progress():
                self._validating = False
                self._take_progress(record)
            case Validating():
                self._validating = True
            case Started():
                self._pid = record.pid
                self._reach("importing")
            case Imported():
                self._reach("queued")
            case Built():
                self._built = record
                self._reach("warming up")
            case NoGpu():
                self._no_gpu = record
            case Warm():
                self._reach("at the barrier")
            case Released():
                self._released_t = record.t
                self._released_samples = self._progress.samples if self._progress else 0
                self._recent.released(record.t, record.step, self._released_samples)
                self._reach("training")
            case Validation():
                self._validating = False
                self._validation.append(ValidationPoint(record.t, record.step, record.epoch, record.metrics))
            case Paused():
                self._paused = True
            case Resumed():
                self._stood_still(record.paused_s)
                self._paused = False
            case Window():
                self._stood_still(record.stood_still_s)
            case NonFinite():
                self._nonfinite_step = record.step
            case Checkpoint() if record.error is None:
                self._checkpoint_step, self._model_path = record.step, record.path
            case Epoch():
                self._validating = False
                self._epochs_done += not record.partial
                self._built = self._built and with_epoch_seen(self._built, record)
            case Error() if self._end is None:
                self._error = LaneError(record.kind, record.message, record.hint, record.log_tail)
            case Finished():
                self._finished = record
                self._model_path = record.model_path or self._model_path
            case _:
                pass

    def take_reading(self, t: float, reading: LaneReading, utilization_percent: float | None) -> None:
        """Take in what the meter read of this lane."""
        if t < self._since_t:
            return
        self._reading = None if self._end else reading
        if reading.memory_bytes is not None:
            self._peak = max(self._peak or 0, reading.memory_bytes)
            self._memory_series.append(t, float(reading.memory_bytes))
        if utilization_percent is not None:
            self._utilization.append(t, utilization_percent)

    def no_reading(self) -> None:
        """The lane has no process now."""
        self._reading = None

    def launched(self, pid: int) -> None:
        """Its process was started."""
        self._pid = pid
        self._reach("importing")

    def warming_up(self) -> None:
        """It was given the token."""
        self._reach("warming up")

    def ended(self, record: LaneEnded) -> None:
        """Its process is gone."""
        self._end = record.status
        self._reading = None
        if record.status == "failed":
            self._error = LaneError(record.kind, record.message, record.hint, record.log_tail, record.held)

    @property
    def uses_no_gpu(self) -> bool:
        """Whether it trains on the CPU though a GPU was chosen."""
        return self._no_gpu is not None

    @property
    def trained(self) -> TrainedSpan | None:
        """What it trained since its release; None before the first step after it."""
        if self._released_t is None or self._progress is None or self._progress.t <= self._released_t:
            return None
        samples = self._progress.samples - self._released_samples
        return TrainedSpan(self._released_t, self._progress.t, samples)

    def lost(self) -> None:
        """The run was lost: nobody tells how the lane ended but its own records, which may still come."""
        self._run_is_lost, self._reading = True, None

    def state(self, now_s: float) -> LaneState:
        """The lane at this moment."""
        progress, built, reading = self._progress, self._built, self._reading
        moving = not self._paused and self._phase not in ENDED_PHASES
        steps_per_s = self._recent.steps_per_s if moving else None
        return LaneState(
            lane=self._lane,
            preset_name=self._preset_name,
            title=self._title,
            phase=self._phase,
            pid=self._pid,
            parameters=(built.parameters or None) if built else None,
            step=progress.step if progress else 0,
            samples=progress.samples if progress else 0,
            epoch=progress.epoch if progress else 0,
            epoch_step=progress.epoch_step if progress else 0,
            steps_per_epoch=(built.steps_per_epoch or None) if built else None,
            planned_epochs=built.planned_epochs if built else None,
            planned_steps=built.planned_steps if built else None,
            steps_per_s=steps_per_s,
            samples_per_s=self._recent.samples_per_s if moving else None,
            step_p50_s=self._recent.step_p50_s,
            step_p99_s=self._recent.step_p99_s,
            eta_s=self._eta_s(steps_per_s, now_s),
            loss=progress.running_loss if progress else None,
            metrics=dict(self._latest),
            validation=tuple(self._validation),
            nonfinite_step=self._nonfinite_step,
            memory_bytes=reading.memory_bytes if reading else None,
            memory_peak_bytes=self._peak,
            rss_bytes=reading.rss_bytes if reading else None,
            cpu_percent=reading.cpu_percent if reading else None,
            sm_percent=reading.sm_percent if reading else None,
            sm_age_s=reading.sm_age_s if reading else None,
            trains_on=built.device if built else "",
            no_gpu=self._no_gpu,
            framework_memory=self._memory,
            checkpoint_step=self._checkpoint_step,
            model_path=self._model_path,
            dropped_records=progress.dropped if progress else 0,
            error=self._why_failed,
            loss_series=self._loss.view(),
            metric_series={name: series.view() for name, series in self._metrics.items()},
            memory_series=self._memory_series.view(),
            utilization_series=self._utilization.view(),
        )

    @property
    def _phase(self) -> LanePhase:
        if self._end is not None:
            return self._end
        if self._run_is_lost and self._reached != "waiting":
            return self._finished.status if self._finished and not self._error else "failed"
        if self._paused:
            return "paused"
        return "validating" if self._validating and self._reached == "training" else self._reached

    @property
    def _why_failed(self) -> LaneError | None:
        """Its own word goes before the run's."""
        if self._error is None and self._end is None and self._phase == "failed":
            return LaneError(LOST, "The run was lost: its supervisor is gone.")
        return self._error

    def _stood_still(self, seconds: float) -> None:
        self._paused_s += seconds
        self._recent.stood_still(seconds)

    def _reach(self, phase: LanePhase) -> None:
        """A lane only goes forward: what the supervisor tells of it may be read before what its worker told."""
        if _START.index(phase) > _START.index(self._reached):
            self._reached = phase

    def _take_progress(self, record: Progress) -> None:
        self._progress = record
        self._memory = record.framework_memory or self._memory
        self._latest = record.metrics
        if record.loss is not None:
            self._loss.append(
                record.t, record.loss, step=record.step, low=record.loss_min, high=record.loss_max
            )
        for name, value in record.metrics.items():
            if value is not None and (name in self._metrics or len(self._metrics) < KEPT_METRICS):
                self._metrics.setdefault(name, Series()).append(record.t, value, step=record.step)
        self._recent.add(record)

    def _eta_s(self, steps_per_s: float | None, now_s: float) -> float | None:
        if self._phase not in ("training", "validating"):
            return None
        by_steps = by_time = math.inf
        if self._built and self._built.planned_steps is not None and self._progress and steps_per_s:
            by_steps = max(0, self._built.planned_steps - self._progress.step) / steps_per_s
        if self._released_t is not None:
            by_time = max(0.0, self._released_t + self._paused_s + self._train_for_s - now_s)
        eta_s = min(by_steps, by_time)
        return eta_s if math.isfinite(eta_s) else None
