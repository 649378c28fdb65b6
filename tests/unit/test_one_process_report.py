"""Lanes in one process: a report says that they are, and in whose figure the memory of both is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.made_runs import append, made_run, plan
from training.analysis.build_report import build_report
from training.analysis.report import Monitor, Report
from training.export.run_account import read_account
from training.plan import LANES, Lane, Sharing
from training.record.device_records import DeviceReading, Figure, LaneReading, Sample, Source
from training.record.run_folder import RunFolder
from tui.report_content import run_text
from tui.report_text import report_lines

OWN = {"lanes.memory_bytes": Figure("host", "process")}


def _run(path: Path, *samples: dict[Lane, int], sharing: Sharing = "one-process") -> RunFolder:
    folder = made_run(path / "made", plan("made", sharing=sharing))
    append(folder.device, Source(t=0.0, figures=OWN))
    for index, held in enumerate(samples):
        lanes = {lane: LaneReading(2, memory_bytes) for lane, memory_bytes in held.items()}
        append(folder.device, Sample(t=index + 1.0, device=DeviceReading(), lanes=lanes))
    return folder


def _report(folder: RunFolder) -> Report:
    monitor = Monitor(cpu_s=0.0, wall_s=20.0, peak_rss_bytes=0)
    return build_report(folder, read_account(folder).plan, datetime(2026, 1, 2, tzinfo=UTC), monitor)


def _told(folder: RunFolder) -> tuple[list[str], tuple[str, ...]]:
    """Of each lane what stands after "memory at peak" in the text; and the row of the table."""
    lines = report_lines(_report(folder), folder.path)
    (row,) = (row for row in run_text(read_account(folder)).lanes if row[0] == "memory at peak")
    return [line.partition("memory at peak ")[2] for line in lines if "memory at peak" in line], row


def test_a_lane_without_a_figure_says_in_whose_its_memory_is(tmp_path: Path) -> None:
    folder = _run(tmp_path, {"a": 900})
    assert {lane: told.memory_in for lane, told in _report(folder).lanes.items()} == {"a": "a", "b": "a"}
    lines, row = _told(folder)
    assert lines == ["900 B (of both lanes: they are one process)", "– (in lane A's: both are one process)"]
    assert row[1:] == (
        "900 B (RSS, of both lanes: they are one process)",
        "– (in lane A's: both are one process)",
    )


def test_the_process_is_the_others_once_the_first_has_ended(tmp_path: Path) -> None:
    lines, _ = _told(_run(tmp_path, {"a": 900}, {"b": 800}))
    both = "of both lanes: they are one process"
    assert lines == [f"900 B ({both})", f"800 B ({both})"]


def test_where_nothing_was_metered_nothing_is_said(tmp_path: Path) -> None:
    assert {told.memory_in for told in _report(_run(tmp_path)).lanes.values()} == {None}


@pytest.mark.parametrize("sharing", ["together", "sequential", "mps", "adaptive"])
def test_lanes_with_processes_of_their_own_say_nothing_of_it(tmp_path: Path, sharing: Sharing) -> None:
    folder = _run(tmp_path, {"a": 900}, sharing=sharing)
    assert {lane: _report(folder).lanes[lane].memory_in for lane in LANES} == {"a": None, "b": None}
    assert "one process" not in "".join(_told(folder)[0])
