"""How a benchmark tells its figures: what was measured, against what, and whether the target is met."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

# two-sided 95 % quantiles of Student's t by degrees of freedom; beyond the table the normal one is near enough
_T_95 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13)

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
    t = _T_95[len(values) - 2] if len(values) - 2 < len(_T_95) else 1.96
    return mean, t * statistics.stdev(values) / math.sqrt(len(values))
