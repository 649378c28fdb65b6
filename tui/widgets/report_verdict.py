"""The verdict, on top of the report."""

from __future__ import annotations

from textual.geometry import Size

from training.analysis.report import Report
from tui.report_verdict import VerdictText, verdict_of
from tui.widgets.lines import LinesWidget
from tui.widgets.spans import Line, Span, line, whole, wrap

ENOUGH, ROOMY = 20, 40
"""From so many lines of screen on there is room for the figures, and for what to keep in mind."""


class ReportVerdict(LinesWidget):
    """Whether it was worth it, with its figures in a line; nothing in reports from before it was measured."""

    DEFAULT_CSS = """
    ReportVerdict { height: auto; border: round $foreground-muted; padding: 0 1; border-title-color: $text-muted; }
    ReportVerdict.-unmeasured { display: none; }
    """

    def __init__(self, report: Report) -> None:
        super().__init__(id="verdict", classes="-unmeasured" if report.contention is None else "")
        self._told = verdict_of(report)
        self.border_title = "Verdict"

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """As many lines as there are to tell on a screen so high."""
        return len(self._whole(width, viewport.height))

    def draw(self, width: int, height: int) -> list[Line]:
        """The sentence, the figures, and what to keep in mind."""
        return self._whole(width, self.screen.size.height)[:height]

    def _whole(self, width: int, screen_height: int) -> list[Line]:
        told = self._told
        lines = [line((text, told.tone)) for text in wrap(told.headline, width)]
        if told.figures and screen_height >= ENOUGH:
            lines.append(whole(_figures(told), width))
        if screen_height >= ROOMY:
            lines += [line((text, "muted")) for note in told.notes for text in wrap(note, width)]
        return lines


def _figures(told: VerdictText) -> Line:
    spans: list[Span] = []
    for label, value, _ in told.figures:
        spans.append((f"{'  ' if spans else ''}{label} {value}", "plain"))
    return line(*spans)
