"""Follow a run without a screen: a line a second for each lane, then the report."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from typing import TextIO

from training.analysis.contention import Verdict
from training.analysis.event_text import decided_text
from training.analysis.history import RunHistory
from training.analysis.lane_figures import in_lane, lane_figure
from training.analysis.named_lanes import in_words, lanes_of
from training.analysis.paused_text import phase_text
from training.analysis.report import Report, ReportError, read_report
from training.analysis.standing_warnings import standing_warnings
from training.analysis.state import LaneState, RunState
from training.control.client import ControlError, ask
from training.control.protocol import Asking, Request
from training.lane_notice import OPTION as NOTIFY
from training.launch import Launched
from training.preset.printable import printable
from training.record.contention_records import Decided
from training.record.run_folder import RunFolder
from tui import exit_codes
from tui import format as formatted
from tui.contention_text import verdict_text
from tui.last_words import LastWords
from tui.report_text import report_lines
from tui.viewer_signals import ViewerEndedError, ViewerSignals

FROZEN_AFTER_S = 5.0
"""A supervisor that does not answer a second Ctrl-C for so long is killed: its workers then end by themselves."""
_EXIT_CODES = {"completed": exit_codes.OK, "failed": exit_codes.FAILED, "stopped": exit_codes.INTERRUPTED}


def run_headless(launch: Callable[[], Launched], *, as_json: bool) -> int:
    """Launch, and follow to the end; returns the exit code.

    The first Ctrl-C asks both lanes to stop, the second kills them; one that comes while launching counts as well,
    as a run that was started must not be left behind unasked. SIGTERM and a hang-up end only this viewer.
    """
    with ViewerSignals() as signals:
        try:
            launched = launch()
            lines = ProgressLines(sys.stderr)
            follower = Follower(
                launched.folder, signals, lines, supervisor=launched.supervisor, as_json=as_json
            )
        except ViewerEndedError:
            return exit_codes.TERMINATED
        return follower.follow()


def exit_code_of(report: Report) -> int:
    """What the command ends with for a run that ended in order and was not interrupted."""
    errors = [lane.error for lane in report.lanes.values() if lane.error is not None]
    if any(error.kind == "no-device" for error in errors):
        return exit_codes.DEVICE
    return _EXIT_CODES[report.outcome]


class Follower:
    """Follows one run to its end, and tells of it in lines. `supervisor` is this command's own child, where it is."""

    LINE_PERIOD_S = 1.0
    POLL_S = 0.1

    def __init__(
        self,
        folder: RunFolder,
        signals: ViewerSignals,
        lines: ProgressLines,
        *,
        supervisor: subprocess.Popen[bytes] | None = None,
        line_period_s: float = LINE_PERIOD_S,
        as_json: bool = False,
    ) -> None:
        self._folder = folder
        self._supervisor = supervisor
        self._signals = signals
        self._lines = lines
        self._line_period_s = line_period_s
        self._as_json = as_json
        self._history = RunHistory(folder)
        self._asked: Asking | None = None
        self._unanswered_since_s: float | None = None
        self._told_unanswered = False
        self._told_disk_full = False
        self._told_failures: set[tuple[float, str]] = set()

    def follow(self) -> int:
        """Follow; returns the exit code."""
        try:
            return self._tell_end(self._until_over())
        except ViewerEndedError:
            self._lines.say(f"the run goes on: dualtrain-tui attach {self._folder.name}")
            return exit_codes.TERMINATED

    def _until_over(self) -> RunState:
        next_line_s = time.monotonic()
        while True:
            supervisor_gone = self._supervisor is not None and self._supervisor.poll() is not None
            self._history.refresh(supervisor_gone=supervisor_gone)
            if not self._history.is_live:
                return self._after_last_words()
            self._pass_on_interrupts()
            if time.monotonic() >= next_line_s:
                next_line_s += self._line_period_s
                self._show(self._history.state())
            time.sleep(self.POLL_S)

    def _after_last_words(self) -> RunState:
        """The run once its lanes have told how they ended, where they do that without a supervisor."""
        last_words, told = LastWords(), False
        while last_words.may_come(state := self._history.state()) and not self._signals.interrupts:
            if not told:
                told = True
                self._lines.say("the supervisor is gone: its trainings checkpoint and stop by themselves")
            time.sleep(self.POLL_S)
            self._history.refresh()
        return state

    def _show(self, state: RunState) -> None:
        self._lines.show(state)
        if state.disk_is_full and not self._told_disk_full:
            self._told_disk_full = True
            self._lines.say(f"no space left on the disk of {self._folder.path}: records wait for room")
        for event in state.events:
            if event.text.startswith(NOTIFY) and (event.t, event.text) not in self._told_failures:
                self._told_failures.add((event.t, event.text))
                self._lines.say(event.text)

    def _tell_end(self, state: RunState) -> int:
        self._show(state)
        try:
            report = read_report(self._folder.report)
        except ReportError:
            self._lines.say(self._why_lost())
            return exit_codes.FAILED
        if self._as_json:
            sys.stdout.write(self._folder.report.read_text(encoding="utf-8"))
        else:
            self._tell_report(report)
        sys.stdout.flush()
        return exit_codes.INTERRUPTED if self._signals.interrupts else exit_code_of(report)

    def _tell_report(self, report: Report) -> None:
        print("\n".join(report_lines(report, self._folder.path)))

    def _why_lost(self) -> str:
        path = self._folder.path
        if not path.exists():
            return f"the run is lost: its folder {path} is gone, and its trainings were told to stop"
        return f"the run is lost: its supervisor is gone; what it recorded is in {path}"

    def _pass_on_interrupts(self) -> None:
        """Asked from here and not from the signal handler: the supervisor may not listen yet."""
        interrupts = self._signals.interrupts
        wanted: Asking = "kill" if interrupts > 1 else "stop"
        if not interrupts or wanted == self._asked:
            return
        try:
            ask(self._folder, Request(ask=wanted, by="Ctrl-C"))
        except ControlError:
            self._end_a_frozen_supervisor(wanted)
            return  # not yet, or no longer: looked at again in a moment
        self._asked = wanted
        named = in_words(lanes_of(self._history.state())) or "the run"
        self._lines.say(f"stopping {named}; Ctrl-C again kills" if wanted == "stop" else f"killing {named}")

    def _end_a_frozen_supervisor(self, wanted: Asking) -> None:
        """It is our own child that was not waited for, so its PID is still its own."""
        if wanted == "stop":
            if not self._told_unanswered:
                self._told_unanswered = True
                self._lines.say("asked to stop, no answer yet; Ctrl-C again kills")
            return
        now_s = time.monotonic()
        self._unanswered_since_s = self._unanswered_since_s or now_s
        if now_s - self._unanswered_since_s >= FROZEN_AFTER_S and self._supervisor is not None:
            self._lines.say(
                f"the supervisor (pid {self._supervisor.pid}) does not answer: killed; "
                "its trainings checkpoint and stop by themselves"
            )
            self._supervisor.kill()
            self._asked = wanted


