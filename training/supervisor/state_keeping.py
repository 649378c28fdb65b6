"""Keep the run's state in its folder once a minute, so that a long run can be attached to at once."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable

from training.analysis.history import RunHistory
from training.analysis.kept_state import keep_state
from training.record.run_folder import RunFolder

PERIOD_S = 60.0
KEPT_AFTER_S = 600.0
"""The records of a shorter run are read in less time than a terminal takes to begin."""


class StateKeeping:
    """Reads the run's files as any viewer does, in a thread. Whatever goes wrong with it, the run goes on."""

    def __init__(
        self,
        folder: RunFolder,
        now: Callable[[], float],
        *,
        period_s: float = PERIOD_S,
        kept_after_s: float = KEPT_AFTER_S,
    ) -> None:
        """`now` tells seconds since the run began: of a run that is short nothing is read."""
        self._history = RunHistory(folder)
        self._now = now
        self._period_s = period_s
        self._kept_after_s = kept_after_s
        self._task: asyncio.Task[None] | None = None
        self._over = asyncio.Event()
        self._failed = False

    def start(self) -> None:
        """Keep it from now on."""
        self._task = asyncio.create_task(self._go_on())

    async def finish(self) -> None:
        """Keep what the run came to; returns when that is done."""
        self._over.set()
        if self._task is not None:
            await self._task

    async def _go_on(self) -> None:
        is_over = False
        while not is_over:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), self._period_s)
            is_over = self._over.is_set()  # before reading, so that the last reading is of everything
            await asyncio.to_thread(self._keep)

    def _keep(self) -> None:
        if self._failed or self._now() < self._kept_after_s:
            return
        try:
            self._history.refresh()
            keep_state(self._history.folder, self._history.state())
        except OSError as error:  # a full disk may have room again
            print(f"{self._history.folder.kept_state}: cannot be kept: {error}", file=sys.stderr, flush=True)
        except Exception as error:  # noqa: BLE001 - a convenience of readers must end no training
            self._failed = True
            print(f"the run's state is kept no more: {error!r}", file=sys.stderr, flush=True)
