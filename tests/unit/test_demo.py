"""The shipped record: a whole run with its verdict, small, and without a trace of the machine that made it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from training.analysis.history import RunHistory
from training.analysis.replay import Replay
from training.analysis.report import read_report
from training.analysis.reported_contention import reported_contention
from training.plan import LANES, read_plan
from training.preset_library import resolve
from tui.demo import LEAD_S, demo_begins_s, demo_folder

MOST_BYTES = 400 * 1024
FOLDER = demo_folder()


def test_it_is_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.path.iterdir()) <= MOST_BYTES


def test_it_ends_with_the_verdict_that_its_report_tells() -> None:
    history = RunHistory(FOLDER)
    history.refresh()
    report = read_report(FOLDER.report)
    state = history.state()
    assert (state.phase, state.skipped_lines, report.outcome) == ("ended", 0, "completed")
    assert report.contention is not None
    assert report.contention.verdict in ("together", "sequential", "no clear difference")
    assert reported_contention(state.contention.contention, history.plan, None) == report.contention
    replay = Replay(FOLDER)
    replay.seek(replay.end_s)
    assert replay.state() == state


def test_its_presets_are_shipped_too() -> None:
    for planned in read_plan(FOLDER.plan).lanes.values():
        assert planned.origin == "shipped"
        assert resolve(planned.preset_name).preset is not None


def test_where_it_begins_the_first_steps_are_near() -> None:
    replay = Replay(FOLDER)
    begins_s = demo_begins_s(FOLDER)
    replay.seek(begins_s)
    assert not any(len(lane.loss_series) > 5 for lane in replay.state().lanes.values())
    replay.seek(begins_s + LEAD_S + 1.0)
    assert all(len(replay.state().lanes[lane].loss_series) > 1 for lane in LANES)


@pytest.mark.parametrize("name", sorted(file.name for file in FOLDER.path.iterdir()))
def test_nothing_of_the_machine_is_in_it(name: str) -> None:
    text = (FOLDER.path / name).read_text(encoding="utf-8")
    assert not re.search(r"/(home|root|tmp|work|Users|usr|var|opt)\b", text)
    if not name.endswith((".json", ".jsonl")):
        return
    told = [json.loads(text)] if name.endswith(".json") else [json.loads(line) for line in text.splitlines()]
    for key, value in _everything(told):
        if key == "boot_id":
            assert value == ""
        if key == "host":
            assert value == "demo"
        if key in ("pid", "daemon_pid", "server_pid"):
            assert 1000 < value < 1010
        if key == "monotonic_s":
            assert value == 0.0
        if isinstance(value, str) and value.startswith("/"):
            assert value.startswith("/demo/")


def _everything(told: Any) -> Iterator[tuple[str, Any]]:
    """Every value with its key, however deep."""
    if isinstance(told, dict):
        for key, value in told.items():
            yield key, value
            yield from _everything(value)
    elif isinstance(told, list):
        for value in told:
            yield "", value
            yield from _everything(value)
