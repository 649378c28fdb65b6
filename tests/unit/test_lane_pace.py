"""What a supervisor counts of a lane: whole steps and epochs' ends of a span, its rate, whether it stands."""

from __future__ import annotations

import pytest
from msgspec import structs

from training.record.contention_records import RateSpan
from training.record.lane_records import (
    Checkpoint,
    Epoch,
    Paused,
    Progress,
    Released,
    Resumed,
    Window,
)
from training.supervisor.lane_pace import KEPT_WINDOWS, LanePace


def progress(t: float, steps: int = 10, span_s: float = 0.5, *, warm_up: bool = False) -> Progress:
    return Progress(t, int(t * 20), 0, 1, 0, steps, span_s, warm_up=warm_up)


def epoch(t: float, outside_s: float = 1.0, *, partial: bool = False, seconds: float = 9.0) -> Epoch:
    return Epoch(t, 1, 100, 100, 100, seconds, outside_s, partial=partial)


def paced(*records: object) -> LanePace:
    pace = LanePace()
    for record in records:
        pace.take(record)  # type: ignore[arg-type]
    return pace


def test_it_stands_from_its_own_word_to_its_own_word() -> None:
    pace = paced(Released(1.0, 3))
    assert pace.released
    assert not pace.stands_still
    pace.take(Paused(2.0, 10))
    assert pace.stands_still
    pace.take(Resumed(3.0, 10, 1.0))
    assert not pace.stands_still


class TestSpan:
    def test_is_empty_before_one_is_opened(self) -> None:
        assert paced(progress(1.0)).span() == RateSpan(0, 0.0)

    def test_has_what_lies_in_it_whole(self) -> None:
        pace = paced(progress(9.0))
        pace.open_span(10.0)
        pace.take(progress(10.2))  # began at 9.7
        pace.take(progress(10.7))
        pace.take(progress(11.2))
        pace.take(epoch(12.5, outside_s=1.25))
        assert pace.span() == RateSpan(20, 1.0, 1.25, 1)

    def test_tells_steps_that_began_an_epoch_apart(self) -> None:
        pace = LanePace()
        pace.open_span(10.0)
        pace.take(structs.replace(progress(11.0, span_s=1.0), first_steps=1, first_steps_s=0.55))
        pace.take(progress(11.5))
        assert pace.span() == RateSpan(20, 1.5, 0.0, 0, 1, 0.55)
        assert pace.span().step_s == pytest.approx(0.05)
        pace.next_span()
        assert pace.span() == RateSpan(0, 0.0)

    def test_has_no_epochs_end_that_began_before_it(self) -> None:
        pace = LanePace()
        pace.open_span(10.0)
        pace.take(epoch(10.5, outside_s=1.0))
        assert pace.span().epochs == 0

    def test_has_no_end_of_an_epoch_that_was_cut_short(self) -> None:
        pace = LanePace()
        pace.open_span(10.0)
        pace.take(epoch(12.5, partial=True))
        assert pace.span() == RateSpan(0, 0.0)
        assert pace.epoch_s is None

    def test_that_follows_another_has_what_began_in_that(self) -> None:
        pace = LanePace()
        pace.open_span(10.0)
        pace.take(progress(10.6))
        assert pace.span().steps == 10
        pace.next_span()
        pace.take(progress(11.1))
        pace.take(epoch(14.0, outside_s=2.9))
        assert pace.span() == RateSpan(10, 0.5, 2.9, 1)

    def test_opened_anew_begins_at_zero(self) -> None:
        pace = LanePace()
        pace.open_span(10.0)
        pace.take(progress(11.0))
        pace.open_span(20.0)
        pace.take(progress(20.4))
        assert pace.span() == RateSpan(0, 0.0)


class TestRate:
    def test_is_not_known_before_the_release(self) -> None:
        assert paced(progress(1.0, warm_up=True)).recent_rate is None
        assert paced(progress(1.0, span_s=0.0)).recent_rate is None

    def test_follows_the_newest_seconds(self) -> None:
        pace = paced(progress(1.0, 10, 0.5))
        assert pace.recent_rate == 20.0
        for tick in range(40):
            pace.take(progress(2.0 + tick / 2, 5, 0.5))
        assert pace.recent_rate == pytest.approx(10.0, rel=0.02)

    def test_has_the_epochs_ends_in_it_once_one_was_seen(self) -> None:
        pace = paced(progress(1.0, 10, 0.5))
        assert pace.whole_rate == 20.0
        pace.take(epoch(10.0, seconds=10.0))
        assert pace.whole_rate == 10.0
        assert pace.recent_rate == 20.0


def test_it_keeps_the_newest_windows_and_passes_over_what_it_does_not_need() -> None:
    windows = [Window(1.0, number, 0.0, 1.0, 10, 10) for number in range(20)]
    pace = paced(*windows, Checkpoint(2.0, 5, "x", 0.1))
    assert sorted(pace.windows) == list(range(20 - KEPT_WINDOWS, 20))
