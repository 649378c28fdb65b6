"""`dualtrain-tui run`, the real command, where the simulated device keeps two trainings from starting: exit code 3."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.scenario import GIB, Device, Fault, Mig, Process, Scenario
from training.record.run_home import runs_home

MIG = tuple(Mig(f"MIG-{n}", index=n, gpu_instance_id=n) for n in (1, 2))
MIGS = Device(uuid="GPU-1", mig_mode=1, mig=MIG)


@pytest.mark.parametrize(
    ("scenario", "arguments", "said"),
    [
        (Scenario((Device(compute_mode=2),)), ("--device", "gpu"), "PROHIBITED"),
        (Scenario((Device(compute_mode=3),)), ("--device", "auto"), "choose mps or sequential"),
        (
            Scenario((Device(compute_mode=3, processes=(Process(os.getpid(), GIB),)),)),
            ("--device", "gpu:0", "--sharing", "sequential"),
            "another process holds this GPU",
        ),
        (Scenario(cuda_version=11040), ("--device", "gpu:0"), "upgrade the NVIDIA driver to one for CUDA 12"),
        (
            Scenario(),
            ("--device", "gpu:0", "--set", "a.device.memory=20000", "--set", "b.device.memory=20000"),
            "does not fit: expected about 40.6 GiB",
        ),
        (Scenario((MIGS,)), ("--device", "gpu:0"), "choose one of its instances: MIG-1, MIG-2"),
        (
            Scenario((MIGS,)),
            ("--device", "a=MIG-1,b=MIG-2", "--set", "a.device.memory=12000"),
            "does not fit: expected about 12.5 GiB",
        ),
        (
            Scenario((MIGS, Device(uuid="GPU-2", mig_mode=1, mig=(Mig("MIG-3"),)))),
            ("--device", "a=MIG-1,b=MIG-3"),
            "share nothing",
        ),
        (Scenario(faults=(Fault("nvmlInit_v2", 18),)), ("--device", "gpu"), "reboot"),
    ],
)
def test_the_device_refuses_with_a_sentence_and_leaves_nothing(
    tmp_path: Path, scenario: Scenario, arguments: tuple[str, ...], said: str
) -> None:
    pair = ("seed-binary", "seed-regression", "--headless", "--steps", "1")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tui", "run", *pair, *arguments],
        env=SimulatedDriver(tmp_path, scenario).environment_in(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not runs_home().exists()
