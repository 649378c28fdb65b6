"""Axes that stay where they are until the data leaves them: what does not move is not painted again."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tui import format

Tick = tuple[float, str]

_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
_LARGEST = 1e150  # beyond it a difference of two values could overflow
_SMALLEST_LOG = 1e-300


@dataclass(frozen=True, slots=True)
class Axis:
    """A range with labelled ticks. On a logarithmic axis `low` and `high` are values, not exponents."""

    low: float
    high: float
    ticks: tuple[Tick, ...] = ()
    log: bool = False

    def holds(self, value: float) -> bool:
        """Whether the value lies between the ends; false for NaN."""
        return self.low <= value <= self.high

    def place(self, value: float) -> float | None:
        """Where a value lies, from 0 at the low end to 1; None for what is not finite or has no logarithm."""
        if not math.isfinite(value):
            return None
        low, high = self.low, self.high
        if self.log:
            if value <= 0:
                return None
            value, low, high = math.log10(max(value, _SMALLEST_LOG)), math.log10(low), math.log10(high)
        value = min(max(value, low), high)
        span = high - low
        return (value - low) / span if span > 0 else 0.5


def nice_axis(low: float, high: float, ticks: int = 4) -> Axis:
    """A linear axis around the data, ending on round numbers, from zero where zero is near."""
    low, high = (min(max(bound, -_LARGEST), _LARGEST) for bound in (low, high))
    if low > 0 and low < 0.4 * high:
        low = 0.0
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-290):
        pad = abs(high) * 0.1 or 1.0
        low, high = low - pad, high + pad
    step = _nice_step((high - low) / max(1, ticks))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    labelled = tuple((index * step, _tick_label(index * step, step)) for index in range(first, last + 1))
    return Axis(first * step, last * step, labelled)


def log_axis(low: float, high: float, ticks: int = 4) -> Axis:
    """A logarithmic axis around the data, ending on 1, 2 or 5 times a power of ten."""
    low = min(max(low, _SMALLEST_LOG), _LARGEST)
    high = min(max(high, low), _LARGEST)
    bounds = _log_floor(low), _log_ceiling(high)
    if bounds[0] >= bounds[1]:
        bounds = bounds[0] / 2, bounds[1] * 2
    decades = range(math.ceil(math.log10(bounds[0]) - 1e-9), math.floor(math.log10(bounds[1]) + 1e-9) + 1)
    if len(decades) >= 3:
        stride = max(1, math.ceil(len(decades) / max(1, ticks)))
        values = [10.0**exponent for exponent in decades if exponent % stride == 0]
    else:
        start = math.floor(math.log10(bounds[0]))
        values = [
            factor * 10.0**exponent
            for exponent in range(start, start + 4)
            for factor in (1, 2, 5)
            if bounds[0] * 0.999 <= factor * 10.0**exponent <= bounds[1] * 1.001
        ]
    return Axis(bounds[0], bounds[1], tuple((value, _log_label(value)) for value in values), log=True)


def percent_axis() -> Axis:
    """The fixed range of a share."""
    return Axis(0.0, 100.0, ((0.0, "0 %"), (50.0, "50 %"), (100.0, "100 %")))


def bytes_axis(capacity: float) -> Axis:
    """From nothing to a fixed capacity, in round binary sizes."""
    capacity = max(1.0, min(capacity, 1e18))
    step = 1.0
    while capacity / step > 4:
        step *= 2
    values = [index * step for index in range(int(capacity / step) + 1)]
    return Axis(0.0, capacity, tuple((value, _short_size(value)) for value in values))


_TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)


def bytes_ceiling(most: float) -> float:
    """The next round binary size above `most`, with some room so that it seldom moves."""
    power = 2.0 ** math.floor(math.log2(min(max(1.0, most), 1e18)))
    return next((factor * power for factor in (1.5, 2.0, 3.0) if factor * power >= most * 1.05), 4 * power)


def time_axis(span_s: float, ticks: int = 6) -> Axis:
    """From the run's beginning to a round time past `span_s`, so that it grows in leaps."""
    span_s = min(max(span_s, 0.0), 1e9)
    step: float = next((step for step in _TIME_STEPS if span_s / step <= ticks), 0)
    if not step:
        step = 86400 * math.ceil(span_s / ticks / 86400)
    high = max(10.0, step * math.ceil(span_s / step + 1e-9))
    return Axis(
        0.0, high, tuple((index * step, format.clock(index * step)) for index in range(int(high / step) + 1))
    )


