"""The rate that a probe says a lane has alone, beside that of a fresh process of the preset that trains alone.

A probed run stands between two runs in which each preset trains alone, so that a machine that grows slower or faster
in these minutes favours neither.
"""

from __future__ import annotations

import statistics

from tests.bench.figures import judge, percent, say, signed
from tests.bench.measured_pair import PairRun, Steps, run_pair, steps_for
from training.plan import LANES

PAIRS = (
    ("input-bound", "autoencoder"),
    ("tiny-steps", "wide-mlp"),
    ("transformer", "embedding"),
    ("cnn-small", "lstm"),
)
ALONE_S = 25.0
"""How long each is to train in a fresh process, at most: the steps are those of a time together."""
TOGETHER_S = 50.0
PROBED_RUNS = 2


def measure(scale: float) -> None:
    """Every preset's errors, then what they come to."""
    errors: dict[str, float] = {}
    for presets in PAIRS:
        errors |= _pair(presets, scale)
    median = statistics.median(abs(error) for error in errors.values())
    judge(f"solo rate by probe, median error of {len(errors)} presets", median, 0.05, percent(median), "5 %")


def _pair(presets: tuple[str, str], scale: float) -> dict[str, float]:
    together = steps_for(presets, TOGETHER_S * scale)
    alone: Steps = {lane: max(100, round(count * ALONE_S / TOGETHER_S)) for lane, count in together.items()}
    fresh = [run_pair(presets, steps=alone, sharing="sequential")]
    probed: list[PairRun] = []
    for _ in range(PROBED_RUNS):
        probed.append(run_pair(presets, steps=together, probe=True))
        fresh.append(run_pair(presets, steps=alone, sharing="sequential"))
    found: dict[str, float] = {}
    for lane, preset in zip(LANES, presets, strict=True):
        rates = [run.steps_per_s[lane] for run in fresh]
        off = [
            (run.contention.solo_steps_per_s.get(lane) or 0.0) / statistics.geometric_mean(rates[i : i + 2])
            - 1.0
            for i, run in enumerate(probed)
        ]
        found[preset] = statistics.mean(off)
        said = ", ".join(f"{rate:.4g}" for rate in rates)
        say(f"{preset}: {signed(off)} in {PROBED_RUNS} probed runs; fresh processes alone {said} steps/s")
    return found
