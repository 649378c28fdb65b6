"""Axes with ticks at round places: of numbers, of their logarithms, of time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
_NICE_COUNTS = (1.0, 2.0, 5.0, 10.0)
_NICE_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200)
_DAY_S = 86_400
_LOG_TICKS = (1.0, 2.0, 5.0)

WIDEST_LABEL = 8
"""Letters of the longest label of a number."""


@dataclass(frozen=True, slots=True)
class Axis:
    """From where to where, with its ticks and what stands at them."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...] = ()


def number_axis(low: float, high: float, ticks: int) -> Axis:
    """An axis that begins and ends on round numbers around these, with about so many ticks."""
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-300):
        pad = 0.1 * abs(high) or 1.0
        low, high = low - pad, high + pad
    step = _nice_step((high - low) / ticks)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return Axis(
        first * step,
        last * step,
        tuple((index * step, _label(index * step)) for index in range(first, last + 1)),
    )


def log_axis(low: float, high: float) -> Axis:
    """An axis of decimal logarithms around these positive numbers; its ticks are labelled with the numbers."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    last = max(last, first + 1)
    every = max(1, (last - first) // 4)
    within = _LOG_TICKS if last - first <= 2 else (1.0,)
    ticks = [
        (decade + math.log10(times), _label(times * 10.0**decade))
        for decade in range(first, last + 1, every)
        for times in within
        if decade < last or times == 1.0
    ]
    return Axis(float(first), float(last), tuple(ticks))


def time_axis(end_s: float, ticks: int) -> Axis:
    """From the run's beginning to its end, with at most about so many ticks."""
    end_s = max(1.0, end_s)
    step_s: float = next((step for step in _NICE_S if end_s / step <= ticks), 0)
    if not step_s:
        step_s = _DAY_S * math.ceil(end_s / _DAY_S / ticks)
    return Axis(0.0, end_s, tuple((at, _clock(at)) for at in _multiples(step_s, end_s)))


def count_axis(high: float, ticks: int) -> Axis:
    """Of whole numbers, from zero to the last of them."""
    high = max(1.0, high)
    step = _nice_step(max(1.0, high / ticks), _NICE_COUNTS)
    return Axis(0.0, high, tuple((at, f"{at:,.0f}".replace(",", "\u202f")) for at in _multiples(step, high)))


def _label(number: float) -> str:
    forms = (f"{number:.{places}g}" for places in (5, 4, 3, 2))
    return next((text for text in forms if len(text) <= WIDEST_LABEL), f"{number:.0e}")


def _nice_step(rough: float, among: Sequence[float] = _NICE) -> float:
    magnitude = 10.0 ** math.floor(math.log10(rough))
    return next(nice * magnitude for nice in among if nice * magnitude >= rough * (1 - 1e-9))


def _multiples(step: float, high: float) -> Iterable[float]:
    return (index * step for index in range(int(high / step + 1e-9) + 1))


def _clock(seconds: float) -> str:
    """0:30, 12:00, 1:02:00; days where there are any."""
    days, rest = divmod(round(seconds), _DAY_S)
    hours, rest = divmod(rest, 3600)
    minutes, second = divmod(rest, 60)
    if days:
        return f"{days}d" if not hours else f"{days}d {hours}h"
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes}:{second:02}"
