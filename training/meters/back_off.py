"""When to ask again after failures."""

from __future__ import annotations

import time
from collections.abc import Callable

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0


class BackOff:
    """Counts failures in a row; after each the pause before the next try doubles, from a second to a minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin without a failure; `clock` gives seconds."""
        self._clock = clock
        self._failed_at = 0.0
        self.failures = 0
        self.pause_s = 0.0

    @property
    def waits(self) -> bool:
        """Whether it is too early for another try; a clock that was set back ends the pause."""
        return self.failures > 0 and 0.0 <= self._clock() - self._failed_at < self.pause_s

    def failed(self) -> None:
        """Begin the next, longer pause."""
        self.pause_s = min(_LONGEST_PAUSE_S, max(_FIRST_PAUSE_S, 2.0 * self.pause_s))
        self.failures += 1
        self._failed_at = self._clock()

    def succeeded(self) -> None:
        """Forget the failures."""
        self.failures, self.pause_s = 0, 0.0