def window_axis(until_s: float, span_s: float, ticks: int = 6) -> Axis:
    """A part of the run's time that ends at or just past `until_s`: it moves in leaps, and is seldom painted anew."""
    until_s, span_s = min(max(until_s, 0.0), 1e9), min(max(span_s, 1.0), 1e9)
    step: float = next((step for step in _TIME_STEPS if span_s / step <= ticks), 0)
    if not step:
        step = 86400 * math.ceil(span_s / ticks / 86400)
    high = step * math.ceil(until_s / step - 1e-9)
    # a step more than the span: both ends leap at once, and the span is always in sight
    low = max(0.0, high - step * (math.ceil(span_s / step - 1e-9) + 1))
    first, last = round(low / step), round(high / step)
    return Axis(
        low, high, tuple((index * step, format.clock(index * step)) for index in range(first, last + 1))
    )


def step_axis(steps: float, planned: float | None = None, ticks: int = 6) -> Axis:
    """From step 0 to a round number past `steps`, but not past what is planned."""
    steps = min(max(steps, 10.0), 1e15)
    step = max(1.0, _nice_step(steps / max(1, ticks)))
    high = step * math.ceil(steps / step - 1e-9)
    if planned is not None and steps <= planned < high:
        high = float(planned)
    return Axis(
        0.0, high, tuple((index * step, _short_count(index * step)) for index in range(int(high / step) + 1))
    )


class SteadyAxis:
    """Remembers the axis it gave and gives it again while the data fits and fills a fair part of it."""

    def __init__(self) -> None:
        self._axis: Axis | None = None
        self._ticks = 0

    def around(self, low: float, high: float, *, log: bool, ticks: int) -> Axis:
        """An axis that holds `low`..`high`."""
        kept = self._axis
        if kept is None or kept.log != log or self._ticks != ticks or not _still_good(kept, low, high):
            kept = log_axis(low, high, ticks) if log else nice_axis(low, high, ticks)
            self._axis, self._ticks = kept, ticks
        return kept


def _still_good(axis: Axis, low: float, high: float) -> bool:
    if low < axis.low or high > axis.high:
        return False
    bottom, top = axis.place(low), axis.place(high)
    return bottom is not None and top is not None and top - (0.0 if axis.low == 0 else bottom) >= 0.4


def _nice_step(raw: float) -> float:
    if raw <= 0 or not math.isfinite(raw):
        return 1.0
    power = 10.0 ** math.floor(math.log10(raw))
    return next((factor * power for factor in _NICE if factor * power >= raw * (1 - 1e-9)), 10 * power)


def _log_floor(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value) + 1e-12)
    return max(factor * power for factor in (1, 2, 5) if factor * power <= value * (1 + 1e-9) or factor == 1)


def _log_ceiling(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value) + 1e-12)
    return min(
        factor * power for factor in (1, 2, 5, 10) if factor * power >= value * (1 - 1e-9) or factor == 10
    )


def _tick_label(value: float, step: float) -> str:
    largest = max(abs(value), step)
    if value == 0:
        return "0"
    if largest >= 100_000 or step < 0.0001:
        return f"{value:.1e}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if f"{step:.{decimals}f}" != f"{step:.6g}" and decimals < 5:
        decimals += 1  # a step of 2.5, 0.25 …
    return f"{value:.{decimals}f}"


def _log_label(value: float) -> str:
    if 0.001 <= value < 100_000:
        return f"{value:g}"
    return f"{value:.0e}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")


def _short_size(number: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if number < 1024:
            return f"{number:g} {unit}" if number else "0"
        number /= 1024
    return f"{number:g} PiB"


def _short_count(number: float) -> str:
    if number >= 1e6:
        return f"{number / 1e6:g}M"
    if number >= 10_000:
        return f"{number / 1e3:g}k"
    return f"{number:g}"
