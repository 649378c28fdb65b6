"""Follow a run by plain lines on stdout: no control sequences, so that anything can read them, or read them out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TextIO

from training.analysis.report import Report
from training.analysis.state import RunState
from training.launch import Launched
from training.record.run_folder import RunFolder
from tui import exit_codes
from tui.ascii_text import as_ascii
from tui.headless import Follower, ProgressLines
from tui.report_text import report_lines
from tui.viewer_signals import ViewerEndedError, ViewerSignals


def run_plain(launch: Callable[[], Launched], *, interval_s: float, ascii_only: bool) -> int:
    """Launch, and follow to the end; returns the exit code. Ctrl-C stops the run, as without a screen."""
    with ViewerSignals() as signals:
        try:
            launched = launch()
            follower = PlainFollower(
                launched.folder,
                signals,
                PlainLines(sys.stdout, ascii_only=ascii_only),
                supervisor=launched.supervisor,
                line_period_s=interval_s,
            )
        except ViewerEndedError:
            return exit_codes.TERMINATED
        return follower.follow()


def follow_plain(folder: RunFolder, *, interval_s: float, ascii_only: bool) -> int:
    """Follow a run that somebody else launched; returns the exit code. Ctrl-C leaves, and the run goes on."""
    with ViewerSignals() as signals:
        lines = PlainLines(sys.stdout, ascii_only=ascii_only)
        return Onlooker(folder, signals, lines, line_period_s=interval_s).follow()


class PlainLines(ProgressLines):
    """Nothing is ever drawn over. A reader that is gone ends the command: nobody else would tell it so."""

    def __init__(self, out: TextIO, *, ascii_only: bool) -> None:
        super().__init__(out, may_redraw=False)
        self._ascii_only = ascii_only

    def _write(self, text: str) -> None:
        try:
            self._out.write(as_ascii(text) if self._ascii_only else text)
            self._out.flush()
        except BrokenPipeError:
            raise
        except OSError:
            return  # a terminal that hung up, a full disk: the run does not depend on it


class PlainFollower(Follower):
    """Tells everything in lines, the report as well."""

    POLL_S = 0.5

    def _until_over(self) -> RunState:
        self._lines.say(f"run {self._folder.name}: {self._folder.path}")
        return super()._until_over()

    def _tell_report(self, report: Report) -> None:
        for line in report_lines(report, self._folder.path):
            self._lines.say(line)


class LeftError(Exception):
    """Whoever looked on has left."""


class Onlooker(PlainFollower):
    """Asks nothing of a run it did not launch."""

    def follow(self) -> int:
        """Follow until the end or Ctrl-C; returns the exit code."""
        try:
            return super().follow()
        except LeftError:
            self._lines.say(f"the run goes on: dualtrain-tui attach {self._folder.name}")
            return exit_codes.OK

    def _pass_on_interrupts(self) -> None:
        if self._signals.interrupts:
            raise LeftError
