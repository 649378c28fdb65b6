"""A terminal to run the real command in: keys go in, a screen comes out, and nothing is left behind."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sysconfig
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

COMMAND = str(Path(sysconfig.get_path("scripts")) / "dualtrain-tui")
"""The command as a user has it."""

ALTERNATE_SCREEN_ON = b"\x1b[?1049h"
ALTERNATE_SCREEN_OFF = b"\x1b[?1049l"
KEYS = {
    "enter": "\r",
    "tab": "\t",
    "escape": "\x1b",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "space": " ",
    "ctrl+c": "\x03",
    "ctrl+q": "\x11",
    "ctrl+z": "\x1a",
}
_ANSWERS = {
    b"\x1b[c": b"\x1b[?62;c",
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",  # synchronised output is there, as in most terminals of today
    b"\x1b[6n": b"\x1b[1;1R",
}
_QUESTION = re.compile(b"|".join(map(re.escape, _ANSWERS)))
_LONGEST_QUESTION = max(map(len, _ANSWERS))
_READS_PER_S = 20
"""Of a slow line: it takes so many bites a second."""
# A session leader that opens a terminal gets it as its controlling one: without it there is no hang-up.
_IN_ITS_TERMINAL = 'exec "$@" <>"$0" >&0 2>&0'


class Terminal:
    """Runs one command in a pseudo-terminal of its own, which a thread keeps empty.

    The thread only notes when which bytes came; they are read as a screen when somebody asks for it.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        bytes_per_s: int | None = None,
        answers: bool = True,
    ) -> None:
        """Start `command`.

        Args:
            command: the program and its arguments.
            columns: the window's width.
            rows: its height.
            environment: put over the caller's, which a plain SSH line's TERM is put over.
            cwd: where it runs.
            bytes_per_s: how much a slow line takes; None takes all at once.
            answers: whether the terminal answers what it is asked.
        """
        self._bytes_per_s = bytes_per_s
        self._answers = answers
        self._unasked = b""
        """The end of what came, where a question may have begun."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._chunks: list[tuple[float, bytes]] = []
        self._fed = 0
        self._came = threading.Condition()
        self._master, slave = pty.openpty()
        self._set_size(columns, rows)
        self._enough_read, self._enough_write = os.pipe()
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", _IN_ITS_TERMINAL, os.ttyname(slave), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TERM": "xterm-256color", **(environment or {})},
            cwd=cwd,
            start_new_session=True,
        )
        self._slave: int | None = slave
        self._reader = threading.Thread(target=self._drain, name="terminal", daemon=True)
        self._reader.start()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # What the user does -----------------------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Type, all of it at once: names of KEYS, anything else as it stands."""
        os.write(self._master, "".join(KEYS.get(key, key) for key in keys).encode())

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size."""
        self.screen_lines()
        self._screen.resize(rows, columns)
        self._set_size(columns, rows)

    def hang_up(self) -> None:
        """Close the line, as a dropped connection does."""
        self._stop_reading()
        self._close_ends()

    # What the user sees -----------------------------------------------------------------------------------------

    def screen_lines(self) -> list[str]:
        """What stands on the screen now."""
        with self._came:
            new = self._chunks[self._fed :]
            self._fed = len(self._chunks)
        for _, data in new:
            self._stream.feed(data)
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.screen_lines())

    @property
    def chunks(self) -> list[tuple[float, bytes]]:
        """When which bytes came, on CLOCK_MONOTONIC."""
        with self._came:
            return list(self._chunks)

    @property
    def output(self) -> bytes:
        """Every byte so far."""
        return b"".join(data for _, data in self.chunks)

    @property
    def output_size(self) -> int:
        """How many bytes so far."""
        return sum(len(data) for _, data in self.chunks)

    # Waiting ----------------------------------------------------------------------------------------------------

    def wait_until(self, holds: Callable[[], bool], *, what: str, timeout_s: float = 30.0) -> None:
        """Wait until the predicate holds.

        Raises:
            AssertionError: it never did; with what stood on the screen.
        """
        deadline = time.monotonic() + timeout_s
        while not holds():
            assert time.monotonic() < deadline, (
                f"waited {timeout_s} s for {what}; on the screen:\n{self.text}"
            )
            with self._came:
                self._came.wait(0.05)

    def wait_for(self, *patterns: str, timeout_s: float = 30.0) -> str:
        """Wait until every pattern is on the screen at once; returns the screen."""
        seen = ""

        def holds() -> bool:
            nonlocal seen
            seen = self.text
            return all(re.search(pattern, seen, re.MULTILINE) for pattern in patterns)

        self.wait_until(holds, what=" and ".join(map(repr, patterns)), timeout_s=timeout_s)
        return seen

    def wait_for_exit(self, *, timeout_s: float = 15.0) -> int:
        """Wait for the command's end; returns its exit code."""
        self.wait_until(lambda: self.process.poll() is not None, what="the end", timeout_s=timeout_s)
        self._stop_reading()
        return int(self.process.returncode)

    # Behind it --------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """End the command, where it still runs, and give everything back."""
        self.process.kill()
        self.process.wait()
        self._stop_reading()
        self._close_ends()

    def _drain(self) -> None:
        while True:
            ready, _, _ = select.select([self._master, self._enough_read], [], [])
            if self._master not in ready:
                return
            try:
                data = os.read(self._master, self._bite())
            except OSError:
                data = b""
            now = time.monotonic()
            with self._came:
                if data:
                    self._chunks.append((now, data))
                self._came.notify_all()
            if not data:
                return
            if self._answers:
                self._answer(data)
            if (
                self._bytes_per_s is not None
                and self._enough_read in select.select([self._enough_read], [], [], 1 / _READS_PER_S)[0]
            ):
                return

    def _bite(self) -> int:
        return 65536 if self._bytes_per_s is None else max(1, self._bytes_per_s // _READS_PER_S)

    def _answer(self, data: bytes) -> None:
        text = self._unasked + data
        end = 0
        for question in _QUESTION.finditer(text):
            os.write(self._master, _ANSWERS[question.group()])
            end = question.end()
        self._unasked = text[max(end, len(text) - _LONGEST_QUESTION + 1) :]

    def _stop_reading(self) -> None:
        """Returns once what had come by now was read."""
        if self._reader.is_alive():
            os.write(self._enough_write, b"!")
            self._reader.join()

    def _close_ends(self) -> None:
        for fd in (self._master, self._enough_read, self._enough_write, self._slave):
            if fd is not None and fd >= 0:
                os.close(fd)
        self._master = self._enough_read = self._enough_write = -1
        self._slave = None

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
