"""Textual's driver for Linux terminals, which also learns how far the terminal has got."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, TextIO, cast

from textual.drivers.linux_driver import LinuxDriver
from textual.events import CursorPosition

from tui.line_pace import LinePace

if TYPE_CHECKING:
    from textual.app import App
    from textual.message import Message

    from tui.house_app import HouseApp

ASK = "\x1b[6n"
"""Where the cursor is: the one question that every terminal answers, and tmux and screen for theirs."""
LAST_ANSWERS_WITHIN_S = 0.5
"""How long to wait for answers beyond what they should take: one that comes after the app has left would stand in the
shell as if it had been typed. Nothing is lost by it: the shell's screen comes after all that is on its way, too.
"""
LONGEST_WAIT_S = 10.0
LEAVES_WITHIN_S = 0.05
"""Whoever is ended while stopped is continued for it: to leave goes before coming back."""
TURNS_BEFORE = 3
"""So many turns of the loop besides, in which one that was held up sees the signal."""


class PacedDriver(LinuxDriver):
    """Asks after a picture of some size, and keeps the answers to itself. For a `HouseApp`, whose `line` it tells."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._line: LinePace = cast("HouseApp", app).line
        self._asks = False
        self._has_terminal = False
        if not _is_terminal(sys.__stderr__) and _is_terminal(sys.__stdout__):
            # what goes wrong is kept in a file, and the screen stays on the terminal
            self._file = sys.__stdout__

    def write(self, data: str) -> None:
        """Send, and count."""
        super().write(data)
        self._line.sent(len(data.encode(errors="replace")))

    def flush(self) -> None:
        """A picture is complete."""
        super().flush()
        if self._asks and self._line.ask():
            super().write(ASK)

    def process_message(self, message: Message) -> None:
        """Called in the thread that reads the terminal."""
        if isinstance(message, CursorPosition):
            self._line.answered()
        else:
            super().process_message(message)

    def start_application_mode(self) -> None:
        """The terminal is ours."""
        self._has_terminal = True
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._asks = self.input_tty
        if self._asks and self._line.ask(first=True):
            super().write(ASK)
            super().flush()

    def stop_application_mode(self) -> None:
        """The terminal is the shell's again; where it is so already, who touches it from behind is stopped."""
        if not self._has_terminal:
            return
        self._asks = False
        due_s = LAST_ANSWERS_WITHIN_S + 1.5 * self._line.arrives_in_s
        self._line.wait_for_answers(min(due_s, LONGEST_WAIT_S))
        self._line.reset()
        super().stop_application_mode()
        self._has_terminal = False

    def disable_input(self) -> None:
        """Read no more keys."""
        if self._has_terminal:
            super().disable_input()

    def _sigtstp_application(self, *_: object) -> None:
        """Give the terminal back, then stop: first whoever was started with us by one line of the shell, as `make`."""
        if self._auto_restart:
            self.suspend_application_mode()
            self._must_signal_resume = True
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        os.killpg(0, signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, self._sigtstp_application)
        os.kill(os.getpid(), signal.SIGSTOP)

    def _sigcont_application(self, *_: object) -> None:
        """Take the terminal again, unless it was continued to end."""
        self._loop.call_soon_threadsafe(self._loop.call_later, LEAVES_WITHIN_S, self._come_back, TURNS_BEFORE)

    def _come_back(self, turns: int) -> None:
        """After so many turns of the loop."""
        if turns:
            self._loop.call_soon(self._come_back, turns - 1)
        elif self._auto_restart and self._app.return_code is None:
            self.resume_application_mode()


def can_be_continued() -> bool:
    """Whether a shell waits for us that could have us go on; the first process of a terminal has none behind it."""
    return os.getpgrp() != os.getsid(0)


def _is_terminal(file: TextIO | None) -> bool:
    return file is not None and file.isatty()
