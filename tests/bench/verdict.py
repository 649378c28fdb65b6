"""The verdict against the truth: what is claimed from probes beside whole runs together and one after the other.

The claim is an adaptive run's own: it begins together, probes, and goes on together or in turns as it finds.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from tests.bench.figures import judge, percent, say, signed
from tests.bench.measured_pair import PairRun, run_pair, steps_for
from training.analysis.contention import SAME_WITHIN
from training.plan import LANES, Probing, Sharing

PAIRS = (
    ("input-bound", "autoencoder"),
    ("tiny-steps", "wide-mlp"),
    ("wide-mlp", "wide-mlp"),
    ("embedding", "embedding"),
    ("transformer", "embedding"),
    ("cnn-small", "lstm"),
)
ORDER: tuple[Sharing, ...] = ("together", "adaptive", "sequential", "adaptive", "together")
"""What a pair is run as, one after the other: a machine that grows slower or faster favours none.

Single runs of one pair differ by a twentieth where a virtual machine's host is shared.
"""
TRAIN_S = 130.0
"""How long a pair trains together, about."""


@dataclass(frozen=True)
class Measured:
    """One pair, run three ways: the unprobed ones are the truth for the adaptive one."""

    presets: tuple[str, str]
    sequential: PairRun
    together: tuple[PairRun, ...]
    adaptive: tuple[PairRun, ...]

    @property
    def together_s(self) -> float:
        """From the first release to the last step, together: the mean of all rounds."""
        return statistics.mean(run.span_s for run in self.together)

    @property
    def adaptive_s(self) -> float:
        """The same, adaptive."""
        return statistics.mean(run.span_s for run in self.adaptive)

    @property
    def alone_s(self) -> float:
        """Both alone, one after the other: the sum of the lanes' own times."""
        return sum(self.sequential.train_s.values())

    @property
    def truth(self) -> float:
        """Speed-up of the whole, start-up left out: both alone over both together."""
        return self.alone_s / self.together_s

    @property
    def error(self) -> float:
        """How far the claims are off in the mean; infinite where nothing was claimed."""
        claimed = [run.contention.speedup for run in self.adaptive]
        told = [speedup for speedup in claimed if speedup is not None]
        if len(told) < len(claimed):
            return float("inf")
        return abs(statistics.geometric_mean(told) / self.truth - 1.0)

    @property
    def solo_rate_errors(self) -> list[tuple[str, float]]:
        """By preset, how far a probe's solo rate is off from that of a fresh process that trains alone."""
        errors: list[tuple[str, float]] = []
        for lane, preset in zip(LANES, self.presets, strict=True):
            told = [run.contention.solo_steps_per_s.get(lane) for run in self.adaptive]
            errors += [(preset, rate / self.sequential.steps_per_s[lane] - 1.0) for rate in told if rate]
        return errors

    @property
    def is_on_the_wrong_side(self) -> bool:
        """Whether a verdict says one thing and the truth is beyond the other side of the band."""
        verdicts = {run.contention.verdict for run in self.adaptive}
        return ("together" in verdicts and self.truth < 1 - SAME_WITHIN) or (
            "sequential" in verdicts and self.truth > 1 + SAME_WITHIN
        )

    @property
    def best_s(self) -> float:
        """The better of together and one after the other."""
        return min(self.together_s, self.alone_s)

    @property
    def worst_s(self) -> float:
        """The worse of the two."""
        return max(self.together_s, self.alone_s)


def measure(scale: float) -> None:
    """Every pair, then what they come to."""
    measured = [_pair(presets, TRAIN_S * scale) for presets in PAIRS]
    errors = [one.error for one in measured]
    median = statistics.median(errors)
    judge("claimed speed-up, median error", median, 0.07, percent(median), "7 %")
    wrong = [" + ".join(one.presets) for one in measured if one.is_on_the_wrong_side]
    judge("verdicts on the wrong side", len(wrong), 0, ", ".join(wrong) or "none", "none")
    ratios = [one.adaptive_s / one.best_s for one in measured]
    judge("adaptive over the better, worst pair", max(ratios), 1.05, f"{max(ratios):.3f}", "1.05")
    median = statistics.median(ratios)
    judge("adaptive over the better, median", median, 1.02, f"{median:.3f}", "1.02")
    against_worse = [one.adaptive_s / one.worst_s for one in measured]
    say(
        f"adaptive over the worse: median {statistics.median(against_worse):.3f}, most {max(against_worse):.3f}"
    )


def _pair(presets: tuple[str, str], train_s: float) -> Measured:
    steps = steps_for(presets, train_s)
    runs: dict[Sharing, list[PairRun]] = {}
    for sharing in ORDER:
        run = run_pair(presets, steps=steps, sharing=sharing, probing=Probing(enabled=sharing == "adaptive"))
        runs.setdefault(sharing, []).append(run)
    one = Measured(presets, runs["sequential"][0], tuple(runs["together"]), tuple(runs["adaptive"]))
    _say(one)
    return one


def _say(one: Measured) -> None:
    say(f"{one.presets[0]} + {one.presets[1]}: truth {one.truth:.3f}")
    for run in one.adaptive:
        told = run.contention
        claim = "nothing" if told.speedup is None else f"{told.speedup:.3f}"
        interval = "" if told.interval is None else f" ({told.interval[0]:.3f} to {told.interval[1]:.3f})"
        blocks = (
            f"{told.blocks} blocks, {told.excluded} excluded, told to cost {told.probe_cost_s or 0:.1f} s"
        )
        say(f"    claimed {claim}{interval}, {told.verdict}; {blocks}")
    alone = " + ".join(f"{one.sequential.train_s[lane]:.1f}" for lane in LANES)
    together, adaptive = (
        ", ".join(f"{run.span_s:.1f}" for run in runs) for runs in (one.together, one.adaptive)
    )
    say(f"    together {together} s; alone {alone} s; adaptive {adaptive} s:")
    say(
        f"    adaptive over the better {one.adaptive_s / one.best_s:.3f}, over the worse "
        f"{one.adaptive_s / one.worst_s:.3f}"
    )
    say(f"    solo rates by probe over those alone: {signed(error for _, error in one.solo_rate_errors)}")
