"""How long a viewer looks on at a lost run."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from tests import states
from training.analysis.state import LOST, LaneError, RunState
from tui.last_words import WITHIN_S, LastWords, is_running

UNTOLD = LaneError(LOST, "The run was lost: its supervisor is gone.")


def _lost(state: RunState) -> RunState:
    return replace(state, phase="lost")


def _b_untold() -> RunState:
    state = states.with_lane(_lost(states.cpu_run()), "a", phase="stopped")
    return states.with_lane(state, "b", phase="failed", error=UNTOLD, pid=7)


class Machine:
    """Processes that live until they are taken away, and a clock."""

    def __init__(self, *pids: int) -> None:
        self.pids = set(pids)
        self.now_s = 100.0
        self.last_words = LastWords(lives=self.pids.__contains__, clock=lambda: self.now_s)


def test_as_long_as_a_process_lives_that_has_not_told_its_end_and_once_more() -> None:
    machine = Machine(7)
    assert machine.last_words.may_come(_b_untold())
    assert machine.last_words.may_come(_b_untold())
    machine.pids.clear()
    assert machine.last_words.may_come(_b_untold())
    assert not machine.last_words.may_come(_b_untold())


def test_of_processes_long_gone_there_is_one_more_look() -> None:
    machine = Machine()
    assert machine.last_words.may_come(_b_untold())
    assert not machine.last_words.may_come(_b_untold())


def test_a_process_that_does_not_come_down_is_not_waited_for_without_end() -> None:
    machine = Machine(7)
    assert machine.last_words.may_come(_b_untold())
    machine.now_s += WITHIN_S
    assert not machine.last_words.may_come(_b_untold())


@pytest.mark.parametrize(
    "state",
    [
        states.cpu_run(),
        states.with_lane(states.cpu_run(phase="ended"), "b", phase="failed", error=UNTOLD, pid=7),
        states.with_lane(
            _lost(states.cpu_run()), "b", phase="failed", error=LaneError("nan-loss", "m"), pid=7
        ),
        states.with_lane(_lost(states.cpu_run()), "b", phase="stopped", pid=7),
    ],
    ids=["running", "ended", "its own error", "its own end"],
)
def test_there_is_nothing_to_wait_for(state: RunState) -> None:
    assert not Machine(7).last_words.may_come(state)


def test_a_process_that_waits_to_be_reaped_does_not_run() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
    assert not is_running(ended.pid)
    ended.wait()
    assert not is_running(ended.pid)
    assert is_running(os.getpid())
