"""Follow a run's folder from a thread, and hand on what it adds up to."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable

from training.analysis.history import RunHistory
from training.analysis.state import RunState
from tui.last_words import LastWords

Deliver = Callable[[RunState, bool], object]
"""Takes a state, and whether lanes of a lost run may still tell how they ended."""

DEFAULT_PERIOD_S = 1.0


class Feed:
    """Delivers states from a thread of its own: of a run as it goes, or as it went. It never waits for who draws."""

    def __init__(self, name: str, failed: Callable[[str], object], period_s: float) -> None:
        """`failed` is told, in the thread, what kept the run from being read; each thing once."""
        self.period_s = period_s
        """How long to wait between two looks; may be set at any time."""
        self._failed = failed
        self._failure = ""
        self._wake = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._follow, name=name, daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
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
        """Look and deliver until it is over, in the thread."""
        raise NotImplementedError

    def _wait(self, seconds: float | None) -> None:
        """Until then, or until somebody wants a look."""
        self._wake.wait(seconds)
        self._wake.clear()

    def _tell_failure(self, error: Exception) -> None:
        failure = f"{type(error).__name__}: {error}"
        if failure != self._failure:
            self._failure = failure
            self._failed(failure)


class RunFeed(Feed):
    """Reads one run's files once a period and delivers each state, until the run is over or `stop`.

    A lost run is followed until its lanes have told how they ended.
    """

    def __init__(
        self,
        history: RunHistory,
        deliver: Deliver,
        *,
        failed: Callable[[str], object] = lambda _: None,
        supervisor: subprocess.Popen[bytes] | None = None,
        period_s: float = DEFAULT_PERIOD_S,
    ) -> None:
        """`deliver` is called in the thread."""
        super().__init__("dualtrain-feed", failed, period_s)
        self._history = history
        self._deliver = deliver
        self._supervisor = supervisor
        self._last_words = LastWords()

    def _follow(self) -> None:
        while not self._over:
            if not self._look():
                return
            self._wait(self.period_s)

    def _look(self) -> bool:
        """Read and deliver once; whether there may be more to come."""
        gone = self._supervisor is not None and self._supervisor.poll() is not None
        try:
            self._history.refresh(supervisor_gone=gone)
            state = self._history.state()
            looks_on = self._last_words.may_come(state)
        except Exception as error:  # noqa: BLE001 - a screen that stands still without a word would be worse
            self._tell_failure(error)
            return not gone
        if not self._over:
            self._deliver(state, looks_on)
        return self._history.is_live or looks_on
