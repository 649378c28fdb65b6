"""What is known of the highlighted run."""

from __future__ import annotations

from tui.widgets.lines import LinesWidget
from tui.widgets.run_rows import RunRow
from tui.widgets.spans import Line, Tone, line, wrap


class RunDetails(LinesWidget):
    """A run's facts, under a sentence where something was refused."""

    DEFAULT_CSS = """
    RunDetails { height: 5; padding: 0 2; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._told: tuple[str, ...] = ()
        self._problem = ""

    def show(self, row: RunRow | None, problem: str) -> None:
        """Take the run, if one is highlighted, and why the last key did nothing."""
        self._told = row.told if row is not None else ()
        self._problem = problem
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:  # noqa: ARG002
        """Problem, then facts: each wrapped, the last cut where there is no room."""
        lines: list[Line] = [line((text, "error")) for text in wrap(self._problem, width)]
        for index, told in enumerate(self._told):
            tone: Tone = "plain" if index == 0 else "muted"
            lines += [line((text, tone)) for text in wrap(told, width)]
        return lines
