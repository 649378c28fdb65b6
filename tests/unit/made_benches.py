"""Benches that never happened: plans, launches by a launcher that launches nothing, and runs as they leave them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from msgspec import structs

from tests.unit.made_contention import SLOWED, measured_run
from tests.unit.made_runs import preset
from training.analysis import progress
from training.analysis.build_report import build_report
from training.analysis.contention import Contention
from training.analysis.progress import LaneTimes
from training.analysis.report import Monitor, Report, write_report
from training.bench.figures import LaunchFigures
from training.bench.folder import BenchFolder
from training.bench.ledger import Ledger
from training.bench.plan import BenchPlan, BenchPreset, write_bench_plan
from training.bench.records import BenchRecord
from training.bench.schedule import PlannedLaunch
from training.launch import LaunchRequest, make_plan
from training.plan import LANES, Lane, LanePlan, PlannedDevice, Sharing, read_plan
from training.record.run_folder import RunFolder

CPU = PlannedDevice("cpu", "CPU", memory_bytes=1000)
STARTED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def bench_plan(
    *labels: str,
    modes: tuple[Sharing, ...] = ("together",),
    launches: int = 1,
    blocks: int = 5,
    device: PlannedDevice = CPU,
) -> BenchPlan:
    """A bench of presets of these names; two unless named."""
    names = labels or ("seed-binary", "seed-regression")
    presets = tuple(BenchPreset(name, LanePlan(name, "shipped", preset(name))) for name in names)
    return BenchPlan(
        "bench-made",
        presets,
        modes,
        device,
        device.uuid or device.kind,
        blocks=blocks,
        launches=launches,
        created_at="2026-01-02T03:04:05+00:00",
        host="here",
    )


def made_bench(path: Path, plan: BenchPlan) -> BenchFolder:
    """A bench's folder with its plan in it."""
    path.mkdir(parents=True)
    folder = BenchFolder(path)
    write_bench_plan(plan, folder.plan)
    return folder


def figures(
    slowdown: tuple[float, float] = (1.31, 1.58),
    alone_s: tuple[float, float] = (100.0, 200.0),
    *,
    width: float | None = 0.05,
    blocks: int = 5,
    excluded: int = 0,
) -> LaunchFigures:
    """What a launch of known slowdowns measured; its intervals over blocks are so wide to both sides, or missing."""
    times = {lane: LaneTimes(s, s * slow) for lane, s, slow in zip(LANES, alone_s, slowdown, strict=True)}
    stp, speedup = progress.stp(times), progress.speedup(times)
    return LaunchFigures(
        contention=Contention(
            solo_steps_per_s={lane: 1000 / times[lane].alone_s for lane in LANES},
            shared_steps_per_s={lane: 1000 / times[lane].shared_s for lane in LANES},
            stp=stp,
            stp_interval=None if width is None else (stp - width, stp + width),
            speedup=speedup,
            interval=None if width is None else (speedup - width, speedup + width),
            speedup_whole=speedup * 0.9,
            blocks=blocks,
            excluded=excluded,
            excluded_because=("others used 1.2 of 2 cores",) if excluded else (),
        ),
        own_steps={"a": 1000, "b": 1000},
        alone_s={lane: times[lane].alone_s for lane in LANES},
        shared_s={lane: times[lane].shared_s for lane in LANES},
        peak_memory_bytes={"a": 600 << 20, "b": 700 << 20},
    )


@dataclass
class MadeRun:
    """A launch that is over after it was looked at `looks` times, or once it was told to stop."""

    folder: RunFolder
    looks: int = 1
    on_stop: Callable[[int], None] = lambda _: None
    asked: list[int] = field(default_factory=list)

    def is_over(self) -> bool:
        self.looks -= 1
        return self.looks < 0

    def stop(self, times_asked: int) -> bool:
        self.asked.append(times_asked)
        self.looks = 0
        self.on_stop(times_asked)
        return True


@dataclass
class Outcome:
    """What a made launch leaves: so many blocks, or nothing; a lane that failed; other sharing than asked."""

    blocks: int = 5
    disturbed: int = 0
    slowed: dict[Lane, float] = field(default_factory=lambda: SLOWED)
    failed: str = ""
    sharing: Sharing | None = None
    is_lost: bool = False
    refused: Exception | None = None


class MadeLauncher:
    """Leaves a made run behind for each launch; `outcomes` in order, the last one again and again."""

    def __init__(self, outcomes: Sequence[Outcome] = (Outcome(),)) -> None:
        self.requests: list[LaunchRequest] = []
        self.runs: list[MadeRun] = []
        self._outcomes = list(outcomes)
        self.on_launch: Callable[[MadeRun], None] = lambda _: None

    def launch(self, request: LaunchRequest) -> MadeRun:
        self.requests.append(request)
        outcome = self._outcomes.pop(0) if len(self._outcomes) > 1 else self._outcomes[0]
        if outcome.refused is not None:
            raise outcome.refused
        assert request.run_dir is not None
        folder = leave_run(request, request.run_dir, outcome)
        run = MadeRun(folder)
        self.runs.append(run)
        self.on_launch(run)
        return run

    def take_up(self, folder: RunFolder) -> MadeRun | None:
        return MadeRun(folder) if folder.plan.exists() else None


def leave_run(request: LaunchRequest, path: Path, outcome: Outcome) -> RunFolder:
    """A run's folder as a run of this request would leave it."""
    made = make_plan(path.name, dict(request.planned), CPU, request.sharing, request.limits)
    shutil.rmtree(path, ignore_errors=True)
    folder = measured_run(
        path, structs.replace(made, probing=request.probing), blocks=outcome.blocks,
        disturbed=outcome.disturbed, slowed=outcome.slowed,
    )  # fmt: skip
    for lane in LANES:
        folder.lane_folder(lane).mkdir()
        (folder.lane_folder(lane) / "model.keras").write_bytes(b"model")
    if not outcome.is_lost:
        write_report(_report(folder, outcome), folder.report)
    return folder


def _report(folder: RunFolder, outcome: Outcome) -> Report:
    report = build_report(folder, read_plan(folder.plan), STARTED, Monitor(0.5, 20.0, 7))
    if outcome.sharing is not None:
        report = structs.replace(report, sharing=outcome.sharing, why_sharing_changed="no daemon")
    if outcome.failed:
        from training.analysis.report import ReportedError

        error = ReportedError("out-of-memory", outcome.failed)
        lanes = {**report.lanes, "b": structs.replace(report.lanes["b"], status="failed", error=error)}
        report = structs.replace(report, lanes=lanes)
    return report


def ledger_of(plan: BenchPlan, records: Sequence[BenchRecord]) -> Ledger:
    """What these events add up to."""
    ledger = Ledger(plan)
    for record in records:
        ledger.take(record)
    return ledger


def launch_of(
    number: int = 1, sharing: Sharing = "together", pair: tuple[int, int] = (0, 1)
) -> PlannedLaunch:
    """One launch of the schedule."""
    return PlannedLaunch(pair, sharing, number)
