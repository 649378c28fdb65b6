"""A span with exact ends in which a lane's rate is taken."""

from typing import Any, Dict, Optional, Tuple

from .step_count import StepCount

DROPPED_STEPS = 3
DROPPED_S = 0.5


class WindowTimer:
    """Times at least `steps` steps and `seconds` seconds, after leaving the first few out.

    Both ends are taken at a batch boundary with the device idle. The first 0.5 s and 3 steps are left out, because
    prefetch buffers refill while a lane stands still. With `whole_epochs` both ends are where an epoch begins, so that
    a lane whose epochs are short is timed with its epoch ends.
    """

    def __init__(self, request: Dict[str, Any], now_s: float, count: StepCount) -> None:
        self.id = int(request.get("id", 0))
        self._steps = int(request.get("steps", 30))
        self._seconds = float(request.get("seconds", 2.0))
        self._whole_epochs = bool(request.get("whole_epochs"))
        self._drop_until_s = now_s + float(request.get("drop_s", DROPPED_S))
        self._drop_until_step = count.step + int(request.get("drop_steps", DROPPED_STEPS))
        self._t0: Optional[float] = None
        self._step0 = 0
        self._samples0 = 0
        self._in_steps0_s = 0.0
        self._first_steps0 = 0
        self._first_steps0_s = 0.0
        self._epochs0 = 0

    def is_due(self, now_s: float, count: StepCount) -> bool:
        """Whether the window begins, or is complete, at this batch boundary."""
        if self._whole_epochs and count.epoch.steps:
            return False
        if self._t0 is None:
            return now_s >= self._drop_until_s and count.step >= self._drop_until_step
        return count.step - self._step0 >= self._steps and now_s - self._t0 >= self._seconds

    def at_boundary(self, now_s: float, count: StepCount) -> bool:
        """Note a batch boundary; True once the window is complete."""
        if not self.is_due(now_s, count):
            return False
        if self._t0 is None:
            self._open(now_s, count)
            return False
        return True

    def _open(self, now_s: float, count: StepCount) -> None:
        # Keras starts an epoch's data pipeline before it begins the first batch: that part of the step went by already.
        # Between other steps, what went by since the last one is a step's time, as it is at the window's end.
        gone_s = 0.0 if count.epoch.steps else count.since_last_step_s(now_s)
        self._t0, self._step0, self._samples0 = now_s, count.step, count.samples
        self._in_steps0_s, self._epochs0 = count.in_steps_s + gone_s, count.epochs_begun
        self._first_steps0, self._first_steps0_s = count.first_steps, count.first_steps_s + gone_s

    def result(self, now_s: float, count: StepCount, complete: bool) -> Dict[str, Any]:
        """The fields of the window's record; a window cut short before its start has no steps."""
        if self._t0 is None:
            return {"id": self.id, "t0": now_s, "t1": now_s, "steps": 0, "samples": 0, "complete": False}
        return {
            "id": self.id,
            "t0": self._t0,
            "t1": now_s,
            "steps": count.step - self._step0,
            "samples": count.samples - self._samples0,
            "complete": complete,
            "in_steps_s": round(count.in_steps_s - self._in_steps0_s, 6),
            "first_steps": count.first_steps - self._first_steps0,
            "first_steps_s": round(count.first_steps_s - self._first_steps0_s, 6),
            "epochs": count.epochs_begun - self._epochs0,
            "whole_epochs": self._whole_epochs or None,
        }


def cached_batch_window(
    request: Dict[str, Any], t0: float, t1: float, timed: Optional[Tuple[int, float]], batch_size: int
) -> Dict[str, Any]:
    """The fields of the record of steps on one batch at hand, for which the training stood still from `t0` to `t1`.

    `timed` is how many there were and what they took; None where they could not be taken, or not to their end.
    """
    steps, in_steps_s = timed or (0, None)
    return {
        "id": int(request.get("id", 0)),
        "t0": t0,
        "t1": t1,
        "steps": steps,
        "samples": steps * batch_size,
        "complete": timed is not None,
        "in_steps_s": None if in_steps_s is None else round(in_steps_s, 6),
        "cached_batch": True,
    }
