"""The real command over a simulated driver library, with two real trainings, headless and on a screen at once.

The trainings use the CPU; the driver's figures are the scenario's. What the record, the screen and the headless
follower tell must be the scenario's figures, and where it has none the reason.
"""

from __future__ import annotations

import dataclasses
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.equipment import Stage, sealed_environment, wait_for
from tests.simulated_driver.scenario import GIB, Delay, Device, Fault, Mig, Process, Scenario
from tests.terminal.gpu_run import HELD, SHARES, gpu_run, with_lanes
from training.analysis.report import read_report
from training.plan import Lane
from training.record.device_records import MeterTrouble, Sample
from training.record.event_records import DeviceLost, WarmingUp

IDLE = Device(memory_used_bytes=0)
ONE_GPU = Scenario(devices=(IDLE,))
RESERVED = IDLE.memory_reserved_bytes


@pytest.fixture
def gpu_stage(sealed_home: Path, tmp_path: Path) -> Iterator[Stage]:
    """A stage whose processes see the simulated driver."""
    stage = Stage(sealed_home, tmp_path, sealed_environment(sealed_home))
    yield stage
    left = stage.close()
    assert not left, f"processes of the run were left: {left}"


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is not the run's."""
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


def shares_have_come(sample: Sample) -> bool:
    """Whether the smoothed shares have reached what the scenario says."""
    shares = [sample.lanes[lane].sm_percent for lane in sample.lanes]
    return len(shares) == 2 and all(
        share is not None and abs(share - SHARES[lane]) < 2
        for lane, share in zip(sample.lanes, shares, strict=True)
    )


def all_held(sample: Sample) -> bool:
    return len(sample.lanes) == 2 and all(held(sample))


def held(sample: Sample) -> list[int | None]:
    return [reading.memory_bytes for reading in sample.lanes.values()]


@pytest.mark.slow
def test_plain_every_figure_is_the_drivers(gpu_stage: Stage, tmp_path: Path) -> None:
    with gpu_run(gpu_stage, tmp_path / "driver", ONE_GPU) as gpu:
        gpu.play(with_lanes(IDLE, gpu.pids()))
        sample = gpu.sample_where("both lanes' shares", shares_have_come)
        assert held(sample) == [HELD["a"], HELD["b"]]
        assert sample.device.memory_used_bytes == 9 * GIB + RESERVED
        assert sample.device.utilization_percent == 93
        gpu.says(r"A +3\.00 GiB", r"B +5\.00 GiB", r"others +1\.50 GiB", r"41 %", r"27 %", r"93 %")
        gpu.headless_says("3.00 GiB")
        gpu.stop()
        assert gpu.headless.wait() == 130
    assert gpu.driver.calls()["nvmlDeviceGetPcieThroughput"] == 0


@pytest.mark.slow
def test_lanes_without_their_gpu_train_on_the_cpu_and_say_so(gpu_stage: Stage, tmp_path: Path) -> None:
    with gpu_run(gpu_stage, tmp_path / "driver", ONE_GPU, sees_gpu=False) as gpu:
        gpu.says("(?i)trains? on the CPU", "on the CPU")
        gpu.headless_says("(?i)trains? on the CPU")
        gpu.run.trains("a")
        gpu.run.trains("b")
        gpu.stop()
        gpu.headless.wait()
        report = read_report(gpu.run.folder.report)
        assert report.gpu_verdict_void
        assert {lane.trained_on for lane in report.lanes.values()} == {"CPU"}


@pytest.mark.slow
def test_container_without_host_pids(gpu_stage: Stage, tmp_path: Path) -> None:
    with gpu_run(gpu_stage, tmp_path / "driver", ONE_GPU) as gpu:
        # Only the device shows what a lane takes: the driver's list has PIDs of the host's.
        outside: dict[Lane, int] = {}
        for pid in (4_000_001, 4_000_002):
            warming = gpu.run.nth_event(WarmingUp, len(outside)).lane
            outside[warming] = pid
            used_bytes = sum(HELD[known] for known in outside)
            gpu.play(dataclasses.replace(with_lanes(IDLE, outside), memory_used_bytes=used_bytes))
        sample = gpu.sample_where("the estimates", all_held)
        assert held(sample) == [HELD["a"], HELD["b"]]
        assert gpu.source().figures["lanes.memory_bytes"].state == "estimate"
        gpu.says(
            r"not separable here \(container: run with the host's PID namespace\)", r"≈ ?3\.00 GiB", "700 MiB"
        )


