"""Random scenarios under the real meter: whatever a driver does, no crash and no figure that cannot be.

A seed that fails is printed with what it broke; it plays the same again. Each child is a driver of another age.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulated_driver.driver import SimulatedDriver

DRIVERS: dict[str, tuple[str, ...]] = {
    "of today": (),
    "without event reasons and the newer utilisation": (
        "nvmlDeviceGetCurrentClocksEventReasons",
        "nvmlDeviceGetProcessesUtilizationInfo",
    ),
    "without GPM and memory v2": (
        "nvmlDeviceGetMemoryInfo_v2",
        "nvmlGpmQueryDeviceSupport",
        "nvmlDeviceGetTemperatureV",
    ),
    "with the older lists": (
        "nvmlDeviceGetComputeRunningProcesses_v3",
        "nvmlDeviceGetGraphicsRunningProcesses_v3",
        "nvmlDeviceGetMPSComputeRunningProcesses_v3",
    ),
}
_TIMEOUT_S = 300


@pytest.mark.parametrize("driver", DRIVERS)
def test_no_random_scenario_breaks_the_meter(tmp_path: Path, driver: str) -> None:
    _play(tmp_path, driver, 25)


@pytest.mark.slow
@pytest.mark.parametrize("driver", DRIVERS)
def test_none_of_a_thousand_random_scenarios_breaks_the_meter(tmp_path: Path, driver: str) -> None:
    _play(tmp_path, driver, 250)


def _play(folder: Path, driver: str, count: int) -> None:
    omit = DRIVERS[driver]
    simulated = SimulatedDriver(folder / "driver", omit=omit)
    first = 1000 * list(DRIVERS).index(driver)
    done = subprocess.run(
        [
            *(sys.executable, "-P", "-m", "tests.unit.random_metering"),
            *(str(folder / "driver"), str(first), str(count), *omit),
        ],
        env=simulated.environment_in(os.environ) | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    assert (done.stdout, done.returncode) == (f"played {count}\n", 0), (
        done.stdout[-4000:] + done.stderr[-4000:]
    )
