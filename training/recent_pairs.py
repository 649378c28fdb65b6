"""The pairs that were run last, each once, to be taken again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from training.analysis.contention import Verdict
from training.analysis.report import ReportError, read_report
from training.plan import LANES, Lane, LanePlan, Plan, PlanError, Sharing, read_plan
from training.planned_lanes import preset_reference
from training.record.run_folder import RunFolder, list_run_folders

MOST_PAIRS = 9
NEWEST_RUNS = 100
"""How far back is read: the work stays bounded however many runs there are."""


@dataclass(frozen=True, slots=True)
class RecentPair:
    """Two presets that were run, with what was set beside them; sharing and age are of their newest run."""

    presets: dict[Lane, str]
    """References."""
    overrides: dict[Lane, tuple[str, ...]]
    sharing: Sharing
    created_at: str
    """ISO 8601 with offset."""
    verdict: Verdict | None = None
    """Of the newest run that has one; None where nothing was measured."""
    speedup: float | None = None


def recent_pairs(folders: Iterable[RunFolder] | None = None) -> tuple[RecentPair, ...]:
    """Return the newest distinct pairs, the newest first; what cannot be read is left out.

    Args:
        folders: the runs, newest first; those of the state directory when None.
    """
    found: dict[object, RecentPair] = {}
    for folder in islice(list_run_folders() if folders is None else folders, NEWEST_RUNS):
        try:
            plan = read_plan(folder.plan)
        except PlanError:
            continue
        if set(plan.lanes) != set(LANES):
            continue
        what = tuple((preset_reference(plan.lanes[lane]), _overrides(plan.lanes[lane])) for lane in LANES)
        if what not in found and len(found) < MOST_PAIRS:
            found[what] = _pair(plan, folder)
        elif what in found and found[what].verdict in (None, "unknown"):
            verdict, speedup = _measured(folder)
            if verdict is not None:
                found[what] = replace(found[what], verdict=verdict, speedup=speedup)
    return tuple(found.values())


def _pair(plan: Plan, folder: RunFolder) -> RecentPair:
    verdict, speedup = _measured(folder)
    return RecentPair(
        presets={lane: preset_reference(plan.lanes[lane]) for lane in LANES},
        overrides={lane: _overrides(plan.lanes[lane]) for lane in LANES},
        sharing=plan.sharing,
        created_at=plan.created_at,
        verdict=verdict,
        speedup=speedup,
    )


def _overrides(planned: LanePlan) -> tuple[str, ...]:
    """What was set beside the preset; and where a script that was named itself ran, unless that is here."""
    script = planned.preset.script
    if planned.origin != "script" or script is None or script.cwd in (None, _here()):
        return planned.overrides
    where = f"script.cwd={json.dumps(script.cwd, ensure_ascii=False)}"
    return (*(one for one in planned.overrides if one != where), where)


def _here() -> str | None:
    try:
        return str(Path.cwd())
    except OSError:
        return None


def _measured(folder: RunFolder) -> tuple[Verdict | None, float | None]:
    try:
        report = read_report(folder.report)
    except ReportError:
        return None, None
    told = report.contention
    if told is None or report.gpu_verdict_void is not None:
        return None, None
    return told.verdict, told.speedup
