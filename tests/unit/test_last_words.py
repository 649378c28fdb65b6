"""How long a viewer looks on at a lost run."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import psutil
import pytest

from tests import states
from training.analysis.state import LOST, LaneError, RunState
from tui.last_words import WITHIN_S, LastWords, WallSpan, is_running, launched_within

UNTOLD = LaneError(LOST, "The run was lost: its supervisor is gone.")


def _lost(state: RunState) -> RunState:
    return replace(state, phase="lost", started_wall="2026-01-02T03:04:05+00:00")


def _b_untold() -> RunState:
    state = states.with_lane(_lost(states.cpu_run()), "a", phase="stopped")
    return states.with_lane(state, "b", phase="failed", error=UNTOLD, pid=7)


class Machine:
    """Processes that live until they are taken away, and a clock."""

    def __init__(self, *pids: int) -> None:
        self.pids = set(pids)
        self.now_s = 100.0
        self.last_words = LastWords(lives=lambda pid, _: pid in self.pids, clock=lambda: self.now_s)


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


ANY_TIME: WallSpan = (0.0, math.inf)


def test_a_process_that_waits_to_be_reaped_does_not_run() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
    assert not is_running(ended.pid, ANY_TIME)
    ended.wait()
    assert not is_running(ended.pid, ANY_TIME)
    assert is_running(os.getpid(), ANY_TIME)


def test_a_process_of_the_same_number_from_another_time_is_another() -> None:
    begun_s = psutil.Process().create_time()
    assert is_running(os.getpid(), (begun_s - 1, begun_s + 1))
    assert not is_running(os.getpid(), (begun_s - 9, begun_s - 1))
    assert not is_running(os.getpid(), (begun_s + 1, begun_s + 9))


@pytest.mark.parametrize("pid", [-1, 0, -(2**40), 2**40, 2**63])
def test_a_number_from_a_record_may_be_no_process_s(pid: int) -> None:
    assert not is_running(pid, ANY_TIME)


def test_a_lane_s_process_began_with_the_run_at_the_earliest_and_before_its_last_record() -> None:
    span = launched_within(replace(_lost(states.cpu_run()), elapsed_s=60.0))
    assert span is not None
    zero_s = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()
    assert span[0] < zero_s < zero_s + 60 < span[1]
    assert span[1] - span[0] < 65


@pytest.mark.parametrize("wall", ["", "yesterday", "0001-01-01T00:00:00", "9999-12-31T23:59:59"])
def test_a_run_that_does_not_tell_when_it_began_has_no_process_that_is_known(wall: str) -> None:
    state = states.with_lane(replace(_b_untold(), started_wall=wall), "b", pid=os.getpid())
    last_words = LastWords()
    assert last_words.may_come(state)
    assert not last_words.may_come(state)
