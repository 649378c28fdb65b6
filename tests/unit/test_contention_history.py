"""A run's contention folded from its files: the same in whatever order they are read, and whatever they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.unit.contention_cases import (
    ANY_COUNT,
    ANY_LANE,
    ANY_SECONDS,
    ANY_SHARED,
    ANY_SOLO,
    Known,
    Measured,
    all_finite,
)
from tests.unit.made_runs import plan
from training.analysis.contention_history import ContentionHistory
from training.analysis.contention_state import ContentionState
from training.plan import LANES, Lane, Limits, Plan, Probing
from training.record.contention_records import Decided, Held, LetGo, ProbeBegan, SoloSpan
from training.record.device_records import DeviceReading, Sample
from training.record.event_records import (
    BarrierOpened,
    EventRecord,
    Joined,
    LaneEnded,
    Launched,
    WarmingUp,
)
from training.record.lane_records import (
    Built,
    Imported,
    LaneRecord,
    Progress,
    Released,
    Resumed,
    Warm,
)

TOLD = tuple[Lane | None, EventRecord | LaneRecord]
"""One record, and whose file it is in: a lane's, or that of the events."""
LANES_KNOWN: dict[Lane, Known] = {"a": Known(0.1, 1.5), "b": Known(0.2, 1.2)}
STEPS = 1000
RELEASED_STEP = 3
OPENED_T = 20.0


def built(t: float = 8.0, steps: int | None = STEPS + RELEASED_STEP, per_epoch: int = 100) -> Built:
    return Built(t, 10, 40, 32, 3200, 0, per_epoch, planned_epochs=10, planned_steps=steps)


def progress(t: float, step: int) -> Progress:
    return Progress(t, step, step * 32, 1, step % 100, 10, 1.0)


def life(t: float = 1.0, released_t: float = OPENED_T) -> list[LaneRecord]:
    """What a lane's worker tells until its release; it is launched at `t`."""
    return [
        Imported(t + 4, seconds=5.0),
        built(t + 7),
        Warm(t + 12, step=RELEASED_STEP, seconds=2.0),
        Released(released_t, step=RELEASED_STEP),
    ]


def start() -> list[EventRecord]:
    """What the supervisor tells until both are released."""
    return [
        Launched(1.0, "a", 1),
        Launched(1.0, "b", 2),
        WarmingUp(6.0, "a"),
        WarmingUp(14.0, "b"),
        BarrierOpened(OPENED_T, LANES, "both are warm"),
    ]


def spans(blocks: int = 3, epochs: int = 1) -> list[EventRecord]:
    run = Measured(LANES_KNOWN, now_s=OPENED_T, epochs=epochs)
    for index in range(1, blocks + 1):
        run.block(index)
    return list(run.spans)


def read(told: Sequence[TOLD], made: Plan | None = None) -> ContentionHistory:
    history = ContentionHistory(made or plan())
    for lane, record in told:
        if lane is None:
            history.take_event(record)  # type: ignore[arg-type]
        else:
            history.take_lane_record(lane, record)  # type: ignore[arg-type]
    return history


def in_order(events: Sequence[EventRecord], lanes: dict[Lane, Sequence[LaneRecord]]) -> list[TOLD]:
    """As a reader finds a run that is over: the events, then each lane's file."""
    told: list[TOLD] = [(None, event) for event in events]
    return told + [(lane, record) for lane, records in lanes.items() for record in records]


def whole_run(blocks: int = 3) -> list[TOLD]:
    return in_order([*start(), *spans(blocks)], {"a": life(), "b": life(9.0)})


@st.composite
def interleaved(draw: st.DrawFn, told: Sequence[TOLD]) -> list[TOLD]:
    """The same files, each in its own order, the readers taking turns in some other way."""
    files: dict[Lane | None, Iterator[TOLD]] = {
        owner: iter([one for one in told if one[0] == owner]) for owner in (None, *LANES)
    }
    owners = draw(st.permutations([owner for owner, _ in told]))
    return [next(files[owner]) for owner in owners]


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


