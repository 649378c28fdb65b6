"""The rate that a probe says a lane has alone, beside that of a fresh process of the preset that trains alone.

A probed run stands between two runs in which each preset trains alone, so that a machine that grows slower or faster
in these minutes favours neither. It is probed as a run of ten minutes is at its start, and ends after that.
"""

from __future__ import annotations

import math
import statistics

from tests.bench.figures import judge, percent, say, signed
from tests.bench.measured_pair import PairRun, run_pair, steps_for
from training.plan import LANES, Probing
from training.supervisor.probe_budget import FEWEST_BLOCKS, LONG_RUN_S, WINDOW_SHARE

PAIRS = (
    ("input-bound", "autoencoder"),
    ("tiny-steps", "wide-mlp"),
    ("transformer", "embedding"),
    ("cnn-small", "lstm"),
)
ALONE_S = 25.0
"""How long each is to train in a fresh process, at most: the steps are those of a time together."""
TEN_MINUTES = Probing(seconds=WINDOW_SHARE * LONG_RUN_S, blocks=FEWEST_BLOCKS, then_stop=True)
MOST_MINUTES = 10.0
PROBED_RUNS = 2


def measure(scale: float) -> None:
    """Every preset's errors, then what they come to."""
    errors = [off for presets in PAIRS for off in _pair(presets, scale)]
    median = statistics.median(errors)
    judge(f"solo rate by probe, median error of {len(errors)}", median, 0.05, percent(median), "5 %")


def _pair(presets: tuple[str, str], scale: float) -> list[float]:
    """How far off each lane's rate is in each probed run; infinite where none was told."""
    alone = steps_for(presets, ALONE_S * scale)
    fresh = [run_pair(presets, steps=alone, sharing="sequential")]
    probed: list[PairRun] = []
    for _ in range(PROBED_RUNS):
        probed.append(run_pair(presets, minutes=MOST_MINUTES, probing=TEN_MINUTES))
        fresh.append(run_pair(presets, steps=alone, sharing="sequential"))
    found: list[float] = []
    for lane, preset in zip(LANES, presets, strict=True):
        rates = [run.steps_per_s[lane] for run in fresh]
        alone_rates = [statistics.geometric_mean(rates[at : at + 2]) for at in range(PROBED_RUNS)]
        told = [run.contention.solo_steps_per_s.get(lane) or math.inf for run in probed]
        off = [one / truth - 1.0 for one, truth in zip(told, alone_rates, strict=True)]
        found += [abs(error) for error in off]
        say(f"{preset}: {signed(off)}; fresh processes {', '.join(f'{rate:.4g}' for rate in rates)} steps/s")
    return found
