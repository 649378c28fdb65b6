"""What a reader of a day-long run pays, against one of a thousand steps."""

from __future__ import annotations

import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from tests.bench.figures import judge, mebibytes, say, seconds, spread
from tests.terminal.terminal import COMMAND, Terminal
from training.analysis.history import RunHistory
from training.analysis.kept_state import keep_state
from training.launch import LaunchRequest, make_plan, plan_lanes
from training.plan import LANES, Limits, PlannedDevice, write_plan
from training.record.device_records import DeviceReading, LaneReading, Sample
from training.record.event_records import Began, LaneEnded
from training.record.lane_records import Built, Epoch, Progress, Released, Started, Validation
from training.record.run_folder import RunFolder
from training.record.tagged import Record
from training.supervisor.state_keeping import KEPT_AFTER_S

DAY_S = 86_400.0
FAST_FOR_S, FAST_S, SLOW_S = 600.0, 0.1, 0.5
EPOCH_S = 60.0
SAMPLE_S = 0.5
CURVES = r"loss +\d\.\d+.*loss +\d\.\d+"


def measure(scale: float) -> None:
    """A thousand steps over ten seconds, then ten million over a day."""
    told = {}
    for name, steps, lasted_s in (
        ("a thousand steps", 1_000, 10.0),
        (f"ten million steps in {24 * scale:g} h", round(10_000_000 * scale), DAY_S * scale),
    ):
        with tempfile.TemporaryDirectory() as path:
            size = make_run(RunFolder(Path(path)), steps, lasted_s)
            one = _read(path)
            if lasted_s >= KEPT_AFTER_S:
                _attach(RunFolder(Path(path)), rounds=max(2, round(5 * scale)))
        told[steps] = one
        say(f"{name}, {mebibytes(size)} of records: folded in {seconds(one['folded_s'])}")
        say(
            f"{name}: state in {seconds(one['state_s'])}, all panels drawn at 160×48 in {seconds(one['draw_s'])} "
            f"({one['points']} points a curve)"
        )
        say(f"{name}: memory grew by {mebibytes(one['grown_bytes'])} while reading")
        say(
            f"{name}: a replay opens in {seconds(one['replay_opened_s'])}, goes to the end in "
            f"{seconds(one['replay_to_end_s'])} and back to the middle in {seconds(one['replay_back_s'])}"
        )
        assert one["steps"] == steps
    short, long = told.values()
    peak = long["peak_rss_bytes"]
    judge("peak RSS of a viewer of the long run", peak, 100 * 2**20, mebibytes(peak), "100 MiB")
    ratio = (long["state_s"] + long["draw_s"]) / (short["state_s"] + short["draw_s"])
    say(f"state and drawing, long over short: {ratio:.2f}")


def _attach(folder: RunFolder, *, rounds: int) -> None:
    """From the command to its curves: out of what the supervisor kept, and out of the records alone."""
    history = RunHistory(folder)
    history.refresh()
    keep_state(folder, history.state())
    kept = [_stands_after(folder) for _ in range(rounds)]
    folder.kept_state.unlink()
    unkept = [_stands_after(folder) for _ in range(rounds)]
    median = statistics.median(kept)
    judge("attach to the long run, its curves painted", median, 1.0, spread(kept), "1 s")
    say(
        f"without what is kept of it: {spread(unkept)}, {statistics.median(unkept) / median:.1f} times as long"
    )


def _stands_after(folder: RunFolder) -> float:
    with Terminal([COMMAND, "attach", str(folder.path)], columns=160, rows=48) as terminal:
        terminal.wait_for(CURVES, timeout_s=120)
        stood = time.monotonic() - terminal.started_at
        terminal.wait_until(
            lambda: "reading its records" not in terminal.text, what="the rest", timeout_s=120
        )
        return stood


def _read(path: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tests.bench.day_long_run", path], stdout=subprocess.PIPE, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def make_run(folder: RunFolder, steps: int, lasted_s: float) -> int:
    """Write the files of an ended run; returns their size."""
    request = LaunchRequest(presets={"a": "seed-binary", "b": "seed-regression"}, limits=Limits(steps=steps))
    device = PlannedDevice("cpu", "made up", memory_bytes=8 * 2**30)
    plan = make_plan("made-up", plan_lanes(request), device, "together", request.limits)
    write_plan(plan, folder.plan)
    per_s = steps / lasted_s
    for lane in LANES:
        _write(folder.lane_records(lane), _lane_records(steps, per_s, lasted_s))
    _write(folder.device, _samples(lasted_s))
    began = Began(
        t=0.0, monotonic_s=0.0, wall="2026-01-01T00:00:00+00:00", boot_id="another", sharing="together"
    )
    ends = [LaneEnded(t=lasted_s, lane=lane, status="completed", exit_code=0) for lane in LANES]
    _write(folder.events, iter([began, *ends]))
    folder.report.write_text("{}", encoding="utf-8")
    return sum(file.stat().st_size for file in folder.path.iterdir())


def _write(path: Path, records: Iterator[Record]) -> None:
    encoder = msgspec.json.Encoder()
    with path.open("wb") as file:
        for record in records:
            file.write(encoder.encode(record) + b"\n")


def _lane_records(steps: int, per_s: float, lasted_s: float) -> Iterator[Record]:
    steps_per_epoch = max(1, round(per_s * EPOCH_S))
    yield Started(t=0.0, pid=1)
    yield Built(
        t=0.0,
        parameters=1000,
        parameter_bytes=4000,
        batch_size=32,
        train_samples=32 * steps_per_epoch,
        validation_samples=100,
        steps_per_epoch=steps_per_epoch,
        planned_epochs=None,
        planned_steps=steps,
    )
    yield Released(t=0.0, step=0)
    t, step, epoch = 0.0, 0, 1
    while step < steps:
        t += FAST_S if t < FAST_FOR_S else SLOW_S
        now = steps if t >= lasted_s else min(steps, round(t * per_s))
        loss = math.exp(-t / lasted_s) + 0.1 * math.sin(t * 7)
        yield Progress(
            t=t,
            step=now,
            samples=32 * now,
            epoch=epoch,
            epoch_step=now % steps_per_epoch,
            steps=now - step,
            span_s=SLOW_S,
            loss=loss,
            loss_min=loss - 0.05,
            loss_max=loss + 0.05,
            running_loss=loss,
            metrics={"accuracy": 1 - loss / 2},
            step_p50_s=1 / per_s,
            step_p99_s=2 / per_s,
        )
        step = now
        if t >= epoch * EPOCH_S:
            yield Validation(t=t, step=step, epoch=epoch, seconds=0.1, metrics={"loss": loss})
            yield Epoch(
                t=t,
                epoch=epoch,
                step=step,
                samples=32 * step,
                steps=steps_per_epoch,
                seconds=EPOCH_S,
                outside_s=0.2,
                loss=loss,
            )
            epoch += 1


def _samples(lasted_s: float) -> Iterator[Record]:
    for index in range(int(lasted_s / SAMPLE_S)):
        memory = 600 * 2**20 + index % 1000
        lanes = {lane: LaneReading(1, memory, None, 80.0 + index % 20, memory) for lane in LANES}
        reading = DeviceReading(
            memory_used_bytes=3 * memory, memory_total_bytes=8 * 2**30, utilization_percent=90.0
        )
        yield Sample(t=index * SAMPLE_S, device=reading, lanes=lanes, seconds=0.001)
