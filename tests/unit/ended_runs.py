"""Runs that are over, or live as far as anybody can tell, in the state directory of the test."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import structs

from tests.unit.made_runs import made_run, plan
from training.analysis.contention import Contention
from training.analysis.report import LaneReport, Monitor, Report, ReportedDevice, write_report
from training.plan import Lane, Plan
from training.record.event_records import LaneStatus
from training.record.liveness import STARTING_GRACE_S, own_facts, take_lock
from training.record.run_folder import RunFolder
from training.record.run_home import runs_home

TOGETHER = Contention(speedup=1.51, interval=(1.44, 1.58), blocks=5, verdict="together")
SEQUENTIAL = Contention(speedup=0.8, interval=(0.78, 0.82), blocks=5, verdict="sequential")
BEGAN, ENDED = "2026-11-22T20:15:00+00:00", "2026-11-22T21:03:12+00:00"
MODEL_BYTES = 3000

EVENTS = """{"k":"schema","version":1}
{"k":"began","t":0.0,"monotonic_s":1.0,"wall":"2026-11-22T20:15:00+00:00","boot_id":"b","sharing":"together"}
{"k":"ended","t":9.0,"outcome":"completed"}
"""


def begun_run(
    name: str, *, path: Path | None = None, began: str = BEGAN, presets: tuple[str, ...] = (), host: str = ""
) -> RunFolder:
    """A run with a plan, a trained model, and nothing that tells how it goes on; linked where `path` is elsewhere."""
    made = structs.replace(plan(name), created_at=began, host=host or own_facts(None).host)
    for lane, preset in zip(made.lanes, presets, strict=False):
        made = _with_preset(made, lane, preset)
    folder = made_run(path or runs_home() / name, made)
    if path is not None:
        runs_home().mkdir(parents=True, exist_ok=True)
        (runs_home() / name).symlink_to(path)
    folder.lane_folder("a").mkdir()
    (folder.lane_folder("a") / "model.keras").write_bytes(b"x" * MODEL_BYTES)
    return folder


def ended_run(
    name: str,
    *,
    path: Path | None = None,
    began: str = BEGAN,
    ended: str = ENDED,
    presets: tuple[str, ...] = (),
    host: str = "",
    told: Contention | None = TOGETHER,
    status: LaneStatus = "completed",
) -> RunFolder:
    """A run with its report."""
    folder = begun_run(name, path=path, began=began, presets=presets, host=host)
    folder.events.write_text(EVENTS)
    report = Report(
        run=name,
        started_at=began,
        ended_at=ended,
        sharing="together",
        device=ReportedDevice("cpu", "CPU", None, 8 << 30),
        lanes={"a": _lane(status), "b": _lane("completed")},
        monitor=Monitor(2.1, 2892.0, 41 << 20),
        contention=told,
    )
    write_report(report, folder.report)
    return folder


def lost_run(name: str) -> RunFolder:
    """A run whose supervisor nobody knows any more."""
    folder = begun_run(name)
    long_ago = time.time() - 2 * STARTING_GRACE_S
    os.utime(folder.plan, (long_ago, long_ago))
    return folder


@contextmanager
def live_run(name: str, *, presets: tuple[str, ...] = ()) -> Iterator[RunFolder]:
    """A run that this process owns, as a supervisor does."""
    folder = begun_run(name, presets=presets)
    folder.events.write_text("".join(EVENTS.splitlines(keepends=True)[:2]))
    with owned(folder):
        yield folder


@contextmanager
def owned(folder: RunFolder, **facts: object) -> Iterator[None]:
    """Hold the run's lock, with what `facts` say of its owner."""
    lock = take_lock(folder.supervisor)
    os.pwrite(lock, msgspec.json.encode(structs.replace(own_facts(None), **facts)), 0)
    try:
        yield
    finally:
        os.close(lock)


def _with_preset(made: Plan, lane: Lane, preset: str) -> Plan:
    lanes = {**made.lanes, lane: structs.replace(made.lanes[lane], preset_name=preset)}
    return structs.replace(made, lanes=lanes)


def _lane(status: LaneStatus) -> LaneReport:
    return LaneReport(
        preset="seed-binary",
        status=status,
        exit_code=0 if status != "failed" else 1,
        error=None,
        steps=2400,
        epochs=10,
        samples=76_800,
        wall_s=131.2,
        train_s=117.8,
        first_loss=0.6931,
        last_loss=0.2134,
        steps_per_s=20.4,
        peak_memory_bytes=640 << 20,
        model_path=None,
    )
