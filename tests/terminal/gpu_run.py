"""A pair that trains for real under a scenario of the simulated driver, followed headless and on a screen at once."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.process.equipment import COMMAND as MODULE
from tests.process.equipment import Run, Stage, Viewer, wait_for
from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.scenario import GIB, Device, Process, Scenario
from tests.terminal.terminal import COMMAND, Terminal
from training.control.client import ControlError, ask
from training.control.protocol import Request
from training.plan import Lane
from training.record.device_records import Sample, Source

WITH_GPU = Path(__file__).parent.parent / "stand_ins" / "tensorflow_with_gpu"
"""Put on PYTHONPATH, TensorFlow believes in a GPU."""

HELD: Mapping[Lane, int] = {"a": 3 * GIB, "b": 5 * GIB}
SHARES: Mapping[Lane, int] = {"a": 41, "b": 27}
USED_BYTES = 9 * GIB
"""What the device says is in use, without the driver's reserve: a GiB more than the lanes hold."""


@dataclasses.dataclass
class GpuRun:
    """One run, its two viewers, and the scenario under it."""

    driver: SimulatedDriver
    headless: Viewer
    screen: Terminal

    @property
    def run(self) -> Run:
        return self.headless.run

    def pids(self) -> dict[Lane, int]:
        return {"a": self.run.pid("a"), "b": self.run.pid("b")}

    def play(self, device: Device, **scenario: object) -> None:
        """What the driver says from now on, of its only device."""
        self.driver.play(dataclasses.replace(self.driver.scenario, devices=(device,), **scenario))  # type: ignore[arg-type]

    def sample_where(self, what: str, holds: object) -> Sample:
        """Wait for a sample of the record that fits."""
        assert callable(holds)

        def newest() -> Sample | None:
            samples = [record for record in self.run.device() if isinstance(record, Sample)]
            return samples[-1] if samples and holds(samples[-1]) else None

        return wait_for(what, newest, saw=lambda: (self.run.device()[-3:], self.run.told()))

    def source(self) -> Source:
        """The newest word on where figures come from."""
        return next(record for record in reversed(self.run.device()) if isinstance(record, Source))

    def says(self, *patterns: str, timeout_s: float = 45.0) -> str:
        """Wait until all of it stands on the screen at once."""
        return self.screen.wait_for(*patterns, timeout_s=timeout_s)

    def headless_says(self, pattern: str) -> None:
        """Wait until the follower without a screen has said it."""
        wait_for(
            pattern, lambda: re.search(pattern, self.headless.err), saw=lambda: self.headless.err[-3000:]
        )

    def stop(self) -> None:
        """Ask both lanes to stop, where they still run."""
        with suppress(ControlError):
            ask(self.run.folder, Request(ask="stop", by="the test"))


def with_lanes(device: Device, pids: Mapping[Lane, int], *others: Process) -> Device:
    """The device once both lanes work on it, each with its memory and its share."""
    listed = tuple(Process(pid, HELD[lane]) for lane, pid in pids.items())
    return dataclasses.replace(
        device,
        memory_used_bytes=USED_BYTES + sum(other.memory_bytes or 0 for other in others),
        gpu_percent=93,
        processes=listed + others,
        busy={pid: SHARES[lane] for lane, pid in pids.items()},
    )


@contextmanager
def gpu_run(
    stage: Stage,
    folder: Path,
    scenario: Scenario,
    *arguments: str,
    device: str = "gpu",
    sees_gpu: bool = True,
) -> Iterator[GpuRun]:
    """Launch two real trainings by the real command, and attach a screen to them.

    With `sees_gpu` TensorFlow believes in its GPU; else the lanes train on the CPU and say so.
    """
    driver = SimulatedDriver(folder, scenario)
    stage.environment.update(driver.environment)
    if sees_gpu:
        stage.environment["PYTHONPATH"] = str(WITH_GPU)
    headless = stage.headless(
        "seed-binary", "seed-regression", "--if-no-gpu", "cpu", "--minutes", "10", *arguments,
        device=device, command=MODULE,
    )  # fmt: skip
    path = headless.run.folder.path
    wait_for("the run", headless.run.folder.events.exists, saw=lambda: headless.err)
    environment = stage.environment | {"TERM": "xterm-256color"}
    environment.pop("COLORTERM", None)
    with Terminal([COMMAND, "attach", str(path)], columns=160, rows=48, environment=environment) as screen:
        run = GpuRun(driver, headless, screen)
        yield run
        run.stop()
        run.headless.wait()
