"""Metering MIG: both lanes on one instance, or each on its own; what the whole GPU alone knows is said to be that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulated_driver.scenario import GIB, UUID, Mig, Process
from tests.unit.lane_life import CONTAINER, IDLE, Life, sleepers
from training.meters.lane_attribution import NOT_SEPARABLE, ON_MIG
from training.plan import Lane, PlannedDevice


@pytest.fixture
def pids() -> Iterator[dict[Lane, int]]:
    """Two processes that stand for the lanes."""
    with sleepers("sleep", "sleep") as (a, b):
        yield {"a": a, "b": b}


def mig(number: int, *processes: Process, used_bytes: int = 0) -> Mig:
    return Mig(
        uuid=f"MIG-{number}0000000-2222-3333-4444-555555555555",
        index=number,
        gpu_instance_id=number,
        memory_used_bytes=used_bytes,
        processes=processes,
    )


def planned(instance: Mig) -> PlannedDevice:
    return PlannedDevice(kind="gpu", name="MIG 1g.10gb", uuid=instance.uuid, mig_of=UUID)


def test_both_lanes_on_one_instance(pids: dict[Lane, int], tmp_path: Path) -> None:
    processes = (Process(pids["a"], 3 * GIB), Process(pids["b"], 4 * GIB))
    device = replace(IDLE, mig_mode=1, mig=(mig(2, *processes, used_bytes=8 * GIB),))
    with Life(tmp_path, pids, device=planned(device.mig[0]), first=device) as life:
        sample = life.play(device, 3)
        assert life.memory(sample) == [3 * GIB, 4 * GIB]
        assert (sample.device.memory_used_bytes, sample.device.memory_total_bytes) == (8 * GIB, 10 * GIB)
        assert sample.device.utilization_percent is None
        assert life.figure("device.utilization_percent")[0] == "unsupported"
        assert sample.device.power_w == 60
        assert "of the whole GPU" in life.figure("device.power_w")[1]
        assert life.figure("lanes.sm_percent") == ("unsupported", ON_MIG)


def test_an_instance_for_each_lane(pids: dict[Lane, int], tmp_path: Path) -> None:
    device = replace(
        IDLE,
        mig_mode=1,
        mig=(
            mig(1, Process(pids["a"], 3 * GIB), Process(1, GIB), used_bytes=4 * GIB),
            mig(3, Process(pids["b"], None), used_bytes=5 * GIB),
        ),
    )
    own: dict[Lane, PlannedDevice] = {"a": planned(device.mig[0]), "b": planned(device.mig[1])}
    with Life(tmp_path, pids, lane_devices=own, first=device) as life:
        sample = life.play(device, 3)
        assert life.memory(sample) == [3 * GIB, None]
        assert (sample.device.memory_used_bytes, sample.device.memory_total_bytes) == (9 * GIB, 20 * GIB)
        assert "together" in life.figure("device.memory_used_bytes")[1]
        assert sample.device.power_w == 60
        assert life.figure("lanes.a.memory_bytes")[0] == "value"
        assert life.figure("lanes.b.memory_bytes")[0] == "unsupported"
        assert life.figure("lanes.sm_percent") == ("unsupported", ON_MIG)
        assert sample.others is not None
        assert [(other.pid, other.memory_bytes) for other in sample.others] == [(1, GIB)]


def test_in_a_container_each_instance_grows_by_its_own_lane(pids: dict[Lane, int], tmp_path: Path) -> None:
    empty = replace(IDLE, mig_mode=1, mig=(mig(1), mig(3)))
    with_a = replace(empty, mig=(mig(1, used_bytes=3 * GIB), mig(3)))
    both = replace(empty, mig=(mig(1, used_bytes=3 * GIB), mig(3, used_bytes=5 * GIB)))
    own: dict[Lane, PlannedDevice] = {"a": planned(empty.mig[0]), "b": planned(empty.mig[1])}
    with Life(tmp_path, pids, surroundings=CONTAINER, lane_devices=own, first=empty) as life:
        life.through_warm_ups(with_a, both, empty)
        sample = life.play(both, 12)
        assert life.memory(sample) == [3 * GIB, 5 * GIB]
        state, reason = life.figure("lanes.memory_bytes")
        assert (state, NOT_SEPARABLE in reason) == ("estimate", True)
