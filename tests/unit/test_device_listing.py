"""The machine's GPUs as a person is shown them: the real probe in its child, over the simulated driver library."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.scenario import GIB, Delay, Device, Fault, Mig, Process, Scenario
from training.meters.devices import (
    DeviceListing,
    DeviceUnavailableError,
    choose_device,
    choose_devices,
    list_devices,
    names_a_gpu,
)
from training.meters.gpu_facts import GpuListing
from training.meters.gpu_listing import list_gpus


def uuid(number: int, kind: str = "GPU") -> str:
    return f"{kind}-{number}0000000-2222-3333-4444-555555555555"


def gpu(number: int, used_gib: int = 2, **fields: object) -> Device:
    plain = Device(uuid=uuid(number), name="NVIDIA Simulated 24GB", memory_used_bytes=used_gib * GIB)
    return replace(plain, **fields)  # type: ignore[arg-type]


def listing(driver: SimulatedDriver, **environment: str) -> DeviceListing:
    return list_devices(environment=driver.environment_in({**os.environ, **environment}))


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


def test_several_gpus_with_who_is_there(tmp_path: Path, stranger: subprocess.Popen[bytes]) -> None:
    devices = (
        gpu(1, used_gib=20, gpu_percent=97, processes=(Process(stranger.pid, 18 * GIB),)),
        gpu(2),
        gpu(3, 4),
    )
    found = listing(SimulatedDriver(tmp_path, Scenario(devices=devices)))
    assert [one.index for one in found.gpus] == [0, 1, 2]
    assert [one.memory_free_bytes for one in found.gpus] == [int(3.5 * GIB), int(21.5 * GIB), int(19.5 * GIB)]
    assert found.gpus[0].utilization_percent == 97
    (holder,) = found.gpus[0].processes or ()
    assert (holder.pid, holder.name, holder.memory_bytes, holder.kind) == (
        stranger.pid, "sleep", 18 * GIB, "compute",
    )  # fmt: skip
    assert holder.user
    assert (found.driver_version, found.cuda_version) == ("580.65.06", (13, 0))
    chosen = choose_device("auto", found)
    assert chosen.uuid == uuid(2)
    assert chosen.chosen_because == ("the most free memory of 3 GPUs: 21.5 GiB; next gpu:2 with 19.5 GiB")


@pytest.mark.parametrize(
    ("value", "left", "hidden"),
    [
        ("1", [2], 2),
        ("2,0", [3, 1], 1),
        (uuid(3), [3], 2),
        ("", [], 3),
        ("7", [], 3),
    ],
)
def test_a_schedulers_allocation_is_never_left(
    tmp_path: Path, value: str, left: list[int], hidden: int
) -> None:
    driver = SimulatedDriver(tmp_path, Scenario(devices=(gpu(1), gpu(2, 20), gpu(3))))
    found = listing(driver, CUDA_VISIBLE_DEVICES=value)
    assert [one.uuid for one in found.gpus] == [uuid(number) for number in left]
    assert found.hidden_gpus == hidden
    chosen = choose_device("auto", found)
    assert (chosen.uuid in {uuid(number) for number in left}) if left else chosen.kind == "cpu"


def test_mig_instances_are_devices(tmp_path: Path) -> None:
    driver = SimulatedDriver(tmp_path, split())
    found = listing(driver)
    parent = found.gpus[0]
    assert parent.mig
    assert [(one.uuid, one.name) for one in parent.mig_instances] == [
        (uuid(1, "MIG"), "1g.10gb"), (uuid(2, "MIG"), "3g.40gb"),
    ]  # fmt: skip
    best = choose_device("auto", found)
    assert (best.uuid, best.mig_of, best.memory_bytes) == (uuid(2, "MIG"), uuid(1), 40 * GIB)
    assert "MIG 3g.40gb" in best.name
    with pytest.raises(
        DeviceUnavailableError, match=r"gpu:0 has MIG on: choose one of its instances: MIG-1.*MIG-2"
    ):
        choose_device("gpu:0", found)
    each = choose_devices("a=MIG-1,b=MIG-2", found)
    assert each.device.uuid == uuid(1)
    assert {lane: one.uuid for lane, one in each.lane_devices.items()} == {
        "a": uuid(1, "MIG"),
        "b": uuid(2, "MIG"),
    }
    assert choose_devices("a=MIG-1,b=MIG-1", found).lane_devices == {}


@pytest.mark.parametrize(
    ("value", "left"),
    [
        (uuid(2, "MIG"), [2]),
        (f"{uuid(1, 'MIG')},{uuid(2, 'MIG')}", [1, 2]),
        (f"MIG-{uuid(1)}/2/0", [2]),
        (uuid(1), [1, 2]),
        (f"{uuid(9, 'MIG')},{uuid(1, 'MIG')}", []),
    ],
)
def test_mig_in_an_allocation(tmp_path: Path, value: str, left: list[int]) -> None:
    found = listing(SimulatedDriver(tmp_path, split()), CUDA_VISIBLE_DEVICES=value)
    instances = [one.uuid for parent in found.gpus for one in parent.mig_instances]
    assert instances == [uuid(number, "MIG") for number in left]


def test_instances_of_two_gpus_share_nothing(tmp_path: Path) -> None:
    devices = (*split().devices, gpu(2, mig_mode=1, mig=(Mig(uuid=uuid(7, "MIG")),)))
    found = listing(SimulatedDriver(tmp_path, Scenario(devices=devices)))
    with pytest.raises(DeviceUnavailableError, match="share nothing"):
        choose_devices("a=MIG-1,b=MIG-7", found)
    for wrong in (
        "a=MIG-1",
        "a=MIG-1,c=MIG-2",
        "a=,b=MIG-1",
        "a=MIG-1,a=MIG-2",
        "a=GPU-1,b=MIG-1",
        "a=cpu,b=cpu",
    ):
        with pytest.raises(DeviceUnavailableError):
            choose_devices(wrong, found)


def test_what_a_person_should_know_of_a_gpu(tmp_path: Path) -> None:
    devices = (
        gpu(1, compute_mode=3, persistence=0, ecc_errors=2, event_reasons=0x24),
        gpu(2, compute_mode=2, remap_pending=1, virtualization=2),
        gpu(3, memory_total_bytes=0),
    )
    first, second, third = listing(SimulatedDriver(tmp_path, Scenario(devices=devices))).gpus
    assert (first.compute_mode, first.persistence, first.ecc_errors) == ("exclusive", False, 2)
    assert first.event_reasons == ("power cap", "thermal")
    assert (second.compute_mode, second.repair_pending, second.is_vgpu) == ("prohibited", True, True)
    assert third.unified
    assert third.memory_total_bytes


def test_memory_that_windows_keeps_to_itself_is_none(tmp_path: Path) -> None:
    devices = (gpu(1, processes=(Process(os.getpid(), None),)),)
    (found,) = listing(SimulatedDriver(tmp_path, Scenario(devices=devices))).gpus
    assert [(process.pid, process.memory_bytes) for process in found.processes or ()] == [(os.getpid(), None)]


@pytest.mark.parametrize(("driver", "is_named"), [("525.60.13", False), ("580.65.06", True)])
def test_a_host_pid_told_to_a_container_is_given_no_name_from_here(
    tmp_path: Path, driver: str, is_named: bool
) -> None:
    device = gpu(1, processes=(Process(os.getpid(), GIB),))
    machine = SimulatedDriver(tmp_path, Scenario(devices=(device,), driver_version=driver))
    asking = "import sys, msgspec, training.meters.gpu_probe as p\n"
    asking += "sys.stdout.buffer.write(msgspec.json.encode(p.probe(own_pids=True)))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", asking],
        env=machine.environment_in(os.environ),
        capture_output=True,
        check=True,
    )
    (found,) = msgspec.json.decode(done.stdout, type=GpuListing).gpus
    (process,) = found.processes or ()
    assert (process.pid, process.memory_bytes) == (os.getpid(), GIB)
    assert (process.name is not None) == is_named


def test_a_broken_gpu_hides_none_of_the_others(tmp_path: Path) -> None:
    scenario = Scenario(devices=(gpu(1), gpu(2)), faults=(Fault("*", 15, device=uuid(1)),))
    found = listing(SimulatedDriver(tmp_path, scenario))
    assert [(one.index, one.uuid) for one in found.gpus] == [(1, uuid(2))]
    (trouble,) = found.troubles
    assert trouble.startswith("gpu:0 cannot be used: the GPU has fallen off the bus")


def test_a_library_that_hangs_costs_no_more_than_the_time_allowed(tmp_path: Path) -> None:
    driver = SimulatedDriver(tmp_path, Scenario(delays=(Delay("nvmlDeviceGetCount_v2", 60.0),)))
    found = list_gpus(driver.environment_in(os.environ), timeout_s=1.5)
    assert "did not answer within" in (found.why_no_gpu or "")
    assert found.troubles == (found.why_no_gpu,)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (18, "reboot"),
        (9, "no NVIDIA driver"),
        (4, "refuses this user"),
        (15, "machine must be restarted"),
        (12, "no NVIDIA library"),
    ],
)
def test_a_driver_that_cannot_be_used_says_why(tmp_path: Path, code: int, said: str) -> None:
    found = listing(SimulatedDriver(tmp_path, Scenario(faults=(Fault("nvmlInit_v2", code),))))
    assert said in (found.why_no_gpu or "")
    assert "nvmlInit" not in (found.why_no_gpu or "")
    assert bool(found.troubles) == (code not in (9, 12))  # that there is none is nothing wrong


def test_a_driver_without_a_gpu_is_no_fault(tmp_path: Path) -> None:
    found = listing(SimulatedDriver(tmp_path, Scenario(devices=())))
    assert (found.why_no_gpu or "").startswith("no GPU: the NVIDIA driver 580.65.06 answers")
    assert (found.driver_version, found.troubles) == ("580.65.06", ())


def test_a_loaded_driver_without_its_library_looks_like_a_container(tmp_path: Path) -> None:
    version = tmp_path / "proc/driver/nvidia/version"
    version.parent.mkdir(parents=True)
    version.write_text("NVRM version")
    assert "looks like a container" in (list_gpus({}, tmp_path).why_no_gpu or "")


def test_an_older_driver_is_listed_with_what_it_tells(tmp_path: Path) -> None:
    older = (
        "nvmlDeviceGetMemoryInfo_v2",
        "nvmlDeviceGetComputeRunningProcesses_v3",
        "nvmlDeviceGetGraphicsRunningProcesses_v3",
        "nvmlDeviceGetMPSComputeRunningProcesses_v3",
        "nvmlDeviceGetCurrentClocksEventReasons",
        "nvmlSystemGetCudaDriverVersion_v2",
        "nvmlDeviceGetRemappedRows",
    )
    device = gpu(1, event_reasons=0x20, retired_pending=1, processes=(Process(os.getpid(), GIB),))
    scenario = Scenario(devices=(device,), driver_version="450.80.02", cuda_version=11000)
    found = listing(SimulatedDriver(tmp_path, scenario, omit=older))
    (one,) = found.gpus
    assert one.memory_free_bytes == int(21.5 * GIB)
    assert [process.pid for process in one.processes or ()] == [os.getpid()]
    assert (one.event_reasons, one.repair_pending) == (("thermal",), True)
    assert found.cuda_version == (11, 0)


@pytest.mark.parametrize(
    ("request_", "named"),
    [("auto", False), ("cpu", False), ("gpu", True), ("gpu:1", True), ("a=MIG-1,b=MIG-2", True)],
)
def test_a_gpu_is_named_or_not(request_: str, named: bool) -> None:
    assert names_a_gpu(request_) is named


def split() -> Scenario:
    mig = (
        Mig(uuid=uuid(1, "MIG"), index=1, gpu_instance_id=1),
        Mig(
            uuid=uuid(2, "MIG"), index=4, gpu_instance_id=2, memory_total_bytes=40 * GIB,
            name="NVIDIA Simulated MIG 3g.40gb",
        ),
    )  # fmt: skip
    return Scenario(devices=(gpu(1, mig_mode=1, mig=mig),))
