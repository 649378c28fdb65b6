"""What a bench tells in `events.jsonl`. `t` is seconds since its process began, anew after each resumption."""

from __future__ import annotations

from typing import Literal

from training.bench.figures import LaunchFigures
from training.bench.schedule import PlannedLaunch
from training.record.lane_records import Schema
from training.record.tagged import Record

LaunchOutcome = Literal["measured", "few blocks", "failed", "lost", "interrupted"]
"""Lost: its supervisor died under the bench's eyes. Interrupted: a person stopped the bench, or it was gone itself."""

BenchOutcome = Literal["completed", "failed", "stopped"]


class BenchBegan(Record, frozen=True, tag="bench_began"):
    """The process's zero: `monotonic_s` on CLOCK_MONOTONIC of this boot, `wall` in ISO 8601 for people."""

    t: float
    monotonic_s: float
    wall: str
    boot_id: str


class LaunchBegan(Record, frozen=True, tag="launch_began"):
    """A launch was begun; its run's folder is `runs/RUN`."""

    t: float
    launch: PlannedLaunch
    run: str


class LaunchEnded(Record, frozen=True, tag="launch_ended"):
    """What came of it. `figures` also where it was cut short after some blocks; `because` is one sentence."""

    t: float
    launch: PlannedLaunch
    run: str
    outcome: LaunchOutcome
    seconds: float
    figures: LaunchFigures | None = None
    because: str = ""


class StopAsked(Record, frozen=True, tag="stop_asked"):
    """A person asked the bench to stop; with `kill` at once."""

    t: float
    kill: bool = False


class BenchEnded(Record, frozen=True, tag="bench_ended"):
    """The bench is over for now; `report.json` is written."""

    t: float
    outcome: BenchOutcome


BenchRecord = Schema | BenchBegan | LaunchBegan | LaunchEnded | StopAsked | BenchEnded
