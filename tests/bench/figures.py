"""How a benchmark tells its figures: what was measured, against what, and whether the target is met."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence

from training.analysis.interval import t_quantile_975

_UNITS = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6))


def seconds(value: float) -> str:
    """A time in the unit that suits it."""
    for unit, size in _UNITS:
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def percent(value: float) -> str:
    """A share."""
    return f"{value * 100:.3g} %"


def signed(errors: Iterable[float]) -> str:
    """How far off each is, upwards or downwards."""
    return ", ".join(f"{error:+.1%}" for error in errors)


def mebibytes(value: float) -> str:
    """A size."""
    return f"{value / 2**20:.1f} MiB"


def say(text: str) -> None:
    """One line of a benchmark's account, at once."""
    print(f"  {text}", flush=True)


def judge(name: str, value: float, target: float, told: str, target_told: str) -> None:
    """A figure that has a target, at most `target`."""
    verdict = "met" if value <= target else "MISSED"
    say(f"{name}: {told} (target: at most {target_told}: {verdict})")


def spread(values: Sequence[float]) -> str:
    """Median and range."""
    ends = f"{seconds(min(values))} to {seconds(max(values))}"
    return f"median {seconds(statistics.median(values))} of {len(values)}, {ends}"


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """The mean of independent runs and half the width of its 95 % interval; infinite for a single run."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return mean, math.inf
    t = t_quantile_975(len(values) - 1)
    return mean, t * statistics.stdev(values) / math.sqrt(len(values))
