"""Follow a run's folder from a thread, and hand on what it adds up to."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable

from training.analysis.history import RunHistory
from training.analysis.state import RunState

Deliver = Callable[[RunState], object]

DEFAULT_PERIOD_S = 1.0


class RunFeed:
    """Reads one run's files once a period and delivers each state, until the run is over or `stop`.

    The thread reads and folds; it never waits for whoever draws. `deliver` is called in the thread.
    """

    def __init__(
        self,
        history: RunHistory,
        deliver: Deliver,
        *,
        supervisor: subprocess.Popen[bytes] | None = None,
        period_s: float = DEFAULT_PERIOD_S,
    ) -> None:
        self.period_s = period_s
        """How long to wait between two looks; may be set at any time."""
        self._history = history
        self._deliver = deliver
        self._supervisor = supervisor
        self._wake = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._follow, name="dualtrain-feed", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def look_now(self) -> None:
        """Do not wait for the period's end."""
        self._wake.set()

    def stop(self) -> None:
        """Deliver nothing more; returns when the thread has ended."""
        self._over = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def _follow(self) -> None:
        while not self._over:
            gone = self._supervisor is not None and self._supervisor.poll() is not None
            self._history.refresh(supervisor_gone=gone)
            if self._over:
                return
            self._deliver(self._history.state())
            if not self._history.is_live:
                return
            self._wake.wait(self.period_s)
            self._wake.clear()
