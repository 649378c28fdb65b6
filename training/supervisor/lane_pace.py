"""How a lane gets on, as its supervisor reads it: whether it stands still, its steps in a span, its epochs."""

from __future__ import annotations

from dataclasses import dataclass, field

from training.record.contention_records import RateSpan
from training.record.lane_records import Epoch, LaneRecord, Paused, Progress, Released, Resumed, Window
from training.record.script_records import Telemetry

KEPT_WINDOWS = 8
SMOOTHED_OVER_S = 5.0
SHORTEST_SPAN_S = 1e-6


@dataclass(slots=True)
class LanePace:
    """Takes a lane's records in order. A span counts the steps and epoch ends that lie in it whole."""

    stands_still: bool = False
    """At a gate, with the device idle, by the worker's own word."""
    released: bool = False
    passes_gates: bool = True
    """Its steps are told one by one, and each can be stood before: without that there are no windows."""
    step: int = 0
    last_t: float = 0.0
    epoch_s: float | None = None
    """How long the newest whole epoch took, pauses left out."""
    epoch_steps: int = 0
    """How many steps it had."""
    windows: dict[int, Window] = field(default_factory=dict)
    cached_batch_asked: bool = False
    """Whether it was asked for a window on one batch that is at hand: once is enough."""
    recent_rate: float | None = None
    """Steps per second of the newest seconds of training, smoothed."""
    _span_from: float | None = None
    _steps: int = 0
    _in_steps_s: float = 0.0
    _outside_s: float = 0.0
    _epochs: int = 0
    _first_steps: int = 0
    _first_steps_s: float = 0.0

    def take(self, record: LaneRecord) -> None:
        """Take in one record of the worker's."""
        match record:
            case Progress():
                self._take_progress(record)
            case Released():
                self.released = True
            case Paused():
                self.stands_still = True
            case Resumed():
                self.stands_still = False
            case Telemetry():
                self.passes_gates = record.steps == "each"
            case Epoch():
                self._take_epoch(record)
            case Window():
                self.windows[record.id] = record
                while len(self.windows) > KEPT_WINDOWS:
                    del self.windows[min(self.windows)]
            case _:
                pass

    @property
    def whole_rate(self) -> float | None:
        """Steps per second with the epochs' ends in it, as far as one was seen."""
        if self.epoch_s and self.epoch_steps:
            return self.epoch_steps / self.epoch_s
        return self.recent_rate

    def open_span(self, t: float) -> None:
        """Count from `t` on."""
        self._span_from = t
        self.next_span()

    def next_span(self) -> None:
        """Count anew, and what began in the span before as well: nothing is to get lost between two spans."""
        self._steps = self._epochs = self._first_steps = 0
        self._in_steps_s = self._outside_s = self._first_steps_s = 0.0

    def span(self) -> RateSpan:
        """What was counted since the span was opened."""
        return RateSpan(
            self._steps,
            round(self._in_steps_s, 6),
            round(self._outside_s, 6),
            self._epochs,
            self._first_steps,
            round(self._first_steps_s, 6),
        )

    def _take_progress(self, record: Progress) -> None:
        if record.span_s >= SHORTEST_SPAN_S and not record.warm_up:
            rate = record.steps / record.span_s
            weight = min(1.0, record.span_s / SMOOTHED_OVER_S)
            self.recent_rate = (
                rate if self.recent_rate is None else self.recent_rate + weight * (rate - self.recent_rate)
            )
        self.step, self.last_t = record.step, record.t
        if self._span_from is not None and record.t - record.span_s >= self._span_from:
            self._steps += record.steps
            self._in_steps_s += record.span_s
            self._first_steps += record.first_steps
            self._first_steps_s += record.first_steps_s

    def _take_epoch(self, record: Epoch) -> None:
        if record.partial:
            return
        self.epoch_s, self.epoch_steps = record.seconds, record.steps
        # An epoch's time outside its steps lies at its end: after its last step.
        if self._span_from is not None and record.t - record.outside_s >= self._span_from:
            self._epochs += 1
            self._outside_s += record.outside_s
