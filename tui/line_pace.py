"""How far behind the terminal is with what was sent to it, by asking it now and then where it has got to."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

ASK_AFTER_BYTES = 1000
"""Less is not worth a question; the words of a clock are a tenth of it."""
AHEAD_BYTES = 3000
"""So much may be on its way: a third of a second at 8 KB/s, after which a key's own picture still comes in time."""
GIVE_UP_AFTER_S = 5.0
"""A question that is not answered by then is forgotten: the terminal may have been cleared meanwhile."""


class LinePace:
    """Counts what was sent and what the terminal has confirmed; nothing is held back before its first answer.

    A terminal answers a question once it has read all that was sent before it, wherever that waited: in this
    machine's buffers, in those of an SSH connection, or on the line. May be used by several threads.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._sent_bytes = 0
        self._confirmed_bytes = 0
        self._asked: deque[tuple[float, int]] = deque()
        """When each open question was asked, and what had been sent before it."""
        self._answers = False

    def sent(self, count_bytes: int) -> None:
        """So much more is on its way."""
        with self._changed:
            self._sent_bytes += count_bytes

    def ask(self) -> bool:
        """Whether to ask the terminal now; it counts as asked."""
        with self._changed:
            self._forget_unanswered()
            before = self._asked[-1][1] if self._asked else self._confirmed_bytes
            if self._sent_bytes - before < ASK_AFTER_BYTES:
                return False
            self._asked.append((self._clock(), self._sent_bytes))
            return True

    def answered(self) -> None:
        """The terminal has answered the oldest open question; what nobody asked counts for nothing."""
        with self._changed:
            if self._asked:
                self._confirmed_bytes = self._asked.popleft()[1]
                self._answers = True
                self._changed.notify_all()

    @property
    def is_behind(self) -> bool:
        """Whether so much is on its way that another picture would only wait behind it."""
        with self._changed:
            if not self._answers or not self._asked:
                return False
            self._forget_unanswered()
            return bool(self._asked) and self._sent_bytes - self._confirmed_bytes >= AHEAD_BYTES

    def wait_for_answers(self, timeout_s: float) -> bool:
        """Wait until no question is open; whether that came about. A terminal that never answered is not waited for."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._asked or not self._answers, timeout_s)

    def reset(self) -> None:
        """What was asked will not be answered any more."""
        with self._changed:
            self._asked.clear()
            self._confirmed_bytes = self._sent_bytes

    def _forget_unanswered(self) -> None:
        if self._asked and self._clock() - self._asked[0][0] > GIVE_UP_AFTER_S:
            self._asked.clear()
            self._confirmed_bytes = self._sent_bytes
