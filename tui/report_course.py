"""What became of a run's plan, in words: how the lanes came to share the device, and who trained in them before."""

from __future__ import annotations

from training.analysis.report import LaneReport, Report, SharingSince
from training.plan import Lane
from tui import format as formatted

MOST_WAYS = 3
"""So many ways of sharing are named one by one."""
EARLIER_HEADER = ("earlier", "status", "steps", "trained", "last loss")


def sharing_text(report: Report) -> str:
    """`together, later sequential`; where it changed often, the first, how often, and the last."""
    asked = report.sharing_asked or report.sharing
    later = [since.sharing for since in report.sharing_changes]
    if not later and asked != report.sharing:  # a report may hold only what came of the changes
        later = [report.sharing]
    if len(later) >= MOST_WAYS:
        return f"{asked}, changed {len(later)} times, {later[-1]} at the end"
    return ", later ".join((asked, *later))


def sharing_facts_of(report: Report) -> list[tuple[str, str]]:
    """When the lanes came to share the device otherwise, and why; with its label."""
    told = [
        f"{since.sharing} from {formatted.clock(since.t)} on, {since.because}"
        for since in report.sharing_changes[-MOST_WAYS:]
    ]
    left_out = len(report.sharing_changes) - len(told)
    first = [f"{left_out} {'change' if left_out == 1 else 'changes'} before"] if left_out > 0 else []
    return [("sharing", "; ".join((*first, *told)))] if told else []


def fell_back_text(report: Report) -> str:
    """That the lanes were not under MPS as was asked, which nobody wished; empty where they were."""
    if report.sharing_asked != "mps" or report.sharing == "mps":
        return ""
    now = SharingSince(0.0, report.sharing, report.why_sharing_changed)  # where no change is told
    since = next(iter(report.sharing_changes), now)
    return f"not under mps, as was asked, but {since.sharing}: {since.because}"


def earlier_rows(report: Report) -> list[tuple[str, ...]]:
    """A row under `EARLIER_HEADER` for each who trained in a lane before another took its place."""
    return [
        (
            f"{lane.upper()} {told.preset}",
            told.status,
            formatted.count(told.steps),
            formatted.span(told.train_s),
            formatted.value(told.last_loss),
        )
        for lane, told in _earlier(report)
    ]


def earlier_facts_of(report: Report) -> list[tuple[str, str]]:
    """The same, each in a sentence with its label."""
    return [
        (
            f"earlier in {lane.upper()}",
            f"{told.preset}: {told.status}, {formatted.count(told.steps)} steps in "
            f"{formatted.span(told.train_s)}, last loss {formatted.value(told.last_loss)}",
        )
        for lane, told in _earlier(report)
    ]


def _earlier(report: Report) -> list[tuple[Lane, LaneReport]]:
    return [(lane, told) for lane, lives in report.earlier_lanes.items() for told in lives]
