"""A live run's screen beside nvitop: the same simulated driver, the same moments, the same size, once a second each."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.figures import mebibytes, percent, say, seconds
from tests.bench.first_paint import came_at
from tests.bench.terminal_bytes import LIVE
from tests.bench.trainings import end, watched_run
from tests.bench.waiting import let_pass
from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.scenario import Device, Scenario
from tests.terminal.gpu_run import WITH_GPU, with_lanes
from tests.terminal.terminal import COMMAND, Terminal
from training.plan import LANES
from training.record.event_records import EventRecord, Launched
from training.record.liveness import read_facts
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder

NVITOP = [sys.executable, "-m", "nvitop", "--monitor", "full", "--interval", "1"]
NVITOP_STANDS = "NVITOP"
SIZES = ((80, 24), (160, 48))
WARM_S = 5.0


@dataclass(frozen=True)
class Cost:
    """What one screen takes."""

    bytes_per_s: float
    cpu_share: float
    rss_bytes: float


def measure(scale: float) -> None:
    """Both at once at each size, then how soon each stands."""
    if importlib.util.find_spec("nvitop") is None:
        say("nvitop is not installed: `make bench` installs it")
        return
    with tempfile.TemporaryDirectory() as folder:
        driver = SimulatedDriver(Path(folder) / "driver", Scenario(devices=(Device(),)))
        environment = {**driver.environment, "PYTHONPATH": str(WITH_GPU)}
        with _environment(environment), _gpu_run(Path(folder) / "run", driver) as run:
            ours = [COMMAND, "attach", str(run.path)]
            for size in SIZES:
                _live(ours, run, size, seconds=max(5.0, 25.0 * scale))
            _first_paint(ours, rounds=max(2, round(7 * scale)))


@contextlib.contextmanager
def _gpu_run(folder: Path, driver: SimulatedDriver) -> Iterator[RunFolder]:
    """Two trainings that believe in the simulated GPU, which shows their memory and shares."""
    arguments = ("seed-binary", "seed-regression", "--minutes", "30", "--if-no-gpu", "cpu")
    with watched_run(folder, *arguments, device="gpu") as (terminal, run):
        terminal.wait_for(LIVE, timeout_s=120)
        reader: TailingReader[EventRecord] = TailingReader(run.events, EventRecord)
        pids = {one.lane: one.pid for one in reader.read_new() if isinstance(one, Launched)}
        device = with_lanes(driver.scenario.devices[0], {lane: pids[lane] for lane in LANES})
        driver.play(Scenario(devices=(device,)))
        yield run
        end(run)


def _live(ours: list[str], run: RunFolder, size: tuple[int, int], *, seconds: float) -> None:
    facts = read_facts(run)
    assert facts is not None
    with (
        Terminal(ours, columns=size[0], rows=size[1]) as screen,
        Terminal(NVITOP, columns=size[0], rows=size[1]) as other,
    ):
        screen.wait_for(LIVE)
        other.wait_for(NVITOP_STANDS)
        let_pass(screen, WARM_S)
        supervisor = psutil.Process(facts.pid)
        supervisor_before = _cpu_s(supervisor)
        viewers = {"ours": screen, "nvitop": other}
        before = {name: (one.output_size, _cpu_s(_process(one))) for name, one in viewers.items()}
        began = time.monotonic()
        let_pass(screen, seconds)
        wall = time.monotonic() - began
        costs = {
            name: Cost(
                (one.output_size - before[name][0]) / wall,
                (_cpu_s(_process(one)) - before[name][1]) / wall,
                _process(one).memory_info().rss,
            )
            for name, one in viewers.items()
        }
        metering = (_cpu_s(supervisor) - supervisor_before) / wall
    name = f"{size[0]}×{size[1]}"
    for told, cost in costs.items():
        say(
            f"{name}, {told}: {cost.bytes_per_s / 1000:.2f} KB/s, {percent(cost.cpu_share)} of a core, "
            f"{mebibytes(cost.rss_bytes)}"
        )
    mine, its = costs["ours"], costs["nvitop"]
    say(
        f"{name}, ours over nvitop: bytes {mine.bytes_per_s / its.bytes_per_s:.2f}, CPU "
        f"{mine.cpu_share / its.cpu_share:.2f} (with the supervisor, which meters for all viewers, "
        f"{(mine.cpu_share + metering) / its.cpu_share:.2f}), memory {mine.rss_bytes / its.rss_bytes:.2f}"
    )


def _first_paint(ours: list[str], *, rounds: int) -> None:
    mine, its = [], []
    for _ in range(rounds):
        mine.append(_stands_after(ours, "loss"))
        its.append(_stands_after(NVITOP, NVITOP_STANDS))
    medians = statistics.median(mine), statistics.median(its)
    say(
        f"attach stands after {seconds(medians[0])}, nvitop after {seconds(medians[1])} (medians of {rounds}): "
        f"ratio {medians[0] / medians[1]:.2f}"
    )


def _stands_after(command: list[str], mark: str) -> float:
    with Terminal(command, columns=160, rows=48) as terminal:
        terminal.wait_until(lambda: mark.encode() in terminal.output, what=mark)
        return came_at(terminal, mark.encode()) - terminal.started_at


def _process(terminal: Terminal) -> psutil.Process:
    return psutil.Process(terminal.process.pid)


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Have every child find them, until the end."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
