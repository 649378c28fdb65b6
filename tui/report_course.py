"""What became of a run's plan, in words: who trained in a lane before another took its place."""

from __future__ import annotations

from training.analysis.report import LaneReport, Report
from training.plan import Lane
from tui import format as formatted

EARLIER_HEADER = ("earlier", "status", "steps", "trained", "last loss")


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
