"""The run as a whole, over and under its lanes."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from textual.geometry import Size

from training.analysis.report import Report
from tui import format
from tui.report_course import earlier_facts_of, sharing_facts_of, sharing_text
from tui.report_text import device_facts_of, warnings_of
from tui.widgets.lines import LinesWidget
from tui.widgets.spans import Line, Span, Tone, clip, line, spread, wrap

_LABEL = 15
_OUTCOME: dict[str, tuple[str, Tone]] = {
    "completed": ("Both trainings completed", "good"),
    "stopped": ("Stopped before the end", "warning"),
    "failed": ("A training failed", "error"),
}


class ReportHeader(LinesWidget):
    """The outcome in one line, device and times in another."""

    DEFAULT_CSS = """
    ReportHeader { height: auto; padding: 0 1; background: $panel; }
    """

    def __init__(self, report: Report) -> None:
        super().__init__()
        self._report = report

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Two lines, and one for each thing that must be known."""
        return 2 + len(warnings_of(self._report))

    def draw(self, width: int, height: int) -> list[Line]:  # noqa: ARG002
        """Outcome and sharing; device; when."""
        report = self._report
        text, tone = _OUTCOME[report.outcome]
        if report.outcome == "completed" and len(report.lanes) < 2:
            text = "The training completed"
        outcome = line((text, tone), (f" · {sharing_text(report)}", "plain"))
        device: list[Span] = [(f"{report.device.kind.upper()} {report.device.name}", "plain")]
        if report.device.memory_bytes:
            unified = " unified" if report.device.unified else ""
            device.append((f" · {format.size(report.device.memory_bytes)}{unified}", "muted"))
        device += [(f" · {report.device.uuid}", "muted")] if report.device.uuid else []
        began_at = report.started_at
        with suppress(ValueError):
            began_at = datetime.fromisoformat(began_at).strftime("%Y-%m-%d %H:%M")
        took = line(("took ", "muted"), format.span(report.monitor.wall_s))
        began = line((f"began {began_at}", "muted"))
        lines = [spread(outcome, took, width), spread(line(*device), began, width)]
        return lines + [line((clip(f"! {text}", width), "warning")) for text in warnings_of(report)]


class ReportFooter(LinesWidget):
    """Where everything lies, and what watching cost."""

    DEFAULT_CSS = """
    ReportFooter { height: auto; max-height: 9; padding: 0 2; }
    """

    def __init__(self, report: Report, folder: str) -> None:
        super().__init__()
        self._report = report
        self._folder = folder

    def draw(self, width: int, height: int) -> list[Line]:
        """The folder whole, wrapped if need be: people copy it; then cost, and the device."""
        return self._whole(width)[:height]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """As many lines as there are to tell, four at least."""
        return max(4, len(self._whole(width)))

    def _whole(self, width: int) -> list[Line]:
        monitor = self._report.monitor
        label = f"{'record':<{_LABEL}}"
        room = max(8, width - len(label))
        pieces = [self._folder[at : at + room] for at in range(0, len(self._folder), room)] or [""]
        lines = [
            line((label if at == 0 else " " * len(label), "muted"), piece) for at, piece in enumerate(pieces)
        ]
        percent = monitor.core_percent
        share = f" ({percent:.1f} % of one core)" if percent is not None else ""
        cost = f"{monitor.cpu_s:.1f} s of CPU{share}, at most {format.size(monitor.peak_rss_bytes)}"
        told = wrap(cost, room)
        lines += [
            line((f"{'watching cost' if at == 0 else '':<{_LABEL}}", "muted"), text)
            for at, text in enumerate(told)
        ]
        report = self._report
        for name, text in (*earlier_facts_of(report), *sharing_facts_of(report), *device_facts_of(report)):
            told = wrap(text, room)
            lines += [
                line((f"{name if at == 0 else '':<{_LABEL}}", "muted"), piece)
                for at, piece in enumerate(told)
            ]
        return lines