class ProgressLines:
    """One line a lane: redrawn in place on a terminal unless told otherwise, else plain lines."""

    def __init__(self, out: TextIO, *, may_redraw: bool = True) -> None:
        self._out = out
        self._in_place = may_redraw and out.isatty()
        self._drawn = 0
        self._last_lines: list[str] = []
        self._warned: set[str] = set()
        self._verdict: Verdict = "unknown"
        self._decided: Decided | None = None

    def show(self, state: RunState) -> None:
        """Draw every lane's line; on what is no terminal, only where it says something new.

        What stands against the run is said above them, once each time it begins; the verdict where it changes.
        """
        self._warn(state)
        self._judge(state)
        lines = [_lane_line(state, lane) for lane in state.lanes.values()]
        if lines == self._last_lines and not self._in_place:
            return
        self._last_lines = lines
        up = f"\x1b[{self._drawn}A" if self._in_place and self._drawn else ""
        clear = "\x1b[K" if self._in_place else ""
        self._write(up + "".join(f"{line}{clear}\n" for line in lines))
        self._drawn = len(lines)

    def _warn(self, state: RunState) -> None:
        warnings = standing_warnings(state)
        for warning in warnings:
            if warning.key not in self._warned:
                self.say(f"! {warning.text}{f'. {warning.remedy}' if warning.remedy else ''}")
        # a power cap comes and goes all the time: once is enough; the report tells how long
        self._warned = {warning.key for warning in warnings} | self._warned & {"clocks"}

    def _judge(self, state: RunState) -> None:
        told = state.contention
        verdict = told.contention.verdict
        if verdict not in ("unknown", self._verdict):
            self._verdict = verdict
            self.say(f"{formatted.clock(state.elapsed_s):>7}  {verdict_text(told.contention)}")
        if told.decided is not None and told.decided != self._decided:
            self._decided = told.decided
            self.say(f"{formatted.clock(told.decided.t):>7}  {decided_text(told.decided)}")

    def say(self, text: str) -> None:
        """Print a line that stays."""
        self._write(printable(text) + "\n")
        self._drawn = 0

    def _write(self, text: str) -> None:
        try:
            self._out.write(text)
            self._out.flush()
        except OSError:
            return  # a terminal that hung up: the run does not depend on it


def _lane_line(state: RunState, lane: LaneState) -> str:
    parts = [
        f"{formatted.clock(state.elapsed_s):>7}  {lane.lane.upper()} {printable(lane.preset_name, limit=20):20}",
        f"{phase_text(state, lane.lane):18}  {_steps(lane)}",
        f"loss {formatted.value(lane.loss)}",
        *([f"{formatted.rate(lane.steps_per_s)} steps/s"] if lane.telemetry != "none" else []),
        _memory(state, lane),
    ]
    if lane.sm_percent is not None:
        parts.append(f"SM {formatted.percent(lane.sm_percent)}")
    if lane.error is not None:
        parts.append(printable(lane.error.message))
    return "  ".join(parts)


def _steps(lane: LaneState) -> str:
    if lane.telemetry == "none" and not lane.step:
        return "no step telemetry"
    planned = f"/{lane.planned_steps}" if lane.planned_steps else ""
    return f"step {lane.step}{planned}"


def _memory(state: RunState, lane: LaneState) -> str:
    """Footprint and need; a lane that trains on the CPU though a GPU was chosen is marked, with its RSS."""
    if lane.no_gpu is not None and lane.memory_bytes is None:
        return f"trains on the CPU, RSS {formatted.size(lane.rss_bytes)}"
    figure = lane_figure(state.figures, lane.lane, "memory_bytes")
    if lane.memory_bytes is None and (other := in_lane(figure)) is not None:
        return f"memory in lane {other.upper()}'s"
    estimated = figure is not None and figure.state == "estimate" and lane.memory_bytes is not None
    told = f"{'≈' if estimated else ''}{formatted.size(lane.memory_bytes)}"
    if lane.no_gpu is not None:
        return f"{told}, trains on the CPU"
    need = lane.framework_memory
    return f"{told}, needs {formatted.size(need.current_bytes)}" if need is not None else told
