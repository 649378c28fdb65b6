"""For what a lane stood still: the same whichever of the two files is read first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.analysis.hold_times import KEPT, TOLD_WITHIN_S, HoldTimes
from training.analysis.kept_events import KeptEvents
from training.analysis.paused_text import paused_text
from training.record.contention_records import Held, HeldFor, LetGo
from training.record.event_records import LaneEnded
from training.record.lane_records import Paused

PROBE = (Held(t=10.0, lane="b", why="probe"), LetGo(t=12.0, lane="b", why="probe"))


def _times(*records: Held | LetGo | LaneEnded) -> HoldTimes:
    times = HoldTimes()
    for record in records:
        times.take(record)
    return times


@pytest.mark.parametrize(
    ("held", "text"),
    [
        ((), "paused"),
        (("asked",), "paused"),
        (("probe",), "held for a probe"),
        (("turn",), "waits for its turn"),
        (("probe", "turn"), "waits for its turn"),
        (("turn", "asked"), "paused"),
    ],
)
def test_each_reason_has_its_words(held: tuple[HeldFor, ...], text: str) -> None:
    assert paused_text(held) == text


@pytest.mark.parametrize(
    ("t", "why"),
    [(9.0, ("probe",)), (10.0, ("probe",)), (11.9, ("probe",)), (12.0, ()), (10.0 - TOLD_WITHIN_S - 0.1, ())],
)
def test_it_is_known_from_when_to_when(t: float, why: tuple[HeldFor, ...]) -> None:
    assert _times(*PROBE).why("b", t) == why
    assert _times(*PROBE).why("a", t) == ()


def test_reasons_come_and_go_one_by_one() -> None:
    times = _times(*PROBE[:1], Held(t=11.0, lane="b", why="asked"), PROBE[1])
    assert times.why("b", 10.5) == ("probe",)
    assert times.why("b", 11.5) == ("probe", "asked")
    assert times.why("b", 99.0) == ("asked",)


def test_who_joins_in_the_place_of_an_ended_lane_is_not_held_for_what_that_was() -> None:
    ended = LaneEnded(t=11.0, lane="b", status="stopped", exit_code=0)
    times = _times(Held(t=10.0, lane="b", why="asked"), ended, Held(t=20.0, lane="b", why="probe"))
    assert times.why("b", 20.5) == ("probe",)


def test_only_the_newest_are_kept() -> None:
    times = HoldTimes()
    for second in range(2 * KEPT):
        times.take((Held if second % 2 == 0 else LetGo)(t=float(second), lane="a", why="probe"))
    assert times.why("a", 2.5) == ()
    assert times.why("a", 2.0 * KEPT - 2) == ("probe",)


@given(first=st.permutations([*PROBE, Paused(t=10.2, step=7), Paused(t=30.0, step=9)]))
def test_a_line_has_its_words_in_whatever_order_the_files_are_read(
    first: list[Held | LetGo | Paused],
) -> None:
    holds = [record for record in PROBE if record in first]
    events = KeptEvents()
    for record in first:
        if isinstance(record, Paused):
            events.take(record, "b")
        else:
            events.take(holds.pop(0))  # each file in its own order
    assert [line.text for line in events.lines()] == [
        "held for a probe at step 7; it still holds its memory",
        "paused at step 9; it still holds its memory",
    ]
