"""A reader that fails says so, once, and goes on: a screen never stands still without a word."""

from __future__ import annotations

import threading
from pathlib import Path

from tests.unit.made_runs import made_run
from training.analysis.history import RunHistory
from training.analysis.state import RunState
from tui.feed import RunFeed


class Stumbling(RunHistory):
    """Cannot read the first few times."""

    left = 3

    def refresh(self, *, supervisor_gone: bool = False) -> None:
        if self.left:
            self.left -= 1
            raise OSError("stale file handle")
        super().refresh(supervisor_gone=supervisor_gone)


def test_a_failure_is_told_once_and_the_next_state_comes(tmp_path: Path) -> None:
    told: list[str] = []
    states: list[RunState] = []
    come = threading.Event()

    def deliver(state: RunState) -> None:
        states.append(state)
        come.set()

    feed = RunFeed(Stumbling(made_run(tmp_path / "run")), deliver, failed=told.append, period_s=0.01)
    feed.start()
    assert come.wait(10)
    feed.stop()
    assert told == ["OSError: stale file handle"]
    assert states[0].run == "run"
