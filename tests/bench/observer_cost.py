"""What watching takes: an A/B against the bare script, and the watchers' own CPU and memory."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import psutil

from tests.bench.figures import judge, mean_interval, mebibytes, percent, say
from tests.bench.trainings import BareTraining, lane_records, wait_for_end, watched_run
from training.plan import LANES
from training.record.lane_records import Epoch
from training.record.liveness import read_facts

PRESETS = {"tiny-steps": 7, "cnn-small": 4}
"""Epochs of the A/B, the first of which is left out: steps that cost least, and a model of usual size."""


def measure(scale: float) -> None:
    """The training's side, then the watchers'."""
    for preset, epochs in PRESETS.items():
        _against_bare(preset, epochs, rounds=max(1, round(2 * scale)))
    _watchers(max(5.0, 25.0 * scale))


def _against_bare(preset: str, epochs: int, rounds: int) -> None:
    """Bare, lane, bare, lane: each alone on the machine, the lanes with supervisor and screen beside them."""
    bare, watched = [], []
    for _ in range(rounds):
        lanes = _lane_rates(preset, epochs)
        for lane_rate in lanes:
            bare.append(_bare_rate(preset, epochs))
            watched.append(lane_rate)
    ratios = [one / other for one, other in zip(watched, bare, strict=True)]
    mean, half = mean_interval(ratios)
    medians = statistics.median(bare), statistics.median(watched)
    say(f"{preset}: bare {medians[0]:.4g} steps/s, as a lane {medians[1]:.4g} (medians of {len(bare)})")
    interval = f"95 % interval {mean - half:.4f} to {mean + half:.4f} over {len(ratios)} pairs of runs"
    say(f"{preset}: lane over bare {mean:.4f}, {interval}")


def _bare_rate(preset: str, epochs: int) -> float:
    told = BareTraining(preset, epochs).told()
    seconds = sum(end - begin for begin, end in zip(told["began"][1:], told["ended"][1:], strict=True))
    return float((epochs - 1) * told["steps_per_epoch"] / seconds)


def _lane_rates(preset: str, epochs: int) -> list[float]:
    """Both lanes of a run in turn: each trains alone."""
    arguments = (preset, preset, "--sharing", "sequential", "--epochs", str(epochs))
    with (
        tempfile.TemporaryDirectory() as folder,
        watched_run(Path(folder) / "run", *arguments) as (terminal, run),
    ):
        wait_for_end(terminal, run)
        told = [lane_records(run, lane, Epoch)[1:] for lane in LANES]
    return [sum(epoch.steps for epoch in lane) / sum(epoch.seconds for epoch in lane) for lane in told]


def _watchers(seconds: float) -> None:
    """CPU and memory of screen and supervisor while two trainings run."""
    arguments = ("seed-binary", "seed-regression", "--minutes", "30")
    with (
        tempfile.TemporaryDirectory() as folder,
        watched_run(Path(folder) / "run", *arguments) as (terminal, run),
    ):
        terminal.wait_for(r"loss +\d\.\d+.*loss +\d\.\d+", timeout_s=120)
        terminal.wait_until(lambda: read_facts(run) is not None, what="the supervisor")
        facts = read_facts(run)
        assert facts is not None
        processes = {"viewer": psutil.Process(terminal.process.pid), "supervisor": psutil.Process(facts.pid)}
        before = {name: sum(process.cpu_times()[:2]) for name, process in processes.items()}
        began = time.monotonic()
        terminal.wait_until(lambda: time.monotonic() - began > seconds, what="time", timeout_s=seconds + 5)
        wall = time.monotonic() - began
        shares = {
            name: (sum(process.cpu_times()[:2]) - before[name]) / wall for name, process in processes.items()
        }
        peaks = {name: _peak_rss(process.pid) for name, process in processes.items()}
    told = " + ".join(f"{name} {percent(share)}" for name, share in shares.items())
    total = sum(shares.values())
    judge("two trainings, 80×24, CPU of one core", total, 0.03, f"{percent(total)} = {told}", "3 %")
    judge("viewer's peak RSS", peaks["viewer"], 100 * 2**20, mebibytes(peaks["viewer"]), "100 MiB")
    judge("supervisor's peak RSS", peaks["supervisor"], 50 * 2**20, mebibytes(peaks["supervisor"]), "50 MiB")


def _peak_rss(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
