"""A bench's outcome: `report.json`, made from its plan and its events alone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from training.analysis.report import ReportedDevice
from training.bench.ledger import Ledger
from training.bench.mode_report import ModeReport, mode_report
from training.bench.pair_report import PairReport, pair_report
from training.bench.partners import Partner, best_partners
from training.bench.plan import BenchPlan
from training.bench.records import BenchOutcome
from training.bench.schedule import Pair, PlannedLaunch, pairs
from training.plan import LANES, Sharing
from training.record.whole_file import write_whole

BENCH_REPORT_SCHEMA = 1


class BenchReportError(ValueError):
    """A bench's report that cannot be read."""


class BenchReport(Struct, frozen=True):
    """What a bench's `report.json` holds; later versions add keys and rename none.

    `outcome` is "stopped" while launches are missing, "failed" where all were made and one measured nothing.
    `measured_s` is what the launches took, all together.
    """

    bench: str
    started_at: str
    ended_at: str
    outcome: BenchOutcome
    device: ReportedDevice
    presets: tuple[str, ...]
    """The labels, each once."""
    modes: tuple[Sharing, ...]
    blocks: int
    """Asked of each launch."""
    seconds: float
    """The least length of each window."""
    launches: int
    """Asked of each pair in each mode."""
    launches_missing: int
    pairs: tuple[PairReport, ...]
    partners: tuple[Partner, ...] = ()
    """The best partner of each preset, where there are three or more."""
    measured_s: float = 0.0
    schema: int = BENCH_REPORT_SCHEMA


def build_bench_report(ledger: Ledger, outcome: BenchOutcome) -> BenchReport:
    """Make the report of what was measured so far."""
    plan = ledger.plan
    device = plan.device
    told = tuple(pair_of(ledger, pair) for pair in pairs(plan))
    labels = tuple(dict.fromkeys(preset.label for preset in plan.presets))
    return BenchReport(
        bench=plan.bench,
        started_at=plan.created_at,
        ended_at=datetime.now().astimezone().isoformat(timespec="seconds"),
        outcome=outcome,
        device=ReportedDevice(
            device.kind, device.name, device.uuid, device.memory_bytes, device.mig_of, device.unified
        ),
        presets=labels,
        modes=plan.modes,
        blocks=plan.blocks,
        seconds=plan.seconds,
        launches=plan.launches,
        launches_missing=len(ledger.missing),
        pairs=told,
        partners=best_partners(labels, told) if len(labels) > 2 else (),
        measured_s=round(sum(ledger.every_second()), 1),
    )


def pair_of(ledger: Ledger, pair: Pair) -> PairReport:
    """What is known of one pair so far."""
    plan = ledger.plan
    labels = {lane: plan.presets[place].label for lane, place in zip(LANES, pair, strict=True)}
    return pair_report(labels, [_mode(ledger, plan, pair, sharing) for sharing in plan.modes])


def _mode(ledger: Ledger, plan: BenchPlan, pair: Pair, sharing: Sharing) -> ModeReport:
    launches = [PlannedLaunch(pair, sharing, number) for number in range(1, plan.launches + 1)]
    measured = [record for launch in launches if (record := ledger.best_try(launch)) is not None]
    others = [ledger.why_not(launch) for launch in launches if ledger.best_try(launch) is None]
    failed = [why for why in others if why]
    if not measured and not failed:
        return ModeReport(sharing, why_not="it was not launched")
    return mode_report(
        sharing,
        [record.figures for record in measured if record.figures is not None],
        runs=[record.run for record in measured],
        failed_because=failed,
    )


def write_bench_report(report: BenchReport, path: Path) -> None:
    """Write the report whole or not at all."""
    write_whole(path, msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")


def read_bench_report(path: Path) -> BenchReport:
    """Read a bench's report.

    Raises:
        BenchReportError: there is none, or it is damaged.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=BenchReport)
    except (OSError, msgspec.DecodeError) as error:
        raise BenchReportError(f"{path}: no bench's report that can be read: {error}") from error
