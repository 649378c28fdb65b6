"""A reader that fails says so, once, and goes on: a screen never stands still without a word."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from tests.unit.made_runs import append, made_run
from training.analysis.history import RunHistory
from training.analysis.state import RunState
from training.record.event_records import Began, Launched
from tui.feed import RunFeed


class Stumbling(RunHistory):
    """Cannot read the first few times."""

    left = 3

    def refresh(self, *, supervisor_gone: bool = False) -> None:
        if self.left:
            self.left -= 1
            raise OSError("stale file handle")
        super().refresh(supervisor_gone=supervisor_gone)


class Delivered:
    """What a feed told; `come` is set once that is enough."""

    def __init__(self, enough: int) -> None:
        self.states: list[RunState] = []
        self.looks_on: list[bool] = []
        self.failures: list[str] = []
        self.come = threading.Event()
        self._enough = enough

    def take(self, state: RunState, looks_on: bool) -> None:
        self.states.append(state)
        self.looks_on.append(looks_on)
        if len(self.states) == self._enough:
            self.come.set()

    def feed(self, history: RunHistory) -> RunFeed:
        return RunFeed(history, self.take, failed=self.failures.append, period_s=0.01)


def test_a_failure_is_told_once_and_the_next_state_comes(tmp_path: Path) -> None:
    told = Delivered(1)
    feed = told.feed(Stumbling(made_run(tmp_path / "run")))
    feed.start()
    assert told.come.wait(10)
    feed.stop()
    assert told.failures == ["OSError: stale file handle"]
    assert told.states[0].run == "run"


def test_a_lost_run_of_which_a_record_names_no_process_is_followed_to_its_last_look(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "run")
    os.utime(folder.plan, (0, 0))
    began = Began(t=0.0, monotonic_s=1.0, wall="2026-01-02T03:04:05+00:00", boot_id="b", sharing="together")
    append(folder.events, began, Launched(t=1.0, lane="a", pid=-1), Launched(t=1.0, lane="b", pid=0))
    told = Delivered(2)
    feed = told.feed(RunHistory(folder))
    feed.start()
    assert told.come.wait(10)
    feed.stop()
    assert [state.phase for state in told.states] == ["lost", "lost"]
    assert (told.looks_on, told.failures) == ([True, False], [])