@pytest.mark.slow
def test_mig_one_instance_each(gpu_stage: Stage, tmp_path: Path) -> None:
    instances = tuple(
        Mig(uuid=f"MIG-{number}0000000-2222-3333-4444-555555555555", index=number, gpu_instance_id=number)
        for number in (1, 2)
    )
    device = dataclasses.replace(IDLE, mig_mode=1, mig=instances)
    chosen = ",".join(f"{lane}={mig.uuid}" for lane, mig in zip("ab", instances, strict=True))
    with gpu_run(gpu_stage, tmp_path / "driver", Scenario(devices=(device,)), device=chosen) as gpu:
        pids = gpu.pids()
        filled = (
            dataclasses.replace(
                instances[0], memory_used_bytes=4 * GIB, processes=(Process(pids["a"], HELD["a"]),)
            ),
            dataclasses.replace(
                instances[1], memory_used_bytes=6 * GIB, processes=(Process(pids["b"], HELD["b"]),)
            ),
        )
        gpu.play(dataclasses.replace(device, mig=filled))
        sample = gpu.sample_where("both lanes' memory", all_held)
        assert held(sample) == [HELD["a"], HELD["b"]]
        assert sample.device.utilization_percent is None
        gpu.says(r"A +3\.00 GiB", r"B +5\.00 GiB", "MIG: the driver tells no process utilisation")


def test_a_gpu_that_is_lost_stops_the_run(gpu_stage: Stage, tmp_path: Path) -> None:
    with gpu_run(gpu_stage, tmp_path / "driver", ONE_GPU) as gpu:
        gpu.play(with_lanes(IDLE, gpu.pids()))
        gpu.run.trains("a")
        gpu.run.trains("b")
        gpu.driver.play(dataclasses.replace(gpu.driver.scenario, faults=(Fault("*", 15),)))
        lost = gpu.run.event(DeviceLost)
        assert "fallen off the bus" in lost.message
        gpu.says("GPU LOST", "device-lost")
        assert gpu.headless.wait() == 1
        assert {lane.status for lane in read_report(gpu.run.folder.report).lanes.values()} == {"failed"}


@pytest.mark.slow
def test_a_call_that_hangs_freezes_neither_screen_nor_training(gpu_stage: Stage, tmp_path: Path) -> None:
    with gpu_run(gpu_stage, tmp_path / "driver", ONE_GPU) as gpu:
        gpu.play(with_lanes(IDLE, gpu.pids()))
        gpu.run.trains("a")
        gpu.run.trains("b")
        gpu.driver.play(
            dataclasses.replace(
                gpu.driver.scenario, delays=(Delay("nvmlDeviceGetUtilizationRates", 8.0, from_call=1),)
            )
        )
        gpu.says("has not answered for")
        before = gpu.run.steps("a"), gpu.run.steps("b")
        wait_for("steps of both", lambda: gpu.run.steps("a") > before[0] and gpu.run.steps("b") > before[1])
        gpu.screen.press("?")
        gpu.screen.wait_until(
            lambda: "Quit" in gpu.screen.text or "Loss" in gpu.screen.text, what="help", timeout_s=2
        )
        gpu.screen.press("escape")
        trouble = [record for record in gpu.run.device() if isinstance(record, MeterTrouble)]
        assert trouble
        gpu.driver.play(dataclasses.replace(gpu.driver.scenario, delays=()))
        gpu.sample_where("shares once more", shares_have_come)
        gpu.screen.wait_until(lambda: "has not answered" not in gpu.screen.text, what="the warning to go")


@pytest.mark.slow
def test_somebody_else_comes_and_goes(
    gpu_stage: Stage, tmp_path: Path, stranger: subprocess.Popen[bytes]
) -> None:
    with gpu_run(gpu_stage, tmp_path / "driver", ONE_GPU) as gpu:
        pids = gpu.pids()
        gpu.play(with_lanes(IDLE, pids))
        gpu.says(r"others +1\.50 GiB")
        other = Process(stranger.pid, 7 * GIB)
        device = with_lanes(IDLE, pids, other)
        gpu.play(dataclasses.replace(device, busy={**device.busy, stranger.pid: 22}))
        gpu.says(r"others +8\.50 GiB")
        gpu.screen.press("5")
        gpu.says(rf"{stranger.pid}.*7\.00 GiB.*sleep")
        gpu.play(with_lanes(IDLE, pids))
        gpu.says(r"others +1\.50 GiB")
        assert stranger.poll() is None
