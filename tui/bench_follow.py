"""Follow a bench without a screen: what each launch measured as it ends, then the report."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from training.bench.folder import BenchFolder
from training.bench.history import BenchHistory
from training.bench.report import BenchReport, BenchReportError, read_bench_report
from training.record.liveness import liveness, read_facts
from tui import exit_codes
from tui.bench_lines import BenchLines
from tui.bench_signs import Paint
from tui.bench_text import bench_lines
from tui.viewer_signals import ViewerEndedError, ViewerSignals

POLL_S = 0.2
_EXIT_CODES = {"completed": exit_codes.OK, "failed": exit_codes.FAILED, "stopped": exit_codes.INTERRUPTED}


@dataclass(frozen=True, slots=True)
class Followed:
    """A bench; `process` where this command started it, None where it only looks."""

    folder: BenchFolder
    process: subprocess.Popen[bytes] | None = None


def follow_bench(start: Callable[[], Followed], *, as_json: bool) -> int:
    """Start a bench, or find it, and follow it to its end; returns the exit code.

    Ctrl-C asks the bench that `start` started to stop, again kills what goes on; one that comes while it starts counts
    as well. Of a bench that is only looked at Ctrl-C leaves, as SIGTERM and a hang-up always do. With `as_json` the
    report is printed as it is.
    """
    with ViewerSignals() as signals:
        follower: _Follower | None = None
        try:
            follower = _Follower(start(), as_json=as_json)
            return follower.follow(signals)
        except ViewerEndedError:
            if follower is not None:
                follower.say_it_goes_on()
            return exit_codes.TERMINATED


def stop_bench(folder: BenchFolder) -> bool:
    """Ask a bench's process to stop and to keep what is done; whether there was one."""
    facts = read_facts(folder.as_run)
    if facts is None or liveness(folder.as_run) != "live":
        return False
    try:
        os.kill(facts.pid, signal.SIGINT)
    except ProcessLookupError:
        return False
    return True


def ended_report(folder: BenchFolder) -> BenchReport:
    """The report of a bench that goes on no more.

    Raises:
        BenchReportError: there is none, as the bench is lost, or there is one that cannot be read; one sentence.
    """
    if not folder.report.exists():
        raise BenchReportError(
            f"bench {folder.name} is lost: its process is gone, what it measured is kept; "
            f"`dualtrain-tui bench --resume {folder.name}` goes on"
        )
    return read_bench_report(folder.report)


def print_bench_report(folder: BenchFolder, report: BenchReport, out: TextIO, *, as_json: bool) -> None:
    """Print a bench's report for people, or with `as_json` the file as it is."""
    if as_json:
        out.write(folder.report.read_text(encoding="utf-8"))
    else:
        width = shutil.get_terminal_size().columns
        for line in bench_lines(report, folder.path, Paint.for_stream(out), width=width):
            out.write(f"{line}\n")
    out.flush()


class _Follower:
    def __init__(self, followed: Followed, *, as_json: bool) -> None:
        self._folder = followed.folder
        self._process = followed.process
        self._as_json = as_json
        self._history = BenchHistory(self._folder)
        self._lines = BenchLines(self._history.plan, sys.stderr)
        self._passed_on = 0

    def follow(self, signals: ViewerSignals) -> int:
        self._lines.say(f"bench {self._folder.name}: {self._folder.path}")
        while True:
            lives = None if self._process is None else self._process.poll() is None
            self._history.refresh(process_lives=lives)
            if signals.interrupts > self._passed_on and self._leaves(signals.interrupts):
                return exit_codes.INTERRUPTED
            self._lines.show(self._history.state())
            if not self._history.is_live:
                return self._tell_end()
            time.sleep(POLL_S)

    def say_it_goes_on(self) -> None:
        self._lines.say(f"the bench goes on: dualtrain-tui bench --attach {self._folder.name}")

    def _leaves(self, interrupts: int) -> bool:
        """Pass Ctrl-C on to our own bench; one that was only looked at is left alone."""
        if self._process is None:
            self.say_it_goes_on()
            self._lines.say(f"to stop it: dualtrain-tui bench --stop {self._folder.name}")
            return True
        facts = read_facts(self._folder.as_run)
        if facts is None or facts.pid != self._process.pid:
            return False  # it does not take signals yet: looked at again in a moment
        self._passed_on = interrupts
        self._process.send_signal(signal.SIGINT)
        self._lines.say(
            f"stopping the bench (pid {facts.pid}), what is done is kept; Ctrl-C again kills"
            if interrupts == 1
            else f"killing what it trains (pid {facts.pid})"
        )
        return False

    def _tell_end(self) -> int:
        try:
            report = ended_report(self._folder)
        except BenchReportError as error:
            self._lines.say(str(error))
            return exit_codes.FAILED
        print_bench_report(self._folder, report, sys.stdout, as_json=self._as_json)
        return _EXIT_CODES[report.outcome]
