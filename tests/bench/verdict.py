"""The verdict against the truth: what is claimed from probes beside whole runs together and one after the other.

The claim is an adaptive run's own: it begins together, probes, and goes on together or in turns as it finds.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from tests.bench.figures import judge, percent, say
from tests.bench.measured_pair import PairRun, Steps, run_pair
from training.analysis.contention import SAME_WITHIN
from training.plan import LANES

PAIRS = (
    ("embedding", "embedding"),
    ("wide-mlp", "wide-mlp"),
    ("cnn-small", "lstm"),
    ("transformer", "embedding"),
    ("tiny-steps", "wide-mlp"),
    ("input-bound", "autoencoder"),
)
TRAIN_S = 180.0
"""How long a pair trains together, about."""
CALIBRATE_MINUTES = 0.2


@dataclass(frozen=True)
class Measured:
    """One pair, run three ways: the unprobed ones are the truth for the adaptive one.

    Together it is run before and after the adaptive one: how fast two are beside each other drifts on a machine that
    others share, and the mean of both takes a steady drift out.
    """

    presets: tuple[str, str]
    sequential: PairRun
    together: tuple[PairRun, PairRun]
    adaptive: PairRun

    @property
    def together_s(self) -> float:
        """From the first release to the last step, together."""
        return statistics.mean(run.span_s for run in self.together)

    @property
    def truth(self) -> float:
        """Speed-up of the whole, start-up left out: both alone over both together."""
        return sum(self.sequential.train_s.values()) / self.together_s

    @property
    def error(self) -> float:
        """How far the claim is off; infinite where nothing was claimed."""
        claimed = self.adaptive.contention.speedup
        return float("inf") if claimed is None else abs(claimed / self.truth - 1.0)

    @property
    def is_on_the_wrong_side(self) -> bool:
        """Whether the verdict says one thing and the truth is beyond the other side of the band."""
        verdict = self.adaptive.contention.verdict
        return (verdict == "together" and self.truth < 1 - SAME_WITHIN) or (
            verdict == "sequential" and self.truth > 1 + SAME_WITHIN
        )

    @property
    def best_s(self) -> float:
        """The better of together and one after the other."""
        return min(self.together_s, sum(self.sequential.train_s.values()))

    @property
    def worst_s(self) -> float:
        """The worse of the two."""
        return max(self.together_s, sum(self.sequential.train_s.values()))


def measure(scale: float) -> None:
    """Every pair, then what they come to."""
    measured = [_pair(presets, TRAIN_S * scale) for presets in PAIRS]
    errors = [one.error for one in measured]
    median = statistics.median(errors)
    judge("claimed speed-up, median error", median, 0.07, percent(median), "7 %")
    wrong = [" + ".join(one.presets) for one in measured if one.is_on_the_wrong_side]
    judge("verdicts on the wrong side", len(wrong), 0, ", ".join(wrong) or "none", "none")
    ratios = [one.adaptive.span_s / one.best_s for one in measured]
    judge("adaptive over the better, worst pair", max(ratios), 1.05, f"{max(ratios):.3f}", "1.05")
    median = statistics.median(ratios)
    judge("adaptive over the better, median", median, 1.02, f"{median:.3f}", "1.02")
    against_worse = [one.adaptive.span_s / one.worst_s for one in measured]
    say(
        f"adaptive over the worse: median {statistics.median(against_worse):.3f}, most {max(against_worse):.3f}"
    )
    _solo_rates(measured)


def _pair(presets: tuple[str, str], train_s: float) -> Measured:
    steps = _steps_for(presets, train_s)
    sequential = run_pair(presets, steps=steps, sharing="sequential")
    before = run_pair(presets, steps=steps)
    adaptive = run_pair(presets, steps=steps, sharing="adaptive", probe=True)
    one = Measured(presets, sequential, (before, run_pair(presets, steps=steps)), adaptive)
    told = one.adaptive.contention
    claim = "nothing" if told.speedup is None else f"{told.speedup:.3f}"
    interval = "" if told.interval is None else f" ({told.interval[0]:.3f} to {told.interval[1]:.3f})"
    blocks = f"{told.blocks} blocks, {told.excluded} excluded"
    say(
        f"{presets[0]} + {presets[1]}: truth {one.truth:.3f}, claimed {claim}{interval}, {told.verdict}; {blocks}"
    )
    alone = " + ".join(f"{one.sequential.train_s[lane]:.1f}" for lane in LANES)
    together = " and ".join(f"{run.span_s:.1f}" for run in one.together)
    say(f"    together {together} s, alone {alone} s, adaptive {one.adaptive.span_s:.1f} s:")
    say(
        f"    adaptive over the better {one.adaptive.span_s / one.best_s:.3f}, over the worse "
        f"{one.adaptive.span_s / one.worst_s:.3f}; its probes are told to cost {told.probe_cost_s or 0:.1f} s"
    )
    return one


def _steps_for(presets: tuple[str, str], train_s: float) -> Steps:
    """So many that both would end together after that time."""
    shared = run_pair(presets, minutes=CALIBRATE_MINUTES)
    return {lane: max(100, round(shared.steps_per_s[lane] * train_s)) for lane in LANES}


def _solo_rates(measured: list[Measured]) -> None:
    """A probe's solo rate beside that of a fresh process that trains alone, by preset."""
    errors: dict[str, list[float]] = {}
    for one in measured:
        for lane, preset in zip(LANES, one.presets, strict=True):
            told = one.adaptive.contention.solo_steps_per_s.get(lane)
            if told:
                errors.setdefault(preset, []).append(told / one.sequential.steps_per_s[lane] - 1.0)
    for preset, found in errors.items():
        say(
            f"solo rate by probe over a fresh process alone, {preset}: {', '.join(f'{one:+.1%}' for one in found)}"
        )
    medians = [statistics.median(abs(error) for error in found) for found in errors.values()]
    if medians:
        median = statistics.median(medians)
        judge(
            f"solo rate by probe, median error of {len(medians)} presets",
            median,
            0.05,
            percent(median),
            "5 %",
        )
