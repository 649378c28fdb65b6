"""The steps since the last progress record, summed up."""

import math
import sys
from typing import Any, Dict, List, Optional

KEPT_STEP_TIMES = 512
"""Step times kept for the quantiles of one record; later steps of a long span replace earlier ones in turn."""


_LARGEST = sys.float_info.max


class Span:
    """Sums steps into one progress record at a cost of a few additions a step."""

    def __init__(self) -> None:
        self.steps = 0
        self.seconds = 0.0
        self.nonfinite = 0
        self.first_steps = 0
        """How many of its steps began an epoch."""
        self.first_steps_s = 0.0
        """What these took: the data pipeline is started anew in them."""
        self._loss_sum = 0.0
        self._loss_count = 0
        self._loss_min = math.inf
        self._loss_max = -math.inf
        self._step_times: List[float] = []

    def add(self, steps: int, seconds: float, loss: Optional[float]) -> None:
        """Add `steps` steps that took `seconds` together; `loss` is their mean batch loss, None where not known."""
        self.steps += steps
        self.seconds += seconds
        times = self._step_times
        if len(times) < KEPT_STEP_TIMES:
            times.append(seconds / steps)
        else:
            times[self.steps % KEPT_STEP_TIMES] = seconds / steps
        if loss is None:
            return
        if not -_LARGEST <= loss <= _LARGEST:
            self.nonfinite += steps
            return
        self._loss_sum += loss * steps
        self._loss_count += steps
        if loss < self._loss_min:  # noqa: PLR1730 - a call would cost more than all else here
            self._loss_min = loss
        if loss > self._loss_max:  # noqa: PLR1730
            self._loss_max = loss

    def fields(self) -> Dict[str, Any]:
        """The record's fields that stand for the span."""
        fields: Dict[str, Any] = {"steps": self.steps, "span_s": round(self.seconds, 6)}
        if self.first_steps:
            fields["first_steps"] = self.first_steps
            fields["first_steps_s"] = round(self.first_steps_s, 6)
        if self._loss_count:
            fields["loss"] = self._loss_sum / self._loss_count
            fields["loss_min"] = self._loss_min
            fields["loss_max"] = self._loss_max
        if self.nonfinite:
            fields["nonfinite"] = self.nonfinite
        if self._step_times:
            ordered = sorted(self._step_times)
            fields["step_p50_s"] = round(ordered[(len(ordered) - 1) // 2], 7)
            fields["step_p99_s"] = round(ordered[math.ceil(0.99 * (len(ordered) - 1))], 7)
        return fields
