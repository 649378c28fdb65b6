"""The verdict in whole sentences, for people who read a report: its words, its stake, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from training.analysis.contention import Contention, Verdict
from training.analysis.report import Report
from training.plan import LANES
from tui import format as formatted
from tui.contention_text import blocks_text

ONLY_THIS_RUN = "The interval is of this run; only fresh launches (dualtrain-tui bench) generalise."
NOT_MEASURED = "No verdict: this run was made before contention was measured"

VerdictTone = Literal["good", "warning", "plain", "muted"]
Figure = tuple[str, str, str]
"""A label, its value, and what the value means."""


@dataclass(frozen=True, slots=True)
class VerdictText:
    """The verdict as a reader wants it: first what holds, then the figures, then what to keep in mind."""

    claim: str
    """What holds, without a full stop: `Together is faster: 1.51 times as fast as one after the other`."""
    tone: VerdictTone
    measured: str = ""
    """From what: `1.44 to 1.58 in this run, 5 blocks`."""
    stake: str = ""
    """What it is worth: `21 min instead of 32 min`."""
    slowed: str = ""
    """What it costs each lane: `A slowed 1.31 times, B 1.58 times`."""
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        """All but figures and notes, as one sentence."""
        measured = f" ({self.measured})" if self.measured else ""
        told = "; ".join(part for part in (self.stake, self.slowed) if part)
        return f"{self.claim}{measured}{': ' if told else ''}{told}."


def verdict_of(report: Report) -> VerdictText:
    """The verdict of a report; a report from before contention was measured says so."""
    told = report.contention
    if told is None:
        return VerdictText(NOT_MEASURED, "muted")
    if report.gpu_verdict_void is not None:
        return VerdictText(_capital(report.gpu_verdict_void), "muted")
    figures, notes = _figures(told), _notes(report, told)
    if told.verdict == "unknown" or told.speedup is None:
        claim = f"No verdict: {told.because}" if told.because else "No verdict"
        return VerdictText(claim, "muted", figures=figures, notes=notes)
    return VerdictText(
        claim=_claim(told),
        tone=_TONES[told.verdict],
        measured=_measured(told),
        stake=_stake(told),
        slowed=_slowed(told),
        figures=figures,
        notes=notes,
    )


_TONES: dict[Verdict, VerdictTone] = {
    "together": "good",
    "sequential": "warning",
    "no clear difference": "plain",
    "unknown": "muted",
}


def _claim(told: Contention) -> str:
    faster = _times_as_fast(told)
    match told.verdict:
        case "together":
            return f"Together is faster: {faster} as one after the other"
        case "sequential":
            return f"One after the other is faster: {faster} as together"
        case _:
            return f"No clear difference: together is {faster} as one after the other"


def _times_as_fast(told: Contention) -> str:
    """`one after the other is faster` is told by how many times it is faster: the inverse of the speed-up."""
    ratio = told.speedup or 1.0
    return f"{1 / ratio if told.verdict == 'sequential' else ratio:.2f} times as fast"


def _measured(told: Contention) -> str:
    if told.interval is None:
        return blocks_text(told.blocks)
    low, high = told.interval
    if told.verdict == "sequential":
        low, high = 1 / high, 1 / low
    return f"{low:.2f} to {high:.2f} in this run, {blocks_text(told.blocks)}"


def _stake(told: Contention) -> str:
    if told.makespan_s is None or told.sequential_estimate_s is None:
        return ""
    together, apart = spans(told.makespan_s, told.sequential_estimate_s)
    if told.verdict == "no clear difference":
        return f"{together} together, {apart} one after the other"
    return (
        f"{apart} instead of {together}" if told.verdict == "sequential" else f"{together} instead of {apart}"
    )


def _slowed(told: Contention) -> str:
    known = [
        f"{lane.upper()} slowed {told.slowdown[lane]:.2f} times" for lane in LANES if lane in told.slowdown
    ]
    return ", ".join(text if at == 0 else text.replace("slowed ", "") for at, text in enumerate(known))


def _figures(told: Contention) -> tuple[Figure, ...]:
    figures: list[Figure] = []
    if told.stp is not None:
        interval = told.stp_interval
        between = f" ({interval[0]:.2f} to {interval[1]:.2f})" if interval else ""
        figures.append(("STP", f"{told.stp:.2f}{between}", "1 as good as taking turns, 2 no interference"))
    if told.antt is not None:
        figures.append(("ANTT", f"{told.antt:.2f}", "mean slowdown"))
    if told.fairness is not None:
        figures.append(("fairness", f"{told.fairness:.2f}", "1 where both suffer alike"))
    if told.speedup is not None:
        figures.append(("steady speed-up", f"{told.speedup:.2f}", "start-up left out"))
    if told.speedup_whole is not None:
        figures.append(("whole speed-up", f"{told.speedup_whole:.2f}", "start-up included"))
    if told.probe_cost_s is not None:
        figures.append(("probes cost", formatted.span(told.probe_cost_s), "of this run"))
    elif told.stood_still_s is not None:
        figures.append(("probes took", formatted.span(told.stood_still_s), "in which a lane stood still"))
    return tuple(figures)


def _notes(report: Report, told: Contention) -> tuple[str, ...]:
    notes: list[str] = []
    if told.verdict == "unknown" and told.slowdown:
        notes.append(f"As far as it was measured: {_slowed(told)}.")
    if report.limits and told.shared_steps_per_s:
        notes.append(f"What limits the pair: {'; '.join(limit.sentence for limit in report.limits)}.")
    if told.excluded and told.verdict != "unknown":  # else the claim says so
        why = f": {', '.join(told.excluded_because)}" if told.excluded_because else ""
        notes.append(f"Left out, disturbed: {blocks_text(told.excluded)}{why}.")
    if told.shared_left_out_s is not None and told.verdict != "unknown":
        of_s, counted_s = told.shared_left_out_s + (told.shared_s or 0.0), told.shared_s or 0.0
        notes.append(
            f"Of {formatted.span(of_s)} beside each other {formatted.span(counted_s)} count: "
            "the rest was disturbed."
        )
    if report.device.kind == "cpu" and told.stp is not None:
        notes.append(_on_a_cpu(report))
    if told.interval is not None:
        notes.append(ONLY_THIS_RUN)
    return tuple(notes)


def _on_a_cpu(report: Report) -> str:
    threads = threads_text(report)
    of = f" ({threads})" if threads else ""
    return (
        f"On a CPU thread settings{of} are part of the result: models that each scale badly over the cores "
        "gain from sharing for that reason."
    )


def threads_text(report: Report) -> str:
    """The lanes' thread pools, as `intra_op 2, inter_op auto`; by lane where they differ, empty where not known."""
    by_lane = {
        lane: ", ".join(f"{name} {count or 'auto'}" for name, count in told.threads.items())
        for lane, told in report.lanes.items()
    }
    known = {lane: text for lane, text in by_lane.items() if text}
    if len(set(known.values())) <= 1:
        return next(iter(known.values()), "")
    return "; ".join(f"{lane.upper()}: {text}" for lane, text in known.items())


def spans(one_s: float, other_s: float) -> tuple[str, str]:
    """Two spans in one unit, fine enough to be told apart: ("21 min", "32 min"), ("1.3 h", "2.1 h")."""
    longest = max(one_s, other_s)
    unit_s, unit = (1.0, "s") if longest < 90 else (60.0, "min") if longest < 5400 else (3600.0, "h")
    places = next((n for n in (0, 1) if _told_apart(one_s / unit_s, other_s / unit_s, n)), 2)
    return f"{one_s / unit_s:.{places}f} {unit}", f"{other_s / unit_s:.{places}f} {unit}"


def _told_apart(one: float, other: float, places: int) -> bool:
    """Whether so many places lose less of either than a fiftieth."""
    return all(abs(round(value, places) - value) <= 0.02 * value for value in (one, other))


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