def test_what_is_left_of_lanes_that_time_ends() -> None:
    """Of five minutes from the release four have gone, one of them in a pause."""
    limits = Limits(minutes=5.0)
    told = in_order(
        [*start(), *spans()],
        {
            lane: [
                *(
                    structs.replace(one, planned_steps=None) if isinstance(one, Built) else one
                    for one in life()
                ),
                Resumed(100.0, step=50, paused_s=60.0),
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
    alone = structs.replace(plan(), lanes={"a": plan().lanes["a"]})
    assert read([], alone).contention().because == "one lane has the device to itself"
    assert read([]).contention().because == "no block measured, at least 3 are needed"


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
    for second in range(200):
        history.take_device_record(Sample(float(second), DeviceReading(utilization_percent=97.0)))
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


@given(told=interleaved(whole_run()))
def test_the_order_of_reading_makes_no_difference(told: list[TOLD]) -> None:
    assert read(told).state() == read(whole_run()).state()


def joined_run() -> list[TOLD]:
    """Lane a alone, b beside it later: its file may be read before the event that says so."""
    at = OPENED_T + 300
    events: list[EventRecord] = [
        *start(),
        LaneEnded(OPENED_T + 190, "b", "completed", 0),
        Joined(at, "b", plan().lanes["a"], replaces="seed-regression"),
        Launched(at + 1, "b", 3),
        WarmingUp(at + 6, "b"),
        *spans(),
    ]
    return in_order(
        events, {"a": life(), "b": [*life(9.0), progress(OPENED_T + 180, 900), *life(at, released_t=at + 20)]}
    )


@given(told=interleaved(joined_run()))
def test_the_order_of_reading_makes_no_difference_where_a_lane_joined(told: list[TOLD]) -> None:
    state = read(told).state()
    assert state == read(joined_run()).state()
    assert state.contention.blocks == 3
    assert state.saved_ahead_s is not None


ANY_T = ANY_SECONDS
ANY_EVENT: st.SearchStrategy[EventRecord] = st.one_of(
    ANY_SOLO,
    ANY_SHARED,
    st.builds(ProbeBegan, ANY_T, st.integers(0, 4), ANY_LANE, ANY_LANE, ANY_SECONDS, ANY_COUNT),
    st.builds(Held, ANY_T, ANY_LANE, st.sampled_from(["asked", "probe", "turn"])),
    st.builds(LetGo, ANY_T, ANY_LANE, st.sampled_from(["asked", "probe", "turn"])),
    st.builds(Decided, ANY_T, st.sampled_from(["together", "turns"]), st.just("because")),
    st.builds(Launched, ANY_T, ANY_LANE, ANY_COUNT),
    st.builds(WarmingUp, ANY_T, ANY_LANE),
    st.builds(BarrierOpened, ANY_T, st.just(LANES), st.just("warm")),
    st.builds(LaneEnded, ANY_T, ANY_LANE, st.just("stopped"), st.none()),
    st.builds(Joined, ANY_T, ANY_LANE, st.just(plan().lanes["a"])),
)
ANY_LANE_RECORD: st.SearchStrategy[LaneRecord] = st.one_of(
    st.builds(Imported, ANY_T, ANY_SECONDS),
    st.builds(built, ANY_T, st.one_of(st.none(), ANY_COUNT), ANY_COUNT),
    st.builds(Warm, ANY_T, ANY_COUNT, ANY_SECONDS),
    st.builds(Released, ANY_T, ANY_COUNT),
    st.builds(progress, ANY_T, ANY_COUNT),
    st.builds(Resumed, ANY_T, ANY_COUNT, ANY_SECONDS),
)
ANY_TOLD: st.SearchStrategy[list[TOLD]] = st.lists(
    st.one_of(st.tuples(st.none(), ANY_EVENT), st.tuples(ANY_LANE, ANY_LANE_RECORD)), max_size=40
)


@given(told=ANY_TOLD, minutes=st.one_of(st.none(), st.floats(1e-9, 1e308)), starts_well=st.booleans())
def test_no_damaged_file_raises_or_gives_a_number_that_is_none(
    told: list[TOLD], minutes: float | None, starts_well: bool
) -> None:
    history = read([*(whole_run() if starts_well else []), *told], plan(limits=Limits(minutes=minutes)))
    assert_sound(history.state())
    assert all_finite(history.recent())
    assert all_finite(history.stps())
    assert all_finite(history.left_alone_s())
    assert all_finite(history.turn_drift())
    assert all_finite(history.left_at_pace_s({"a": 10.0, "b": None}))


@given(told=ANY_TOLD, data=st.data())
def test_no_damaged_file_makes_the_order_of_reading_matter(told: list[TOLD], data: st.DataObject) -> None:
    assert read(data.draw(interleaved(told))).state() == read(told).state()


def assert_sound(state: ContentionState) -> None:
    """What holds of any state; a mark may have any times, as a record tells them."""
    assert all_finite(state)
    assert state.contention.verdict == "unknown" or state.contention.blocks >= 3
    assert len(state.points) <= state.contention.blocks
