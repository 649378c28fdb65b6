"""The runs in reach, each in a line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct, structs

from training.analysis.contention import Verdict
from training.analysis.report import Report, ReportError, read_report
from training.analysis.run_course import read_course
from training.plan import Lane, PlanError, Sharing, read_plan
from training.record.event_records import LaneStatus
from training.record.folder_size import folder_size_bytes
from training.record.liveness import Liveness, liveness
from training.record.run_folder import RunFolder, list_run_folders

RunListState = Literal["starting", "live", "elsewhere", "lost", "unreadable"] | LaneStatus
_LIVE: tuple[RunListState, ...] = ("starting", "live", "elsewhere")

_Seen = tuple[Liveness, tuple[tuple[int, int] | None, ...]]
"""How it goes on, and of each file that a line is made of when it was written last and how long it is."""


class ListedRun(Struct, frozen=True):
    """One run: its state while it lives, its outcome when it has ended.

    `sharing` is what holds now, or held at the end. What only a report tells is None before there is one.
    """

    run: str
    state: RunListState
    created_at: str
    sharing: Sharing
    device: Literal["cpu", "gpu"]
    presets: dict[Lane, str]
    folder: str
    verdict: Verdict | None = None
    speedup: float | None = None
    """Steady: both alone, one after the other, over both together."""
    ended_at: str | None = None
    took_s: float | None = None
    host: str = ""
    """The machine it ran on; empty where the plan does not tell."""
    size_bytes: int | None = None
    """What its folder holds; None where it was not looked at."""

    @property
    def is_live(self) -> bool:
        """Whether it goes on, or may do so on another machine."""
        return self.state in _LIVE


class RunListing:
    """Lists the runs again and again: what stands still is read once."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[_Seen, ListedRun]] = {}

    def read(self) -> list[ListedRun]:
        """Every run whose plan can be read, live ones first, then the newest; with sizes as far as they are known."""
        known, self._known = self._known, {}
        listed: list[ListedRun] = []
        for folder in dict.fromkeys(list_run_folders()):  # two links may lead to one
            found = liveness(folder)
            seen = found, tuple(map(_written, (folder.plan, folder.report, folder.events)))
            before = known.get(folder.path)
            run = before[1] if before is not None and before[0] == seen else _listed(folder, found)
            if run is None:
                continue
            if before is not None and run.is_live:
                run = structs.replace(run, size_bytes=before[1].size_bytes)  # the newest there is: it grows
            self._known[folder.path] = seen, run
            listed.append(run)
        return sorted(listed, key=lambda run: not run.is_live)

    def sized(self, runs: Sequence[ListedRun]) -> list[ListedRun]:
        """The same runs with their sizes: measured where not known yet, and again where they still grow."""
        return [self._sized(run) for run in runs]

    def _sized(self, run: ListedRun) -> ListedRun:
        if run.size_bytes is not None and not run.is_live:
            return run
        path = Path(run.folder)
        run = structs.replace(run, size_bytes=folder_size_bytes(path))
        if path in self._known:
            self._known[path] = self._known[path][0], run
        return run


def list_runs() -> list[ListedRun]:
    """Every run whose plan can be read, with its size; live ones first, then the newest."""
    listing = RunListing()
    return listing.sized(listing.read())


def _listed(folder: RunFolder, found: Liveness) -> ListedRun | None:
    try:
        plan = read_plan(folder.plan)
    except PlanError:
        return None
    state, report = _state(folder, found)
    run = ListedRun(
        run=plan.run,
        state=state,
        created_at=plan.created_at,
        sharing=report.sharing if report is not None else read_course(folder, plan).sharing,
        device=plan.device.kind,
        presets={lane: planned.preset_name for lane, planned in plan.lanes.items()},
        folder=str(folder.path),
        host=plan.host,
    )
    return run if report is None else _with_outcome(run, report)


def _with_outcome(run: ListedRun, report: Report) -> ListedRun:
    told = report.contention
    void = report.gpu_verdict_void is not None
    return structs.replace(
        run,
        verdict="unknown" if void else told.verdict if told is not None else None,
        speedup=None if void or told is None else told.speedup,
        ended_at=report.ended_at,
        took_s=report.monitor.wall_s,
    )


def _state(folder: RunFolder, found: Liveness) -> tuple[RunListState, Report | None]:
    """With the report, where the run has ended."""
    if found != "ended":
        return found, None
    try:
        report = read_report(folder.report)
    except ReportError:
        return "unreadable", None
    return report.outcome, report


def _written(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
