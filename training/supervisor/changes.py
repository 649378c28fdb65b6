"""Wait, inside the supervisor's loop, for something that records or the clock bring about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Changes:
    """Somebody says `happened` at every record and about twice a second; whoever waits looks again then."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self._waiting: set[asyncio.Event] = set()

    def happened(self) -> None:
        """Have everybody who waits look again."""
        for event in self._waiting:
            event.set()

    async def until(self, holds: Callable[[], bool], by_s: float | None = None) -> bool:
        """Return True once `holds`, False when it is `by_s` on the run's clock and it does not."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            while not holds():
                if by_s is not None and self.now() >= by_s:
                    return False
                await event.wait()
                event.clear()
        finally:
            self._waiting.discard(event)
        return True
