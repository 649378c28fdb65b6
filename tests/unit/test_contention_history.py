"""A run's contention folded from its files: what is said, when, and of whom."""

from __future__ import annotations

import pytest
from msgspec import structs

from tests.unit.contention_cases import (
    Known,
    Measured,
)
from tests.unit.contention_runs import (
    LANES_KNOWN,
    OPENED_T,
    RELEASED_STEP,
    TOLD,
    in_order,
    life,
    progress,
    read,
    spans,
    start,
    whole_run,
)
from tests.unit.made_runs import plan
from training.analysis.contention_history import ContentionHistory
from training.plan import LANES, Lane, Limits, Probing
from training.record.contention_records import Held, LetGo, ProbeBegan, SoloSpan
from training.record.device_records import DeviceReading, LaneReading, Sample, Source
from training.record.event_records import (
    EventRecord,
    Joined,
    LaneEnded,
)
from training.record.lane_records import (
    Built,
    Resumed,
    Window,
)


def test_three_blocks_are_a_verdict_and_points() -> None:
    state = read(whole_run()).state()
    assert state.contention.verdict == "together"
    assert state.contention.slowdown == pytest.approx({"a": 1.5, "b": 1.2})
    assert [point.index for point in state.points] == [1, 2, 3]
    assert state.points[0].stp == pytest.approx(1 / 1.5 + 1 / 1.2)
    assert [(mark.block, mark.lane) for mark in state.marks] == [
        (i, lane) for i in (1, 2, 3) for lane in LANES
    ]
    assert all(mark.counts for mark in state.marks)
    assert state.held == {}


def test_the_whole_has_each_lanes_own_start_in_it() -> None:
    """Alone each takes 5 s to import and 7 s from its token until it is warm; both took 19 s until the barrier."""
    told = read(whole_run()).contention()
    assert told.makespan_s is not None
    assert told.sequential_estimate_s is not None
    assert told.speedup_whole == pytest.approx((told.sequential_estimate_s + 24) / (told.makespan_s + 19))


def test_what_is_left_is_counted_from_the_newest_step() -> None:
    """Of 1000 steps 400 are left: 40 s alone for a and 80 s for b, which takes 60 s and 96 s beside the other."""
    told: list[TOLD] = [*whole_run(), *((lane, progress(60.0, RELEASED_STEP + 600)) for lane in LANES)]
    state = read(told).state()
    both_s, rest_s = 60.0, (1 - 60 / 96) * 80
    assert state.saved_ahead_s == pytest.approx(120 - (both_s + rest_s))
    assert not state.turns_are_faster


ON_ONE_BATCH = Window(100.0, 1, 40.0, 100.0, 50, 50, in_steps_s=30.0, cached_batch=True)


@pytest.mark.parametrize("stood", [Resumed(100.0, step=50, paused_s=60.0), ON_ONE_BATCH])
def test_what_is_left_of_lanes_that_time_ends(stood: Resumed | Window) -> None:
    """Of five minutes from the release four have gone, for one of which the lanes stood still."""
    limits = Limits(minutes=5.0)
    told = in_order(
        [*start(), *spans()],
        {
            lane: [
                *(
                    structs.replace(one, planned_steps=None) if isinstance(one, Built) else one
                    for one in life()
                ),
                stood,
                progress(OPENED_T + 240, 500),
            ]
            for lane in LANES
        },
    )
    state = read(told, plan(limits=limits)).state()
    left_s = 300 - (240 - 60)
    assert state.contention.makespan_s == pytest.approx(300)
    assert state.saved_ahead_s == pytest.approx(left_s / 1.5 + left_s / 1.2 - left_s)


def test_nothing_is_ahead_of_a_run_whose_lane_has_ended() -> None:
    told: list[TOLD] = [*whole_run(), (None, LaneEnded(90.0, "a", "completed", 0))]
    assert read(told).state().saved_ahead_s is None


def test_turns_are_faster_where_the_newest_blocks_say_so() -> None:
    run = Measured({"a": Known(0.1, 3.0), "b": Known(0.2, 3.0)}, now_s=OPENED_T)
    for index in (1, 2, 3):
        run.block(index)
    state = read(in_order([*start(), *run.spans], {"a": life(), "b": life(9.0)})).state()
    assert state.turns_are_faster
    assert state.saved_ahead_s is not None
    assert state.saved_ahead_s < 0
    assert state.contention.verdict == "sequential"


