"""Whose PIDs a driver tells a container, branch by branch: what is put down to which lane, over the simulated library.

The table is that of open-gpu-kernel-modules: up to 525 the host's PIDs everywhere; from 535 the list is translated and
its memory is not found; from 565 it is; from 570 the samples are translated, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.simulated_driver.scenario import GIB, Process
from tests.unit.lane_life import CONTAINER, HELD, HOST, HOST_PIDS, IDLE, Life, sleepers, with_lanes
from training.meters.lane_attribution import NOT_SEPARABLE, NOT_TOLD
from training.plan import Lane

STRANGER = 4_200_000
"""A process of another container, by its PID on the host."""


@pytest.fixture
def pids() -> Iterator[dict[Lane, int]]:
    """Two processes that stand for the lanes."""
    with sleepers("sleep", "sleep") as (a, b):
        yield {"a": a, "b": b}


@dataclass(frozen=True)
class Branch:
    """A driver branch of the table: which PIDs and memory a container sees."""

    version: str
    translates_list: bool = True
    tells_memory: bool = True
    translates_samples: bool = False


R525 = Branch("525.147.05", translates_list=False)
R535 = Branch("535.183.01", tells_memory=False)
R560 = Branch("560.35.03", tells_memory=False)
R565 = Branch("565.57.01")
R570 = Branch("570.86.15", translates_samples=True)


@pytest.mark.parametrize("branch", [R525, R535, R560, R565, R570], ids=lambda branch: branch.version)
@pytest.mark.parametrize("in_container", [False, True], ids=["host", "container"])
def test_driver_branches(branch: Branch, in_container: bool, pids: dict[Lane, int], tmp_path: Path) -> None:
    in_list = pids if branch.translates_list or not in_container else HOST_PIDS
    in_samples = pids if branch.translates_samples or not in_container else HOST_PIDS
    tells = branch.tells_memory or not in_container

    def memory(lane: Lane) -> int | None:
        return HELD[lane] if tells else {"a": 0, "b": None}[lane]

    a = with_lanes({"a": in_list["a"]}, sampled=in_samples, memory=memory)
    both = with_lanes(in_list, sampled=in_samples, memory=memory)
    place = CONTAINER if in_container else HOST
    with Life(tmp_path, pids, surroundings=place, driver_version=branch.version) as life:
        life.through_warm_ups(a, both)
        sample = life.play(both, 16)
        # the growth of the device in each lane's warm-up is what the driver would have told
        assert life.memory(sample) == [HELD["a"], HELD["b"]]
        state, reason = life.figure("lanes.memory_bytes")
        if in_list is pids and tells:
            assert state == "value"
        else:
            assert state == "estimate"
            assert (NOT_SEPARABLE if in_list is HOST_PIDS else NOT_TOLD) in reason
            assert "rough" not in reason
        if in_samples is pids:
            assert life.shares(sample) == [pytest.approx(40, abs=1), pytest.approx(20, abs=1)]
            assert life.figure("lanes.sm_percent")[0] == "value"
            assert sample.others_sm_percent == 0
            assert all((reading.sm_age_s or 0) < 1 for reading in sample.lanes.values())
        else:
            assert life.shares(sample) == [None, None]
            assert life.figure("lanes.sm_percent") == ("unsupported", NOT_SEPARABLE)
            assert sample.others_sm_percent is None
        assert sample.others == ()  # the lanes themselves are not foreign, whatever they are called


@pytest.mark.parametrize("branch", [R525, R535, R565], ids=lambda branch: branch.version)
def test_a_host_pid_that_looks_like_a_lanes_is_never_taken_for_it(
    branch: Branch, pids: dict[Lane, int], tmp_path: Path
) -> None:
    """Another container's process has on the host the PID that lane b has here."""
    both = with_lanes(pids if branch.translates_list else HOST_PIDS, sampled=HOST_PIDS)
    stranger = Process(pids["b"], 7 * GIB)
    if not branch.translates_list:  # else the list leaves it out
        both = replace(both, processes=(*both.processes, stranger))
    both = replace(both, busy=both.busy | {pids["b"]: 30})
    with Life(tmp_path, pids, surroundings=CONTAINER, driver_version=branch.version) as life:
        life.play(replace(both, processes=(stranger,), memory_used_bytes=7 * GIB), 1)
        for _ in range(16):
            sample = life.play(both, 1)
            assert life.shares(sample) == [None, None]
            assert life.memory(sample)[1] != 7 * GIB
            assert life.figure("lanes.sm_percent") == ("unsupported", NOT_SEPARABLE)
        if not branch.translates_list:
            assert sample.others
            assert sample.others[0].pid == pids["b"]
            assert sample.others[0].name is None  # it is not the process of that PID here


