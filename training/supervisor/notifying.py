"""Run the user's command at the end of each lane, whoever looks or does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from training.lane_notice import LaneNotice, notify_in_background
from training.plan import Lane, NotifyCommand
from training.record.event_records import EventRecord, LaneEnded, Note
from training.supervisor.measuring import HeardWriter

SETTLE_S = 1.0
"""So long the end of a run waits for commands that have not ended, so that a failure is still told. Not longer: they
are left to themselves."""


class Notifying:
    """Hears every event of the run. Lives on the supervisor's event loop; what goes wrong is a note among the events.

    The supervisor does it and not whoever looks: a run that was left is the one whose end nobody sees.
    """

    def __init__(
        self,
        command: NotifyCommand | None,
        run: str,
        events: HeardWriter,
        now: Callable[[], float],
        preset_of: Callable[[Lane], str],
    ) -> None:
        """`preset_of` names what a lane trains now: another may have joined in its place."""
        self._command = command
        self._run = run
        self._events = events
        self._now = now
        self._preset_of = preset_of
        self._threads: list[Thread] = []
        self._is_over = False
        self._heard_before = events.heard_by
        if command is not None:
            events.heard_by = self._hear

    async def settle(self) -> None:
        """Give commands that still run a moment, then leave them alone; nothing is told of them any more."""
        give_up_s = self._now() + SETTLE_S
        for thread in self._threads:
            await asyncio.to_thread(thread.join, max(0.0, give_up_s - self._now()))
        await asyncio.sleep(0)  # what the last one had to tell is on the loop by now
        self._is_over = True

    def _hear(self, record: EventRecord) -> None:
        if self._heard_before is not None:
            self._heard_before(record)
        if self._command is None or not isinstance(record, LaneEnded):
            return
        loop = asyncio.get_running_loop()
        lane = record.lane

        def failed(why: str) -> None:
            with suppress(RuntimeError):  # the loop is closed: the run is over
                loop.call_soon_threadsafe(self._tell, lane, why)

        notice = LaneNotice(lane, record.status, self._run, self._preset_of(lane))
        # without an output of its own it writes where the supervisor does, into supervisor.log
        self._threads.append(notify_in_background(self._command, notice, failed))

    def _tell(self, lane: Lane, why: str) -> None:
        if not self._is_over:
            self._events.write(Note(t=self._now(), message=why, lane=lane))