def test_a_probe_is_marked_while_it_goes_on_and_after() -> None:
    began = ProbeBegan(30.0, 1, "a", "b", 2.0, 30)
    history = read([(None, began)])
    mark = history.state().probing
    assert mark is not None
    assert (mark.lane, mark.t0, mark.t1) == ("a", 30.0, None)
    run = Measured(LANES_KNOWN, now_s=30.0)
    run.solo(1, "a", complete=False)
    (span,) = run.spans
    history.take_event(span)
    state = history.state()
    assert state.probing is None
    assert [(mark.t0, mark.t1, mark.counts) for mark in state.marks] == [(30.0, span.t1, False)]


def test_a_probe_ends_with_its_lane() -> None:
    began = ProbeBegan(30.0, 1, "a", "b", 2.0, 30)
    state = read([(None, began), (None, LaneEnded(31.0, "a", "failed", 1))]).state()
    assert state.probing is None


def test_a_lane_is_held_for_as_long_as_anything_holds_it() -> None:
    history = read([(None, Held(1.0, "a", "asked")), (None, Held(2.0, "a", "probe"))])
    assert history.state().held == {"a": ("asked", "probe")}
    history.take_event(LetGo(3.0, "a", "asked"))
    assert history.state().held == {"a": ("probe",)}
    history.take_event(LetGo(4.0, "a", "probe"))
    assert history.state().held == {}


def test_says_why_nothing_is_known() -> None:
    off = structs.replace(plan(), probing=Probing(enabled=False))
    assert read([], off).contention().because == "probing is off (--no-probe)"
    asked: list[TOLD] = [(None, one) for one in (*start(), *spans(1))]
    told = "probing is off (--no-probe), and only 1 block of the 3 that are needed measured on request"
    assert read(asked, off).contention().because == told
    alone = structs.replace(plan(), lanes={"a": plan().lanes["a"]})
    assert read([], alone).contention().because == "one lane has the device to itself"
    assert read([]).contention().because == "no block measured, at least 3 are needed"
    short: list[TOLD] = [*((None, one) for one in start()), *((None, one) for one in spans(1))]
    over: list[TOLD] = [(None, LaneEnded(90.0, lane, "completed", 0)) for lane in LANES]
    assert "too short" not in read(short).contention().because
    said = (
        "the lanes trained beside each other for too short: only 1 block of the 3 that are needed, which take half a "
        "minute or more"
    )
    assert read([*short, *over]).contention().because == said
    assert read([*((None, one) for one in start()), *over]).contention().because == said.replace(
        "only 1", "no"
    )


def test_a_lane_that_joins_in_anothers_place_begins_anew() -> None:
    """Nothing of the old pair is said of the new one; the rate alone of the lane that stays is its baseline."""
    run = Measured(LANES_KNOWN, now_s=OPENED_T + 200)
    run.solo(0, "a")
    (alone,) = run.spans
    assert isinstance(alone, SoloSpan)
    events: list[EventRecord] = [
        *start(),
        *spans(),
        LaneEnded(OPENED_T + 190, "b", "completed", 0),
        structs.replace(alone, how="after the other ended"),
        Joined(OPENED_T + 300, "b", plan().lanes["a"], replaces="seed-regression"),
    ]
    told = read(in_order(events, {"a": life(), "b": life(9.0)})).contention()
    assert (told.blocks, told.stp, told.speedup_whole) == (0, None, None)
    assert told.solo_steps_per_s == {"a": pytest.approx(10.0)}


def test_what_limits_the_pair_comes_from_the_samples_of_its_shared_time() -> None:
    history = read(whole_run())
    lanes: dict[Lane, LaneReading] = {
        "a": LaneReading(1, cpu_percent=97.0),
        "b": LaneReading(2, cpu_percent=96.0),
    }
    history.take_device_record(Source(t=0.0, figures={}, cores=2.0))
    for second in range(200):
        history.take_device_record(Sample(float(second), DeviceReading(utilization_percent=97.0), lanes))
    assert [limit.name for limit in history.state().limits] == ["device busy"]
    assert history.limits() == history.state().limits


def test_nothing_limits_a_pair_where_there_is_none() -> None:
    alone = structs.replace(plan(), lanes={"a": plan().lanes["a"]})
    assert read([], alone).limits() == ()


def test_memory_does_not_grow_with_the_probes() -> None:
    history = ContentionHistory(plan())
    run = Measured(LANES_KNOWN)
    for index in range(1, 1201):
        run.solo(index, "a")
    for span in run.spans:
        history.take_event(span)
    marks = history.state().marks
    assert len(marks) == 1000
    assert marks[-1].block == 1200
