"""A GPU that NVML shows and TensorFlow cannot use: the run fails with the remedy, or trains on the CPU and says so."""

from __future__ import annotations

import json

import pytest

from tests.process.equipment import Stage
from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.scenario import GIB, Device, Scenario
from training.plan import read_plan
from training.record.device_records import Sample
from training.record.lane_records import Built, NoGpu

DEVICE = Device(memory_used_bytes=3 * GIB, gpu_percent=7, temperature_c=51)


@pytest.fixture
def gpu(stage: Stage, simulated_driver: SimulatedDriver) -> Device:
    """The only GPU of what is launched on the stage; there is no CUDA for it."""
    simulated_driver.play(Scenario(devices=(DEVICE,)))
    stage.environment |= simulated_driver.environment
    return DEVICE


@pytest.mark.slow
def test_it_trains_on_the_cpu_where_that_was_asked(stage: Stage, gpu: Device) -> None:
    viewer = stage.headless(
        "seed-binary", "seed-regression", "--steps", "60", "--if-no-gpu", "cpu", "--json", device="gpu"
    )
    assert viewer.wait() == 0, viewer.err + viewer.run.told()
    report = json.loads(viewer.out)
    assert report["device"]["uuid"] == gpu.uuid
    for lane in ("a", "b"):
        told = report["lanes"][lane]
        assert (told["status"], told["steps"], told["trained_on"]) == ("completed", 60, "CPU")
        assert "libcuda.so.1" in told["no_gpu"]["why"]
        records = viewer.run.lane("a")
        order = [type(record) for record in records if isinstance(record, NoGpu | Built)]
        assert order == [NoGpu, Built]
    samples = [record for record in viewer.run.device() if isinstance(record, Sample)]
    assert {sample.device.temperature_c for sample in samples} == {51}
    assert {sample.device.memory_total_bytes for sample in samples} == {gpu.memory_total_bytes}


def test_it_fails_with_the_remedy_where_a_gpu_was_named(stage: Stage, gpu: Device) -> None:
    viewer = stage.headless("seed-binary", "seed-regression", "--steps", "60", "--json", device="gpu")
    assert viewer.wait() == 3, viewer.err + viewer.run.told()
    assert read_plan(viewer.run.folder.plan).if_no_gpu == "fail"
    for lane in json.loads(viewer.out)["lanes"].values():
        assert (lane["status"], lane["steps"], lane["error"]["kind"]) == ("failed", 0, "no-device")
        assert lane["error"]["message"].startswith(
            "TensorFlow sees no GPU: the NVIDIA driver's libcuda.so.1 is missing"
        )
        assert "Install the NVIDIA driver" in lane["error"]["hint"]
        assert "--if-no-gpu cpu" in lane["error"]["hint"]
