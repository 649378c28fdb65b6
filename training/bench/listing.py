"""The benches in reach, each in a line."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from training.bench.folder import BenchFolder, list_bench_folders
from training.bench.ledger import Ledger
from training.bench.plan import BenchPlanError, read_bench_plan
from training.bench.records import BenchOutcome, BenchRecord
from training.bench.report import BenchReportError, read_bench_report
from training.plan import Sharing
from training.record.liveness import liveness
from training.record.reader import TailingReader

BenchListState = Literal["starting", "live", "elsewhere", "lost", "unreadable"] | BenchOutcome
_LIVE: tuple[BenchListState, ...] = ("starting", "live", "elsewhere")


class ListedBench(Struct, frozen=True):
    """One bench: its state while it lives, its outcome when it has ended; `run` is its name, as runs have one."""

    run: str
    state: BenchListState
    created_at: str
    sharing: tuple[Sharing, ...]
    device: Literal["cpu", "gpu"]
    presets: tuple[str, ...]
    folder: str
    launches_done: int
    launches: int
    resumable: bool
    """Whether launches are missing and nobody makes them."""
    kind: Literal["bench"] = "bench"

    @property
    def is_live(self) -> bool:
        """Whether somebody measures."""
        return self.state in _LIVE


def list_benches() -> list[ListedBench]:
    """Every bench whose plan can be read, live ones first, then the newest."""
    listed = [bench for folder in list_bench_folders() if (bench := _listed(folder)) is not None]
    return sorted(listed, key=lambda bench: not bench.is_live)


def _listed(folder: BenchFolder) -> ListedBench | None:
    try:
        plan = read_bench_plan(folder.plan)
    except BenchPlanError:
        return None
    state = _state(folder)
    ledger = Ledger(plan)
    reader: TailingReader[BenchRecord] = TailingReader(folder.events, BenchRecord)
    for record in reader.read_new():
        ledger.take(record)
    return ListedBench(
        run=plan.bench,
        state=state,
        created_at=plan.created_at,
        sharing=plan.modes,
        device=plan.device.kind,
        presets=tuple(preset.label for preset in plan.presets),
        folder=str(folder.path),
        launches_done=ledger.done_count,
        launches=len(ledger.schedule),
        resumable=bool(ledger.missing) and state not in _LIVE,
    )


def _state(folder: BenchFolder) -> BenchListState:
    found = liveness(folder.as_run)
    if found != "ended":
        return found
    try:
        return read_bench_report(folder.report).outcome
    except BenchReportError:
        return "unreadable"
