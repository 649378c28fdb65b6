"""A run's contention is the same in whatever order its files are read, and sound whatever they hold."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.contention_cases import (
    ANY_COUNT,
    ANY_LANE,
    ANY_SECONDS,
    ANY_SHARED,
    ANY_SOLO,
    all_finite,
)
from tests.unit.contention_runs import (
    OPENED_T,
    TOLD,
    built,
    in_order,
    interleaved,
    life,
    progress,
    read,
    spans,
    start,
    whole_run,
)
from tests.unit.made_runs import plan
from training.analysis.contention_state import ContentionState
from training.plan import LANES, Limits
from training.record.contention_records import Decided, Held, LetGo, ProbeBegan
from training.record.event_records import (
    BarrierOpened,
    EventRecord,
    Joined,
    LaneEnded,
    Launched,
    WarmingUp,
)
from training.record.lane_records import (
    Imported,
    LaneRecord,
    Released,
    Resumed,
    Warm,
)


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
