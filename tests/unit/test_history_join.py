"""A lane that joins a run: known from then on, and new where it takes the place of one that has ended."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from tests.unit.made_runs import append, made_run, plan, preset
from training.analysis.history import RunHistory
from training.plan import LanePlan
from training.record.device_records import DeviceReading, LaneReading, Sample
from training.record.event_records import Joined, LaneEnded, Launched
from training.record.lane_records import Progress

JOINER = LanePlan("seed-regression", "shipped", preset("Joiner"))


@pytest.mark.parametrize("known_before", [True, False])
def test_a_lane_that_joins_is_one_of_the_run_also_for_who_reads_on(
    tmp_path: Path, known_before: bool
) -> None:
    alone = structs.replace(plan("made"), lanes={"b": plan().lanes["b"]})
    folder = made_run(tmp_path / "made", alone)
    history = RunHistory(folder) if known_before else None
    append(folder.events, Joined(t=5.0, lane="a", planned=JOINER), Launched(t=5.1, lane="a", pid=7))
    append(folder.lane_records("a"), _progress(4, t=9.0))
    history = history or RunHistory(folder)
    history.refresh()
    state = history.state()
    assert list(state.lanes) == ["a", "b"]
    assert (state.lanes["a"].preset_name, state.lanes["a"].step, state.lanes["a"].pid) == (
        "seed-regression",
        4,
        7,
    )
    assert list(history.plan.lanes) == ["a", "b"]


def test_who_takes_the_place_of_an_ended_lane_begins_anew(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "made")
    history = RunHistory(folder)
    append(folder.events, Launched(t=1.0, lane="b", pid=7))
    append(folder.lane_records("b"), *[_progress(step, t=float(step)) for step in (10, 20)])
    append(folder.events, LaneEnded(t=30.0, lane="b", status="completed", exit_code=0))
    history.refresh()
    assert history.state().lanes["b"].phase == "completed"
    folder.lane_records("b").rename(folder.path / "b-1.jsonl")
    append(folder.events, Joined(t=31.0, lane="b", planned=JOINER, replaces="seed-regression"))
    append(folder.lane_records("b"), _progress(10, t=40.0))
    history.refresh()
    held = history.state().lanes["b"]
    assert (held.phase, held.step, held.title) == ("waiting", 10, "Joiner")


def test_what_was_read_before_it_joined_is_not_of_the_new_lane(tmp_path: Path) -> None:
    """Also where all of it is read at once, and the event that says so first."""
    folder = made_run(tmp_path / "made")
    append(folder.events, LaneEnded(t=30.0, lane="b", status="completed", exit_code=0))
    append(folder.events, Joined(t=31.0, lane="b", planned=JOINER, replaces="seed-regression"))
    append(folder.device, _reading(20.0, pid=7, memory_bytes=900), _reading(40.0, pid=8, memory_bytes=300))
    history = RunHistory(folder)
    history.refresh()
    held = history.state().lanes["b"]
    assert (held.memory_peak_bytes, len(held.memory_series)) == (300, 1)


def _reading(t: float, *, pid: int, memory_bytes: int) -> Sample:
    return Sample(t, DeviceReading(), {"b": LaneReading(pid, memory_bytes=memory_bytes)})


def _progress(step: int, *, t: float) -> Progress:
    return Progress(t=t, step=step, samples=step, epoch=1, epoch_step=step, steps=step, span_s=1.0)
