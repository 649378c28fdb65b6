"""What is known of one lane's length, how far it is, and its start."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from training.analysis.epoch_length import with_epoch_seen
from training.analysis.pair_times import LaneLength
from training.record.event_records import Joined, LaneEnded, Launched, WarmingUp
from training.record.lane_records import (
    Built,
    Epoch,
    Imported,
    LaneRecord,
    Progress,
    Released,
    Resumed,
    Warm,
    Window,
)

OfLane = Imported | Built | Epoch | Warm | Released | Progress | Resumed | Window
R = TypeVar("R", Launched, WarmingUp, LaneEnded, Imported, Built, Warm, Released, Progress)


class LaneFacts:
    """Takes a lane's records and the events about it: each file in its own order, the two in any.

    A lane that joins in another's place begins anew: what is older is not of it, whenever it is read.
    """

    def __init__(self) -> None:
        self.launched: Launched | None = None
        self._since_t = float("-inf")
        self._token: WarmingUp | None = None
        self._imported: Imported | None = None
        self._built: Built | None = None
        self._warm: Warm | None = None
        self._released: Released | None = None
        self._progress: Progress | None = None
        self._paused_s = 0.0
        """Since its release."""
        self._ended: LaneEnded | None = None

    def take(self, record: LaneRecord) -> None:
        """Take in one record of the lane's worker."""
        if isinstance(record, OfLane) and record.t >= self._since_t:
            self._take(record)

    def take_event(self, record: Launched | WarmingUp | LaneEnded | Joined) -> None:
        """Take in one of the supervisor's events about the lane."""
        match record:
            case Launched():
                self.launched = record
            case WarmingUp():
                self._token = record
            case LaneEnded():
                self._ended = record
            case Joined():
                self._begin_anew(record.t)

    @property
    def has_ended(self) -> bool:
        """Whether its process is gone."""
        return self._ended is not None

    @property
    def start_s(self) -> float | None:
        """Seconds before its first step if it started alone: its import and its warm-up."""
        if self._imported is None or self._token is None or self._warm is None:
            return None
        return self._imported.seconds + self._warm.t - self._token.t

    def length(self, minutes: float | None) -> LaneLength | None:
        """What it trains after its release; None where that is not known, or its records cannot be true."""
        if self._built is None or self._built.steps_per_epoch is None:
            return None
        planned = self._built.planned_steps
        steps = None if planned is None else max(1, planned - self._released_step)
        seconds = None if minutes is None else minutes * 60
        # A loop of a script's own has no epochs at whose ends anything happens: of any length they come to the same.
        any_length = int(steps is not None or seconds is not None)
        length = LaneLength(steps, self._built.steps_per_epoch or any_length, seconds)
        return length if length.is_possible else None

    def left(self, whole: LaneLength) -> LaneLength | None:
        """What it has still to train; None where that is nothing."""
        steps, seconds = whole.steps, whole.seconds
        if self._progress is not None and self._released is not None:
            if steps is not None:
                steps -= max(0, self._progress.step - self._released_step)
            if seconds is not None:
                seconds -= max(0.0, self._progress.t - self._released.t - self._paused_s)
        left = replace(whole, steps=steps, seconds=seconds)
        return left if left.is_possible else None

    @property
    def _released_step(self) -> int:
        return 0 if self._released is None else self._released.step

    def _take(self, record: OfLane) -> None:
        match record:
            case Imported():
                self._imported = _newer(self._imported, record)
            case Built():
                self._built = _newer(self._built, record)
            case Epoch():
                self._built = self._built and with_epoch_seen(self._built, record)
            case Warm():
                self._warm = _newer(self._warm, record)
            case Progress():
                self._progress = _newer(self._progress, record)
            case Released():
                newer = _newer(self._released, record)
                if newer is record:
                    self._released, self._paused_s = record, 0.0
            case Resumed():
                self._stood_still(record.t, record.paused_s)
            case Window():
                self._stood_still(record.t, record.stood_still_s)

    def _stood_still(self, t: float, seconds: float) -> None:
        if self._released is not None and t >= self._released.t:
            self._paused_s += seconds

    def _begin_anew(self, t: float) -> None:
        self._since_t = max(self._since_t, t)
        self.launched, self._token = _not_before(t, self.launched), _not_before(t, self._token)
        self._ended = _not_before(t, self._ended)
        self._imported, self._built = _not_before(t, self._imported), _not_before(t, self._built)
        self._warm, self._progress = _not_before(t, self._warm), _not_before(t, self._progress)
        self._released = _not_before(t, self._released)
        if self._released is None:
            self._paused_s = 0.0


def _not_before(t: float, record: R | None) -> R | None:
    return None if record is None or record.t < t else record


def _newer(before: R | None, record: R) -> R:
    """By their own time: a damaged file may go back, and must not make the order of reading matter."""
    return record if before is None or record.t >= before.t else before
