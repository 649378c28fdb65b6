"""How a run went on: who trained in which lane, and how they shared the device."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from tests.unit.made_runs import append, made_run, plan, preset
from training.analysis.run_course import RunCourse, read_course
from training.plan import LANES, LanePlan, Plan
from training.record.event_records import EventRecord, Joined, LaneEnded, Launched, SharingChanged
from training.record.run_folder import RunFolder

FOLDER = RunFolder(Path("made"))
SECOND = LanePlan("second", "shipped", preset())
THIRD = LanePlan("third", "shipped", preset())
ENDED = LaneEnded(t=30.0, lane="b", status="completed", exit_code=0)
TAKES_ITS_PLACE = Joined(31.0, "b", THIRD, replaces="second", earlier_records="b-1.jsonl")


def _course(planned: Plan, *records: EventRecord) -> RunCourse:
    course = RunCourse(FOLDER, planned)
    for record in records:
        course.take(record)
    return course


def _with_b(planned: LanePlan) -> Plan:
    made = plan("made")
    return structs.replace(made, lanes={**made.lanes, "b": planned})


def test_where_nothing_changed_the_plan_says_it_all() -> None:
    launched = (Launched(t=1.0, lane="a", pid=1), Launched(t=1.5, lane="b", pid=2))
    course = _course(plan("made", sharing="sequential"), *launched, ENDED)
    assert (course.sharing, course.happened, course.earlier) == ("sequential", [], {})
    assert list(course.now) == list(course.launched) == list(LANES)
    b = course.now["b"]
    assert (b.preset_name, b.launched, b.ended, b.number) == ("seed-regression", launched[1], ENDED, 0)
    assert b.records == FOLDER.lane_records("b")


def test_who_joined_was_not_launched_with_the_run_whether_the_plan_has_it_already_or_not() -> None:
    joined = Joined(t=5.0, lane="b", planned=SECOND)
    before = structs.replace(plan("made"), lanes={"a": plan().lanes["a"]})
    for planned in (before, _with_b(SECOND)):
        course = _course(planned, joined, Launched(t=5.5, lane="b", pid=7))
        assert list(course.launched) == ["a"]
        b = course.now["b"]
        assert (b.preset_name, b.joined, b.number) == ("second", joined, 0)
        assert b.launched is not None
        assert course.replaced_by(joined) is None
        assert course.earlier == {}


def test_of_one_launched_with_the_run_whose_place_another_took_the_name_is_kept() -> None:
    course = _course(_with_b(THIRD), Launched(t=1.0, lane="b", pid=2), ENDED, TAKES_ITS_PLACE)
    (first,) = course.earlier["b"]
    assert (first.preset_name, first.planned, first.ended) == ("second", None, ENDED)
    assert first.records == FOLDER.path / "b-1.jsonl"
    assert course.launched["b"] is course.replaced_by(TAKES_ITS_PLACE) is first
    now = course.now["b"]
    assert (now.preset_name, now.planned, now.number, now.ended) == ("third", THIRD, 1, None)
    assert now.records == FOLDER.lane_records("b")


def test_of_one_that_joined_everything_is() -> None:
    joined = Joined(t=5.0, lane="b", planned=SECOND)
    course = _course(_with_b(THIRD), joined, ENDED, TAKES_ITS_PLACE)
    (first,) = course.earlier["b"]
    assert (first.planned, first.joined) == (SECOND, joined)
    assert list(course.launched) == ["a"]


def test_the_newest_way_of_sharing_holds() -> None:
    changes = (
        SharingChanged(t=7.0, before="mps", after="together", because="no daemon"),
        SharingChanged(t=9.0, before="together", after="sequential", because="asked"),
    )
    course = _course(plan("made", sharing="mps"), *changes)
    assert (course.asked, course.sharing, course.changes) == ("mps", "sequential", list(changes))


def test_records_are_looked_for_in_the_folder_alone() -> None:
    outside = structs.replace(TAKES_ITS_PLACE, earlier_records="../../etc/b.jsonl")
    (first,) = _course(_with_b(THIRD), ENDED, outside).earlier["b"]
    assert first.records == FOLDER.path / "b.jsonl"


def test_events_of_lanes_that_no_plan_has_are_passed_over(tmp_path: Path) -> None:
    alone = structs.replace(plan("made"), lanes={"a": plan().lanes["a"]})
    folder = made_run(tmp_path / "made", alone)
    append(folder.events, Launched(t=1.0, lane="b", pid=2), ENDED)
    assert list(read_course(folder, alone).now) == ["a"]


def test_what_an_earlier_lane_left_is_where_its_folder_was_renamed_to() -> None:
    course = _course(_with_b(THIRD), ENDED, TAKES_ITS_PLACE)
    (first,), now = course.earlier["b"], course.now["b"]
    assert first.path_now("/runs/made/b/model.keras") == "/runs/made/b-1/model.keras"
    assert first.path_now("/elsewhere/model.keras") == "/elsewhere/model.keras"
    assert first.path_now(None) is None
    assert now.path_now("/runs/made/b/model.keras") == "/runs/made/b/model.keras"
    assert course.taken_over_t == {"a": [], "b": [31.0]}
