"""The records of a script's or program's lane folded into its state, with what a preset's lane never tells."""

from __future__ import annotations

from dataclasses import replace

from training.analysis.lane_history import LaneHistory
from training.analysis.series import Series
from training.analysis.state import LanePhase, LaneState
from training.plan import Lane
from training.record.event_records import BarrierOpened, ProcessContinued, ProcessStopped, ScalarRead
from training.record.lane_records import Built, LaneRecord, Progress
from training.record.script_records import StepTelemetry, Telemetry

LOSS = "loss"
KEPT_SCALARS = 8

OfScript = BarrierOpened | ProcessStopped | ProcessContinued | ScalarRead


class ScriptLaneHistory(LaneHistory):
    """Takes one lane's records in order, and the run's events about it; the two in any order."""

    def __init__(self, lane: Lane, preset_name: str, title: str, train_for_s: float, since_t: float) -> None:
        super().__init__(lane, preset_name, title, train_for_s, since_t)
        self._telemetry: StepTelemetry = "each"
        self._why_no_steps = ""
        self._let_go = False
        """Whether the run released it: one without steps does not tell that itself."""
        self._model = ""
        self._fit = 0
        self._hooks_tell_loss = False
        self._written_loss: float | None = None
        self._written: dict[str, float | None] = {}
        """The newest of the other numbers that it wrote itself."""
        self._written_loss_series = Series()
        self._written_series: dict[str, Series] = {}

    def take(self, record: LaneRecord) -> None:
        """Take in one record of the lane's process."""
        super().take(record)
        match record:
            case Telemetry():
                self._telemetry = record.steps
                self._why_no_steps = record.why if record.steps != "each" else ""
            case Built():
                self._model, self._fit = record.model, record.fit
            case Progress() if record.loss is not None:
                self._hooks_tell_loss = True
            case _:
                pass

    def take_event(self, record: OfScript) -> None:
        """Take in one of the supervisor's events about the lane."""
        if record.t < self._since_t:
            return
        match record:
            case BarrierOpened():
                self._let_go = True
            case ProcessStopped():
                self._paused = True
            case ProcessContinued():
                self._stood_still(record.stopped_s)
                self._paused = False
            case ScalarRead():
                self._take_scalar(record)

    def state(self, now_s: float) -> LaneState:
        """The lane at this moment."""
        told = super().state(now_s)
        metrics = {name: series.view() for name, series in self._written_series.items()}
        return replace(
            told,
            telemetry=self._telemetry,
            why_no_steps=self._why_no_steps,
            model=self._model,
            fit=self._fit,
            loss=told.loss if told.loss is not None else self._written_loss,
            metrics={**self._written, **told.metrics},
            loss_series=told.loss_series if self._hooks_tell_loss else self._written_loss_series.view(),
            metric_series={**metrics, **told.metric_series},
        )

    @property
    def _phase(self) -> LanePhase:
        """Where no step tells it, a lane trains from its release on."""
        phase = super()._phase
        if self._telemetry == "none" and phase in ("warming up", "at the barrier"):
            return "training" if self._let_go else "at the barrier"
        return phase

    def _take_scalar(self, record: ScalarRead) -> None:
        step = record.step or 0
        if record.name == LOSS:
            self._written_loss = record.value
            self._written_loss_series.append(record.t, record.value, step=step)
        elif record.name in self._written_series or len(self._written_series) < KEPT_SCALARS:
            self._written[record.name] = record.value
            self._written_series.setdefault(record.name, Series()).append(record.t, record.value, step=step)
