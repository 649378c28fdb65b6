"""`dualtrain-tui doctor`, the real command, over a simulated driver: what it says, and how it exits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.scenario import GIB, Device, Fault, Mig, Process, Scenario


def doctor(driver: SimulatedDriver, *options: str, **variables: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tui", "doctor", *options],
        env=driver.environment_in({**os.environ, "TERM": "xterm-256color", **variables}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return done.returncode, done.stdout


def checks(output: str) -> dict[str, dict[str, str]]:
    return {check["name"]: check for check in json.loads(output)}


def test_a_machine_in_order_exits_with_0(tmp_path: Path) -> None:
    device = Device(memory_used_bytes=3 * GIB, processes=(Process(os.getpid(), 2 * GIB),))
    code, output = doctor(SimulatedDriver(tmp_path, Scenario(devices=(device,))), "--json")
    found = checks(output)
    assert code == 0
    assert {check["state"] for check in found.values()} <= {"pass", "warn", "info"}
    assert "20.5 GiB of 24.0 GiB free" in found["gpu:0"]["message"]
    assert f"PID {os.getpid()} (" in found["gpu:0 others"]["message"]
    assert "2.0 GiB)" in found["gpu:0 others"]["message"]
    assert (found["gpu:0 persistence"]["state"], found["cuda"]["state"]) == ("pass", "pass")
    assert found["device auto"]["message"].startswith("gpu: NVIDIA Simulated 24GB")


@pytest.mark.parametrize(
    ("scenario", "name", "said"),
    [
        (Scenario(cuda_version=11040, driver_version="470.57.02"), "cuda", "upgrade the NVIDIA driver"),
        (Scenario(faults=(Fault("nvmlInit_v2", 18),)), "gpu driver", "reboot"),
        (Scenario(faults=(Fault("nvmlDeviceGetUUID", 15),)), "gpu driver", "fallen off the bus"),
    ],
)
def test_what_stops_a_training_on_the_gpu_exits_with_1(
    tmp_path: Path, scenario: Scenario, name: str, said: str
) -> None:
    code, output = doctor(SimulatedDriver(tmp_path, scenario), "--json")
    found = checks(output)[name]
    assert code == 1
    assert found["state"] == "stop"
    assert said in f"{found['message']} {found['remedy']}"


def test_a_state_folder_that_takes_nothing_exits_with_1_and_says_what_failed(tmp_path: Path) -> None:
    code, output = doctor(SimulatedDriver(tmp_path, Scenario()), "--json", DUALTRAIN_HOME="/proc/x")
    found = checks(output)["state folder"]
    assert code == 1
    assert (found["state"], found["message"]) == ("stop", "/proc/x cannot be made: No such file or directory")
    assert "DUALTRAIN_HOME" in found["remedy"]


def test_in_lines_for_a_person_each_with_its_remedy(tmp_path: Path) -> None:
    devices = (
        Device(uuid="GPU-1", mig_mode=1, mig=(Mig("MIG-1", processes=(Process(os.getpid(), GIB),)),)),
        Device(uuid="GPU-2", compute_mode=2, persistence=0, event_reasons=0x20, remap_pending=1),
    )
    code, output = doctor(SimulatedDriver(tmp_path, Scenario(devices=devices)))
    assert code == 0
    for said in (
        "gpu:0 mig",
        "gpu:0 MIG 1 others",
        "-> an administrator shut it: choose another device",
        "MIG-1: 1 other process on this GPU holding 1.0 GiB",
        "PROHIBITED",
        "held down now: thermal  -> let the GPU cool down",
        "-> an administrator can start nvidia-persistenced",
        "-> have an administrator reset the GPU",
    ):
        assert said in output
