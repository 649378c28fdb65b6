"""How far behind the terminal is with what was sent to it, by asking it now and then where it has got to."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable

ASK_AFTER_BYTES = 1000
"""Less is not worth a question; the words of a clock are a tenth of it."""
AHEAD_BYTES = 3000
"""So much may be on its way: a third of a second at 8 KB/s, after which a key's own picture still comes in time."""
SLOW_BYTES_PER_S = 20_000
"""A picture of a large window is as many bytes: below this it takes longer than a key may wait."""
GIVE_UP_AFTER_S = 15.0
"""Where nothing was answered for so long what was asked is forgotten: the answer may have been lost."""


class LinePace:
    """Counts what was sent and what the terminal has confirmed; nothing is held back before its first answer.

    So it is asked once at the beginning, before the first picture is on its way. A terminal answers a question once it
    has read all that was sent before it, wherever that waited: in this machine's buffers, in those of an SSH
    connection, or on the line. May be used by several threads.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._sent_bytes = 0
        self._confirmed_bytes = 0
        self._asked: deque[tuple[float, int, int]] = deque()
        """When each open question was asked, what had been sent before it, and how much of that was on its way."""
        self._round_trip_s = math.inf
        """The shortest time to an answer: what the line takes however little is sent."""
        self._bytes_per_s = math.inf
        self._answers = False
        self._answered_s = -math.inf

    def sent(self, count_bytes: int) -> None:
        """So much more is on its way."""
        with self._changed:
            self._sent_bytes += count_bytes

    def ask(self, *, first: bool = False) -> bool:
        """Whether to ask the terminal now, as always at `first`; it counts as asked."""
        with self._changed:
            self._forget_unanswered()
            before = self._asked[-1][1] if self._asked else self._confirmed_bytes
            if not first and self._sent_bytes - before < ASK_AFTER_BYTES:
                return False
            on_its_way = self._sent_bytes - self._confirmed_bytes
            self._asked.append((self._clock(), self._sent_bytes, on_its_way))
            return True

    def answered(self) -> None:
        """The terminal has answered the oldest open question; what nobody asked counts for nothing."""
        with self._changed:
            if self._asked:
                asked_s, self._confirmed_bytes, on_its_way = self._asked.popleft()
                self._answers = True
                self._answered_s = self._clock()
                self._estimate(self._answered_s - asked_s, on_its_way)
                self._changed.notify_all()

    @property
    def is_behind(self) -> bool:
        """Whether so much is on its way that another picture would only wait behind it."""
        with self._changed:
            if not self._answers or not self._asked:
                return False
            self._forget_unanswered()
            return bool(self._asked) and self._sent_bytes - self._confirmed_bytes >= AHEAD_BYTES

    @property
    def is_slow(self) -> bool:
        """Whether the line takes so little a second that a whole picture should go in pieces."""
        with self._changed:
            return self._bytes_per_s < SLOW_BYTES_PER_S

    @property
    def arrives_in_s(self) -> float:
        """How long what is on its way will take, as far as that is known."""
        with self._changed:
            return (self._sent_bytes - self._confirmed_bytes) / self._bytes_per_s

    def wait_for_answers(self, timeout_s: float) -> bool:
        """Wait until no question is open; whether that came about. A terminal that never answered is not waited for."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._asked or not self._answers, timeout_s)

    def reset(self) -> None:
        """What was asked will not be answered any more."""
        with self._changed:
            self._asked.clear()
            self._confirmed_bytes = self._sent_bytes

    def _estimate(self, answered_after_s: float, on_its_way: int) -> None:
        self._round_trip_s = min(self._round_trip_s, answered_after_s)
        if on_its_way >= ASK_AFTER_BYTES:
            underway_s = answered_after_s - self._round_trip_s
            self._bytes_per_s = on_its_way / underway_s if underway_s > 0 else math.inf

    def _forget_unanswered(self) -> None:
        # a long way behind it answers late, but it answers
        if self._asked and self._clock() - max(self._asked[0][0], self._answered_s) > GIVE_UP_AFTER_S:
            self._asked.clear()
            self._confirmed_bytes = self._sent_bytes