def test_strangers_of_other_containers_do_not_take_the_lanes_shares(
    pids: dict[Lane, int], tmp_path: Path
) -> None:
    """The list leaves them out, and the samples name them as the host does, also on drivers that translate."""
    before = replace(IDLE, busy={STRANGER: 15})
    a, both = with_lanes({"a": pids["a"]}, device=before), with_lanes(pids, device=before)
    with Life(tmp_path, pids, surroundings=CONTAINER, driver_version=R570.version) as life:
        life.through_warm_ups(a, both, before)
        sample = life.play(both, 16)
        assert life.shares(sample) == [pytest.approx(40, abs=1), pytest.approx(20, abs=1)]
        assert sample.others_sm_percent == pytest.approx(15, abs=1)
        assert sample.others == ()


def test_samples_that_never_name_a_lane_that_works_are_not_relied_on(
    pids: dict[Lane, int], tmp_path: Path
) -> None:
    raw, ours = with_lanes(pids, sampled=HOST_PIDS), with_lanes(pids)
    with Life(tmp_path, pids, surroundings=CONTAINER, driver_version=R570.version) as life:
        life.through_warm_ups(with_lanes({"a": pids["a"]}, sampled=HOST_PIDS), raw)
        life.play(raw, 12)
        assert life.figure("lanes.sm_percent") == ("unsupported", NOT_SEPARABLE)
        sample = life.play(ours, 9)
        assert life.shares(sample) == [pytest.approx(40, abs=1), pytest.approx(20, abs=1)]
        assert life.figure("lanes.sm_percent")[0] == "value"


def test_a_lane_that_trains_on_the_cpu_is_no_sign_of_a_container(
    pids: dict[Lane, int], tmp_path: Path
) -> None:
    with Life(tmp_path, pids) as life:
        sample = life.play(IDLE, 15)
        assert life.memory(sample) == [None, None]
        assert life.figure("lanes.memory_bytes")[0] == "pending"
        assert life.figure("lanes.sm_percent")[0] == "pending"


def test_a_lane_that_is_listed_after_all_has_its_figures_back(pids: dict[Lane, int], tmp_path: Path) -> None:
    absent = replace(IDLE, memory_used_bytes=3 * GIB)
    with Life(tmp_path, {"a": pids["a"]}, surroundings=CONTAINER) as life:
        life.play(IDLE, 1)
        life.works("a")
        life.play(absent, 9, warming="a")
        assert life.figure("lanes.memory_bytes")[0] == "pending"  # not yet ten seconds
        life.play(absent, 2)
        assert life.figure("lanes.memory_bytes")[0] == "estimate"
        back = replace(absent, processes=(Process(pids["a"], 2 * GIB),), busy={pids["a"]: 30})
        assert life.memory(life.play(back, 0.5)) == [2 * GIB]  # at once
        sample = life.play(back, 8)
        assert life.figure("lanes.memory_bytes")[0] == "value"
        assert life.figure("lanes.sm_percent")[0] == "value"
        assert life.shares(sample) == [pytest.approx(30, abs=1)]
        gone = life.play(absent, 12)
        assert life.memory(gone) == [None]
        assert life.figure("lanes.memory_bytes")[0] == "idle"


@pytest.mark.parametrize("what", ["came", "grew", "left"])
def test_an_estimate_is_rough_where_others_changed_in_the_warm_up(
    what: str, pids: dict[Lane, int], tmp_path: Path
) -> None:
    there = replace(IDLE, processes=(Process(1, GIB),), memory_used_bytes=GIB)
    nobody = IDLE
    more = replace(IDLE, processes=(Process(1, 2 * GIB),), memory_used_bytes=2 * GIB)
    before, after = {"came": (nobody, there), "grew": (there, more), "left": (there, nobody)}[what]
    with Life(tmp_path, {"a": pids["a"]}, surroundings=CONTAINER) as life:
        life.play(before, 1)
        life.works("a")
        warm = replace(after, memory_used_bytes=after.memory_used_bytes + 3 * GIB)
        life.play(warm, 2, warming="a")
        life.play(warm, 12)
        state, reason = life.figure("lanes.memory_bytes")
        assert state == "estimate"
        assert "rough" in reason


def test_each_lane_has_its_own_word_where_they_differ(pids: dict[Lane, int], tmp_path: Path) -> None:
    both = replace(IDLE, processes=(Process(pids["a"], HELD["a"]),), memory_used_bytes=8 * GIB)
    with Life(tmp_path, pids, surroundings=CONTAINER) as life:
        life.through_warm_ups(with_lanes({"a": pids["a"]}), both)
        sample = life.play(both, 14)
        assert life.memory(sample) == [HELD["a"], HELD["b"]]
        assert life.figure("lanes.a.memory_bytes")[0] == "value"
        assert life.figure("lanes.b.memory_bytes")[0] == "estimate"
