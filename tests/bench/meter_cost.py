"""The meter's own cost: 2 Hz, eight GPUs, fifty processes of others on the metered one, over the simulated library."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.figures import judge, percent, say, seconds
from tests.bench.metering_loop import PERIOD_S
from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.scenario import MIB, Device, Gpm, Process, Scenario

GPUS, FOREIGN = 8, 50
TARGET = 0.01
HOPPER = 9


def measure(scale: float) -> None:
    """The real meter beside the host's, and beside the library called bare."""
    lasts_s = max(5.0, 20.0 * scale)
    with _sleepers(FOREIGN + 2) as pids, tempfile.TemporaryDirectory() as folder:
        driver = SimulatedDriver(Path(folder) / "driver", Scenario(devices=tuple(_devices(pids))))
        lanes, uuids = pids[:2], [device.uuid for device in driver.scenario.devices]
        cost = {
            way: _cpu_s_per_sample(way, lasts_s, driver, lanes, uuids)
            for way in ("bare", "host", "nvml", "all")
        }
    share = {way: one / PERIOD_S for way, one in cost.items()}
    say(f"host meter, for reference: {percent(share['host'])} of a core, {seconds(cost['host'])} a sample")
    say(
        f"simulated library called bare: {percent(share['bare'])} of a core, {seconds(cost['bare'])} a sample"
    )
    for way, what in (
        ("nvml", f"GPU meter, {FOREIGN} foreign processes"),
        ("all", f"the same and a reading of the {GPUS - 1} other GPUs"),
    ):
        told = f"{percent(share[way])} of a core, {seconds(cost[way])} a sample"
        judge(what, share[way], TARGET, told, percent(TARGET))


def _devices(pids: list[int]) -> Iterator[Device]:
    processes = tuple(Process(pid, (place + 1) * MIB) for place, pid in enumerate(pids))
    busy = dict.fromkeys(pids, 1) | {pids[0]: 20, pids[1]: 20}
    for number in range(GPUS):
        yield Device(
            uuid=f"GPU-{number:08d}-2222-3333-4444-555555555555",
            gpu_percent=90,
            architecture=HOPPER,
            gpm=Gpm(60.0, 30.0, 10.0, 40.0),
            processes=() if number else processes,
            busy={} if number else busy,
        )


def _cpu_s_per_sample(
    way: str, lasts_s: float, driver: SimulatedDriver, lanes: list[int], uuids: list[str]
) -> float:
    done = subprocess.run(
        [
            *(sys.executable, "-P", "-m", "tests.bench.metering_loop", way, str(lasts_s)),
            *(",".join(map(str, lanes)), *uuids),
        ],
        env=driver.environment_in(os.environ) | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        check=True,
    )
    return float(json.loads(done.stdout)["cpu_s_per_sample"])


@contextmanager
def _sleepers(count: int) -> Iterator[list[int]]:
    """Processes that do nothing, to be named as those on the GPU."""
    processes = [subprocess.Popen(["sleep", "3600"]) for _ in range(count)]
    try:
        yield [process.pid for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
