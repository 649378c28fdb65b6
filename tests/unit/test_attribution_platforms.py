"""Where PIDs or numbers lie for other reasons than a container: WSL2, vGPU, MPS; and who is foreign anywhere."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulated_driver.scenario import GIB, Fault, Process
from tests.unit.lane_life import HELD, IDLE, Life, sleepers, with_lanes
from training.meters.lane_attribution import (
    MPS_SERVER_ONLY,
    MPS_SHARES,
    VGPU,
    VGPU_SHARES,
    WSL2,
    WSL2_SHARES,
)
from training.meters.pid_namespace import Surroundings
from training.plan import Lane

LISTS = tuple(f"nvmlDeviceGet{kind}RunningProcesses_v{n}" for kind in ("Compute", "Graphics") for n in (2, 3))
SAMPLES = ("nvmlDeviceGetProcessUtilization", "nvmlDeviceGetProcessesUtilizationInfo")
VIRTUAL = Surroundings(is_vgpu=True, has_own_pids=False)


@pytest.fixture
def pids() -> Iterator[dict[Lane, int]]:
    """Two processes that stand for the lanes."""
    with sleepers("sleep", "sleep") as (a, b):
        yield {"a": a, "b": b}


@pytest.mark.parametrize("is_listed", [True, False])
@pytest.mark.parametrize("has_own_pids", [True, False])
def test_on_wsl2_a_lanes_memory_is_never_a_number(
    is_listed: bool, has_own_pids: bool, pids: dict[Lane, int], tmp_path: Path
) -> None:
    place = Surroundings(is_wsl=True, has_own_pids=has_own_pids)
    both = with_lanes(pids, memory=lambda _lane: None)
    if not is_listed:
        both = replace(both, processes=())
    with Life(tmp_path, pids, surroundings=place) as life:
        life.through_warm_ups(both, both)
        sample = life.play(both, 12)
        assert life.memory(sample) == [None, None]
        assert life.figure("lanes.memory_bytes") == ("unsupported", WSL2)
        assert life.shares(sample) == [None, None]
        assert life.figure("lanes.sm_percent") == ("unsupported", WSL2_SHARES)


def test_a_vgpu_that_does_not_tell_memory_is_named(pids: dict[Lane, int], tmp_path: Path) -> None:
    a = with_lanes({"a": pids["a"]}, memory=lambda _lane: None)
    both = with_lanes(pids, memory=lambda _lane: None)
    with Life(tmp_path, pids, surroundings=VIRTUAL) as life:
        life.through_warm_ups(a, both)
        sample = life.play(both, 12)
        assert life.memory(sample) == [HELD["a"], HELD["b"]]
        state, reason = life.figure("lanes.memory_bytes")
        assert (state, VGPU in reason) == ("estimate", True)


def test_a_vgpu_that_tells_no_processes_is_named(pids: dict[Lane, int], tmp_path: Path) -> None:
    with Life(tmp_path, {"a": pids["a"]}, surroundings=VIRTUAL) as life:
        life.faults = tuple(Fault(call, 3) for call in LISTS + SAMPLES)
        sample = life.play(IDLE, 3)
        assert life.memory(sample) == [None]
        assert life.figure("lanes.memory_bytes") == ("unsupported", VGPU)
        assert life.figure("lanes.sm_percent") == ("unsupported", VGPU_SHARES)


def test_without_samples_of_processes_the_share_is_the_devices_only(
    pids: dict[Lane, int], tmp_path: Path
) -> None:
    with Life(tmp_path, pids) as life:
        life.faults = tuple(Fault(call, 3) for call in SAMPLES)
        sample = life.play(with_lanes(pids), 3)
        assert life.memory(sample) == [HELD["a"], HELD["b"]]
        assert life.figure("lanes.sm_percent")[0] == "unsupported"
        assert life.figure("lanes.sm_percent")[1].startswith("device only: ")
        assert sample.device.utilization_percent == 70


def test_a_busy_gpu_without_samples_is_not_idle(pids: dict[Lane, int], tmp_path: Path) -> None:
    with Life(tmp_path, pids) as life:
        life.play(with_lanes(pids), 9)
        silent = replace(with_lanes(pids), busy={})
        sample = life.play(silent, 14)
        assert life.shares(sample) == [None, None]
        assert life.figure("lanes.sm_percent")[0] == "pending"
        assert "busy" in life.figure("lanes.sm_percent")[1]


def test_under_mps_only_the_server_may_show(pids: dict[Lane, int], tmp_path: Path) -> None:
    path = tmp_path / "nvidia-cuda-mps-server"
    path.symlink_to("/bin/sleep")
    with sleepers(str(path)) as (server,), Life(tmp_path, {"a": pids["a"]}) as life:
        alone = replace(
            IDLE, memory_used_bytes=3 * GIB, processes=(Process(server, 3 * GIB),), busy={server: 60}
        )
        life.play(IDLE, 1)
        life.works("a")
        life.play(alone, 2, warming="a")
        sample = life.play(alone, 12)
        assert MPS_SERVER_ONLY in life.figure("lanes.memory_bytes")[1]
        assert life.figure("lanes.memory_bytes")[0] != "value"
        assert life.figure("lanes.sm_percent") == ("unsupported", MPS_SERVER_ONLY)
        assert life.shares(sample) == [None]
        clients = replace(
            alone,
            processes=(*alone.processes, Process(pids["a"], 2 * GIB, kind="mps")),
            busy={pids["a"]: 50},
        )
        sample = life.play(clients, 9)
        assert life.memory(sample) == [2 * GIB]
        assert life.figure("lanes.sm_percent") == ("value", MPS_SHARES)
        assert sample.others is not None
        assert [other.pid for other in sample.others] == [server]


def test_children_strangers_and_graphics_add_up(pids: dict[Lane, int], tmp_path: Path) -> None:
    lists = (
        Process(pids["a"], 3 * GIB),
        Process(pids["a"], 3 * GIB, kind="graphics"),
        Process(pids["b"], 2 * GIB, kind="mps"),
        Process(1, GIB, kind="graphics"),
    )
    busy = {pids["a"]: 30, pids["b"]: 20, 1: 10, 4_000_000: 5}  # the last is in no list
    device = replace(IDLE, memory_used_bytes=9 * GIB, processes=lists, busy=busy, gpu_percent=70)
    with Life(tmp_path, pids) as life:
        sample = life.play(device, 10)
        assert life.memory(sample) == [3 * GIB, 2 * GIB]
        assert sample.others is not None
        assert [(other.pid, other.kind, other.memory_bytes) for other in sample.others] == [
            (1, "graphics", GIB)
        ]
        assert sample.others_sm_percent == pytest.approx(15, abs=1)
        calls = life.driver.calls()  # of twenty samples
        assert calls["nvmlInitWithFlags"] + calls["nvmlInit_v2"] == 1
        assert calls["nvmlDeviceGetHandleByUUID"] == 1


def test_an_ended_process_takes_its_figures_along(pids: dict[Lane, int], tmp_path: Path) -> None:
    """A zombie that the driver still names is no lane's any more, and nobody is put in its place."""
    process = subprocess.Popen(["sleep", "600"])
    try:
        with Life(tmp_path, {"a": pids["a"], "b": process.pid}) as life:
            both = with_lanes({"a": pids["a"], "b": process.pid})
            life.play(both, 9)
            process.kill()
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and left a zombie
            sample = life.play(replace(both, busy={pids["a"]: 40}), 1)
    finally:
        process.kill()
        process.wait()
    assert list(sample.lanes) == ["a"]
    assert sample.lanes["a"].memory_bytes == HELD["a"]
    assert sample.others_sm_percent == 0  # what the ended lane used was not others'
