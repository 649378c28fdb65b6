"""What earlier runs say of a preset on a device: what is kept, and what newer run folders add to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from training.analysis.measurements import Measurements, gathered, installed_versions
from training.analysis.remembering import run_measurements
from training.analysis.report import ReportError, read_report
from training.plan import PlanError, read_plan
from training.record.measurement_records import Measurement
from training.record.measurement_store import KEPT_OF_EACH, keep, read_kept, thing
from training.record.run_folder import RunFolder, list_run_folders

NEWEST_RUNS = 200
"""How far back is read: the work stays bounded however many runs there are."""


def read_earlier_runs(folders: Iterable[RunFolder] | None = None) -> Measurements:
    """What is kept and what the newest runs say; what was not kept yet is kept from now on.

    Args:
        folders: the runs, newest first; those of the state directory when None.
    """
    kept = read_kept()
    known = {(one.run, one.at) for one in kept}
    newest = islice(list_run_folders() if folders is None else folders, NEWEST_RUNS)
    found = [one for folder in newest for one in _of_run(folder, known)]
    try:
        keep(_worth_keeping(kept, found))
    except OSError:
        pass  # the runs' folders still tell it
    return gathered((*kept, *found), installed_versions())


def _worth_keeping(kept: Iterable[Measurement], found: Iterable[Measurement]) -> list[Measurement]:
    """What was found, oldest first; without what there is enough of, which the store would thin out again."""
    counts = Counter(thing(one) for one in kept)
    worth: list[Measurement] = []
    for one in found:
        counts[thing(one)] += 1
        if counts[thing(one)] <= KEPT_OF_EACH:
            worth.append(one)
    return worth[::-1]


def _of_run(folder: RunFolder, known: set[tuple[str, str]]) -> Iterator[Measurement]:
    """What a run adds; nothing where it is known, or missing, or damaged."""
    try:
        report = read_report(folder.report)
        if (report.run, report.ended_at) not in known:
            yield from run_measurements(read_plan(folder.plan), report)
    except (PlanError, ReportError):
        return
