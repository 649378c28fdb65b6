"""Which figures are put down to which lane, per driver branch, namespace and platform: over the simulated library."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.metering import MeterProcess
from tests.simulated_driver.scenario import GIB, UUID, Device, Mig, Process, Scenario
from training.meters.lane_attribution import (
    MPS_SERVER_ONLY,
    MPS_SHARES,
    NOT_SEPARABLE,
    NOT_TOLD,
    ON_MIG,
    VGPU,
    WSL2,
)
from training.meters.meter import LaneProcess
from training.meters.pid_namespace import Surroundings
from training.plan import Lane, PlannedDevice
from training.record.device_records import Sample, Source

GPU = PlannedDevice(kind="gpu", name="GPU", uuid=UUID)
HOST = Surroundings(has_own_pids=False)
CONTAINER = Surroundings(has_own_pids=True)
HOST_PIDS: dict[Lane, int] = {"a": 4_100_001, "b": 4_100_002}
"""What the lanes are called outside the container: PIDs that do not exist here."""
BEGAN_US = 1_700_000_000_000_000
IDLE = Device(memory_used_bytes=0, memory_reserved_bytes=0)


@pytest.fixture
def pids() -> Iterator[dict[Lane, int]]:
    """Two processes that stand for the lanes."""
    processes = [subprocess.Popen(["sleep", "600"]) for _ in range(2)]
    yield {"a": processes[0].pid, "b": processes[1].pid}
    for process in processes:
        process.kill()
        process.wait()


class Life:
    """Two lanes on a device, from before their warm-ups to well after: the same for every case."""

    def __init__(self, driver: SimulatedDriver, meter: MeterProcess, pids: dict[Lane, int]) -> None:
        self.now_s = 0.0
        self._driver = driver
        self._meter = meter
        self._pids = pids
        self._since: dict[Lane, float] = {}

    def play(self, device: Device, seconds: float, *, warming: Lane | None = None) -> tuple[Sample, Source]:
        """Let time pass on this device, two samples a second; returns the last."""
        for _ in range(int(seconds * 2)):
            self.now_s += 0.5
            clock_us = BEGAN_US + int(self.now_s * 1e6)
            self._driver.play(Scenario(devices=(device,), clock_us=clock_us))
            lanes = {
                lane: LaneProcess(pid, lane == warming, self._since.get(lane))
                for lane, pid in self._pids.items()
            }
            told = self._meter.sample(self.now_s, lanes)
        return told

    def works(self, lane: Lane) -> None:
        """From now on the lane uses the device."""
        self._since[lane] = self.now_s

    def through_warm_ups(self, a: Device, both: Device) -> None:
        """Alone each warms up: first `a` shows on the device, then both do."""
        self.play(replace(a, memory_used_bytes=0, processes=(), busy={}), 1)
        self.works("a")
        self.play(a, 2, warming="a")
        self.works("b")
        self.play(both, 2, warming="b")


def listed(
    device: Device, pids: dict[Lane, int], memory: dict[Lane, int | None], sampled: dict[Lane, int]
) -> Device:
    return replace(
        device,
        processes=tuple(Process(pids[lane], bytes_) for lane, bytes_ in memory.items()),
        busy={sampled[lane]: {"a": 40, "b": 20}[lane] for lane in memory},
        gpu_percent=70,
        memory_used_bytes=3 * GIB if len(memory) == 1 else 8 * GIB,
    )


@dataclass(frozen=True)
class Branch:
    """A driver branch of the table: which PIDs and memory a container sees."""

    name: str
    translates_list: bool
    tells_memory: bool
    translates_samples: bool


BRANCHES = (
    Branch("525", translates_list=False, tells_memory=True, translates_samples=False),
    Branch("535-560", translates_list=True, tells_memory=False, translates_samples=False),
    Branch("565", translates_list=True, tells_memory=True, translates_samples=False),
    Branch("570", translates_list=True, tells_memory=True, translates_samples=True),
)


@pytest.mark.parametrize("branch", BRANCHES, ids=lambda branch: branch.name)
@pytest.mark.parametrize("in_container", [False, True], ids=["host", "container"])
def test_driver_branches(branch: Branch, in_container: bool, pids: dict[Lane, int], tmp_path: Path) -> None:
    list_pids = pids if branch.translates_list or not in_container else HOST_PIDS
    sample_pids = pids if branch.translates_samples or not in_container else HOST_PIDS
    tells = branch.tells_memory or not in_container
    memory: dict[Lane, int | None] = {"a": 3 * GIB if tells else 0, "b": 5 * GIB if tells else None}
    a = listed(IDLE, list_pids, {"a": memory["a"]}, sample_pids)
    both = listed(IDLE, list_pids, memory, sample_pids)
    driver = SimulatedDriver(tmp_path, Scenario(devices=(IDLE,), clock_us=BEGAN_US))
    with MeterProcess(driver, GPU, surroundings=CONTAINER if in_container else HOST) as meter:
        life = Life(driver, meter, pids)
        life.through_warm_ups(a, both)
        sample, source = life.play(both, 16)
    memory_figure, share_figure = source.figures["lanes.memory_bytes"], source.figures["lanes.sm_percent"]
    # the growth of the device in each lane's warm-up is what the driver would have told
    assert [reading.memory_bytes for reading in sample.lanes.values()] == [3 * GIB, 5 * GIB]
    if list_pids is pids and tells:
        assert memory_figure.state == "value"
    else:
        assert memory_figure.state == "estimate"
        assert (NOT_SEPARABLE if list_pids is HOST_PIDS else NOT_TOLD) in memory_figure.reason
    shares = [reading.sm_percent for reading in sample.lanes.values()]
    if sample_pids is pids:
        assert shares == [pytest.approx(40, abs=1), pytest.approx(20, abs=1)]
        assert (share_figure.state, sample.others_sm_percent) == ("value", 0)
        assert all(reading.sm_age_s is not None and reading.sm_age_s < 1 for reading in sample.lanes.values())
    else:
        assert shares == [None, None]
        assert (share_figure.state, share_figure.reason) == ("unsupported", NOT_SEPARABLE)


def test_a_lane_that_trains_on_the_cpu_is_no_sign_of_a_container(
    pids: dict[Lane, int], tmp_path: Path
) -> None:
    driver = SimulatedDriver(tmp_path, Scenario(devices=(IDLE,), clock_us=BEGAN_US))
    with MeterProcess(driver, GPU, surroundings=HOST) as meter:
        sample, source = Life(driver, meter, pids).play(IDLE, 15)
    assert source.figures["lanes.memory_bytes"].state == "pending"
    assert source.figures["lanes.sm_percent"].state == "pending"
    assert sample.lanes["a"].memory_bytes is None


def test_a_lane_that_is_listed_after_all_has_its_figures_back(pids: dict[Lane, int], tmp_path: Path) -> None:
    absent = replace(IDLE, memory_used_bytes=3 * GIB)
    driver = SimulatedDriver(tmp_path, Scenario(devices=(IDLE,), clock_us=BEGAN_US))
    with MeterProcess(driver, GPU, surroundings=CONTAINER) as meter:
        life = Life(driver, meter, {"a": pids["a"]})
        life.play(IDLE, 1)
        life.works("a")
        life.play(absent, 2, warming="a")
        _, before = life.play(absent, 12)
        assert before.figures["lanes.memory_bytes"].state == "estimate"
        back = replace(absent, processes=(Process(pids["a"], 2 * GIB),), busy={pids["a"]: 30})
        sample, source = life.play(back, 8)
        assert sample.lanes["a"].memory_bytes == 2 * GIB
        assert source.figures["lanes.memory_bytes"].state == "value"
        assert source.figures["lanes.sm_percent"].state == "value"
        gone, source = life.play(absent, 12)
    assert gone.lanes["a"].memory_bytes is None
    assert source.figures["lanes.memory_bytes"].state == "idle"


@pytest.mark.parametrize(
    ("surroundings", "why"),
    [(Surroundings(is_wsl=True), WSL2), (Surroundings(is_vgpu=True), VGPU)],
    ids=["WSL2", "vGPU"],
)
def test_memory_that_is_not_available_is_never_a_number_of_the_drivers(
    surroundings: Surroundings, why: str, pids: dict[Lane, int], tmp_path: Path
) -> None:
    both = listed(IDLE, pids, {"a": None, "b": None}, pids)
    driver = SimulatedDriver(tmp_path, Scenario(devices=(IDLE,), clock_us=BEGAN_US))
    with MeterProcess(driver, GPU, surroundings=surroundings) as meter:
        sample, source = Life(driver, meter, pids).play(both, 12)
    assert [reading.memory_bytes for reading in sample.lanes.values()] == [None, None]
    figure = source.figures["lanes.memory_bytes"]
    assert (figure.state, figure.reason) == ("unsupported", why)


def test_under_mps_only_the_server_may_show(pids: dict[Lane, int], tmp_path: Path) -> None:
    server_path = tmp_path / "nvidia-cuda-mps-server"
    server_path.symlink_to("/bin/sleep")
    server = subprocess.Popen([str(server_path), "600"])
    try:
        device = replace(
            IDLE, memory_used_bytes=3 * GIB, processes=(Process(server.pid, 3 * GIB),), busy={server.pid: 60}
        )
        driver = SimulatedDriver(tmp_path / "driver", Scenario(devices=(IDLE,), clock_us=BEGAN_US))
        with MeterProcess(driver, GPU, surroundings=HOST) as meter:
            life = Life(driver, meter, {"a": pids["a"]})
            life.play(IDLE, 1)
            life.works("a")
            life.play(device, 2, warming="a")
            sample, source = life.play(device, 12)
            assert MPS_SERVER_ONLY in source.figures["lanes.memory_bytes"].reason
            assert source.figures["lanes.sm_percent"].reason == MPS_SERVER_ONLY
            assert sample.lanes["a"].sm_percent is None
            clients = replace(
                device,
                processes=(*device.processes, Process(pids["a"], 2 * GIB, kind="mps")),
                busy={pids["a"]: 50},
            )
            sample, source = life.play(clients, 9)
        assert sample.lanes["a"].memory_bytes == 2 * GIB
        assert source.figures["lanes.sm_percent"].reason == MPS_SHARES
        assert sample.others is not None
        assert [other.pid for other in sample.others] == [server.pid]
    finally:
        server.kill()
        server.wait()


def mig(number: int, *processes: Process, used_bytes: int = 0) -> Mig:
    return Mig(
        uuid=f"MIG-{number}0000000-2222-3333-4444-555555555555",
        index=number,
        gpu_instance_id=number,
        memory_used_bytes=used_bytes,
        processes=processes,
    )


def test_both_lanes_on_one_mig_instance(pids: dict[Lane, int], tmp_path: Path) -> None:
    processes = (Process(pids["a"], 3 * GIB), Process(pids["b"], 4 * GIB))
    device = replace(IDLE, mig_mode=1, mig=(mig(2, *processes, used_bytes=8 * GIB),))
    planned = PlannedDevice(kind="gpu", name="MIG 1g.10gb", uuid=device.mig[0].uuid, mig_of=UUID)
    driver = SimulatedDriver(tmp_path, Scenario(devices=(device,), clock_us=BEGAN_US))
    with MeterProcess(driver, planned, surroundings=HOST) as meter:
        sample, source = Life(driver, meter, pids).play(device, 3)
    assert [reading.memory_bytes for reading in sample.lanes.values()] == [3 * GIB, 4 * GIB]
    assert (sample.device.memory_used_bytes, sample.device.memory_total_bytes) == (8 * GIB, 10 * GIB)
    assert sample.device.utilization_percent is None
    assert sample.device.power_w == 60
    share = source.figures["lanes.sm_percent"]
    assert (share.state, share.reason) == ("unsupported", ON_MIG)
    assert "of the whole GPU" in source.figures["device.power_w"].reason


def test_a_mig_instance_for_each_lane(pids: dict[Lane, int], tmp_path: Path) -> None:
    stranger = Process(1, GIB)
    device = replace(
        IDLE,
        mig_mode=1,
        mig=(
            mig(1, Process(pids["a"], 3 * GIB), stranger, used_bytes=4 * GIB),
            mig(3, Process(pids["b"], None), used_bytes=5 * GIB),
        ),
    )
    lane_devices: dict[Lane, PlannedDevice] = {
        "a": PlannedDevice(kind="gpu", name="MIG", uuid=device.mig[0].uuid, mig_of=UUID),
        "b": PlannedDevice(kind="gpu", name="MIG", uuid=device.mig[1].uuid, mig_of=UUID),
    }
    driver = SimulatedDriver(tmp_path, Scenario(devices=(device,), clock_us=BEGAN_US))
    with MeterProcess(driver, GPU, lane_devices, surroundings=HOST) as meter:
        sample, source = Life(driver, meter, pids).play(device, 3)
    assert [reading.memory_bytes for reading in sample.lanes.values()] == [3 * GIB, None]
    assert (sample.device.memory_used_bytes, sample.device.memory_total_bytes) == (9 * GIB, 20 * GIB)
    assert source.figures["lanes.a.memory_bytes"].state == "value"
    assert source.figures["lanes.b.memory_bytes"].state == "unsupported"
    assert sample.others is not None
    assert [(other.pid, other.memory_bytes) for other in sample.others] == [(1, GIB)]


def test_children_strangers_and_graphics_add_up(pids: dict[Lane, int], tmp_path: Path) -> None:
    device = replace(
        IDLE,
        memory_used_bytes=9 * GIB,
        processes=(
            Process(pids["a"], 3 * GIB),
            Process(pids["a"], 3 * GIB, kind="graphics"),
            Process(pids["b"], 2 * GIB, kind="mps"),
            Process(1, GIB, kind="graphics"),
        ),
        busy={pids["a"]: 30, pids["b"]: 20, 1: 10, 4_000_000: 5},
        gpu_percent=70,
    )
    driver = SimulatedDriver(tmp_path, Scenario(devices=(device,), clock_us=BEGAN_US))
    with MeterProcess(driver, GPU, surroundings=HOST) as meter:
        sample, _ = Life(driver, meter, pids).play(device, 10)
    assert [reading.memory_bytes for reading in sample.lanes.values()] == [3 * GIB, 2 * GIB]
    assert sample.others is not None
    assert [(other.pid, other.kind) for other in sample.others] == [(1, "graphics")]
    assert sample.others_sm_percent == pytest.approx(15, abs=1)
    calls = driver.calls()
    assert calls["nvmlInitWithFlags"] + calls["nvmlInit_v2"] == 1
    assert calls["nvmlDeviceGetHandleByUUID"] == 1
