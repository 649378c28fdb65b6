"""The record of a run in which one joined, and one took another's place: each lane's own records at each time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from tests.unit.made_runs import append, made_run, plan, preset
from tests.unit.seen_live import Clock, anywhere, here, lives
from training.analysis.history import RunHistory
from training.analysis.replay import Replay
from training.analysis.state import RunState
from training.plan import Lane, LanePlan, Plan, write_plan
from training.record.device_records import DeviceReading, LaneReading, Sample
from training.record.event_records import Began, Joined, LaneEnded, Launched
from training.record.lane_records import Built, Imported, Paused, Progress, Released, Resumed, Started, Warm
from training.record.run_folder import RunFolder
from training.record.tagged import Record

SECOND = LanePlan("second", "shipped", preset("The second"))
THIRD = LanePlan("third", "shipped", preset("The third"))
JOINS = Joined(t=10.0, lane="b", planned=SECOND)
TAKES_ITS_PLACE = Joined(31.0, "b", THIRD, replaces="second", replaced=SECOND, earlier_records="b-1.jsonl")
TOLD = tuple[Record, Path]


def _alone() -> Plan:
    return structs.replace(plan("made"), lanes={"a": plan().lanes["a"]})


def _life(pid: int, t: float, until_t: float) -> Iterator[Record]:
    yield Started(t, pid)
    yield Imported(t + 0.5, 0.5, threads={"intra_op": pid})
    yield Built(t + 1.0, pid, 4 * pid, 32, 320, 0, 10, planned_steps=1000, device="CPU")
    yield Warm(t + 1.5, 3, 0.5)
    yield Released(t + 2.0, 3)
    step = 3
    at = t + 2.5
    while at < until_t:
        step += 10
        yield Progress(
            at, step, step * 32, 1 + step // 100, step % 100, 10, 0.5, loss=1 / step, running_loss=1.0
        )
        at += 0.5
    yield Paused(until_t, step)
    yield Resumed(until_t + 0.25, step, 0.25)


def _told(folder: RunFolder) -> list[TOLD]:
    """Every record in order of time, with the file that it was written to."""
    a, b = folder.lane_records("a"), folder.lane_records("b")
    events = [
        Began(t=0.0, monotonic_s=1.0, wall="2026-01-02T03:04:05+00:00", boot_id="b", sharing="together"),
        Launched(0.5, "a", 1),
        JOINS,
        Launched(10.1, "b", 2),
        LaneEnded(t=30.0, lane="b", status="completed", exit_code=0),
        TAKES_ITS_PLACE,
        Launched(31.1, "b", 3),
    ]
    told: list[TOLD] = [(here(event), folder.events) for event in events]
    told += [(record, a) for record in _life(1, 0.6, 50.0)]
    told += [(record, b) for record in _life(2, 10.2, 29.0)]
    told += [(record, b) for record in _life(3, 31.2, 49.0)]
    told += [(_sample(index / 2), folder.device) for index in range(100)]
    return sorted(told, key=lambda one: one[0].t)  # type: ignore[attr-defined]


def _sample(t: float) -> Sample:
    lanes: dict[Lane, LaneReading] = {"a": LaneReading(1, 100, cpu_percent=50.0)}
    if 10.5 < t < 30.0 or t > 31.5:
        lanes["b"] = LaneReading(2 if t < 31.0 else 3, 900 if t < 31.0 else 300, cpu_percent=70.0)
    return Sample(t, DeviceReading(memory_used_bytes=2000, memory_total_bytes=9000), lanes)


class Viewer:
    """Was there from the beginning, and looked whenever something was written."""

    def __init__(self, path: Path) -> None:
        self.folder = made_run(path, _alone())
        lives(self.folder)
        self._clock = Clock()
        self._history = RunHistory(self.folder, clock=self._clock)
        self._coming = _told(self.folder)

    def until(self, t: float) -> RunState:
        """What was seen then."""
        while self._coming and self._coming[0][0].t <= t:  # type: ignore[attr-defined]
            record, path = self._coming.pop(0)
            if isinstance(record, Joined):
                self._give_place(record)
            append(path, record)
            self._history.refresh()
        self._clock.t = t
        self._history.refresh()
        return anywhere(self._history.state())

    def _give_place(self, record: Joined) -> None:
        lanes: dict[Lane, LanePlan] = {**_alone().lanes, record.lane: record.planned}
        write_plan(structs.replace(_alone(), lanes=lanes), self.folder.plan)
        if record.earlier_records is not None:
            self.folder.lane_records(record.lane).rename(self.folder.path / record.earlier_records)


TIMES = (0.0, 5.0, 10.0, 12.0, 15.5, 29.1, 30.5, 31.0, 31.15, 33.0, 40.0, 49.1)


def test_each_lane_is_who_trained_in_it_then(tmp_path: Path) -> None:
    viewer = Viewer(tmp_path / "made")
    seen = {t: viewer.until(t) for t in TIMES}
    viewer.until(60.0)
    replay = Replay(viewer.folder)
    for t in (*TIMES, *reversed(TIMES)):
        replay.seek(t)
        assert anywhere(replay.state()) == seen[t], t
    names = {t: [lane.preset_name for lane in seen[t].lanes.values()] for t in (5.0, 15.5, 40.0)}
    assert names == {
        5.0: ["seed-binary"],
        15.5: ["seed-binary", "second"],
        40.0: ["seed-binary", "third"],
    }
    assert (seen[15.5].lanes["b"].parameters, seen[40.0].lanes["b"].parameters) == (2, 3)
    assert seen[30.5].lanes["b"].phase == "completed"


def test_one_that_takes_a_place_while_the_record_is_played(tmp_path: Path) -> None:
    viewer = Viewer(tmp_path / "made")
    seen = {t: viewer.until(t) for t in (15.5, 30.5)}
    replay = Replay(viewer.folder)
    replay.seek(15.5)
    assert anywhere(replay.state()) == seen[15.5]
    seen[40.0] = viewer.until(40.0)
    replay.look()
    assert anywhere(replay.state()) == seen[15.5]
    replay.seek(30.5)
    assert anywhere(replay.state()) == seen[30.5]
    viewer.until(41.0)
    replay.look()
    replay.seek(40.0)
    assert anywhere(replay.state()) == seen[40.0]


@pytest.mark.parametrize("kept", [True, False])
def test_of_one_that_another_followed_the_name_is_known_if_nothing_else(tmp_path: Path, kept: bool) -> None:
    first = plan().lanes["b"]
    lanes: dict[Lane, LanePlan] = {**plan().lanes, "b": THIRD}
    folder = made_run(tmp_path / "made", structs.replace(plan("made"), lanes=lanes))
    took = structs.replace(TAKES_ITS_PLACE, replaces=first.preset_name, replaced=first if kept else None)
    append(folder.events, Launched(1.0, "b", 2), took)
    append(folder.path / "b-1.jsonl", *_life(2, 1.2, 29.0))
    append(folder.lane_records("b"), *_life(3, 31.2, 49.0))
    replay = Replay(folder)
    replay.seek(20.0)
    b = replay.state().lanes["b"]
    assert (b.preset_name, b.title) == ("seed-regression", "Seed B" if kept else "seed-regression")
    assert b.parameters == 2
    assert list(replay.plan.lanes) == ["a", "b"]
    replay.seek(45.0)
    assert replay.state().lanes["b"].title == "The third"
