"""The thread that plays a record: by a clock, as fast as asked, from where one likes."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.made_contention import measured_run
from tests.unit.made_runs import append, made_run
from tests.unit.seen_live import lives
from training.analysis.replay import Replay
from training.analysis.state import RunState
from training.record.event_records import Note
from training.record.run_folder import RunFolder
from tui.replay_feed import ReplayFeed, ReplayPlace
from tui.replay_speed import FASTEST, SLOWEST

FROM_S = 30.0


class Clock:
    """The viewer's time, which a test moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Shown:
    """What a feed delivered; waits for what should be."""

    def __init__(self) -> None:
        self.states: list[RunState] = []
        self.places: list[ReplayPlace] = []
        self.failures: list[str] = []
        self._come = threading.Condition()

    def take(self, state: RunState, place: ReplayPlace) -> None:
        with self._come:
            self.states.append(state)
            self.places.append(place)
            self._come.notify_all()

    def fail(self, why: str) -> None:
        with self._come:
            self.failures.append(why)
            self._come.notify_all()

    def wait_for(self, holds: Callable[[ReplayPlace], bool]) -> RunState:
        """The state at the first newest place that fits."""
        with self._come:
            assert self._come.wait_for(lambda: bool(self.places) and holds(self.places[-1]), 10), self.places[
                -3:
            ]
            assert self.places[-1].is_seeking or self.states[-1].elapsed_s == self.places[-1].position_s
            return self.states[-1]

    def wait_at(self, position_s: float) -> RunState:
        return self.wait_for(lambda place: place.position_s == pytest.approx(position_s))


class Playing:
    """A feed over one folder, with all that is around it."""

    def __init__(self, folder: RunFolder, *, from_s: float = FROM_S, speed: float = 1.0) -> None:
        self.clock, self.shown = Clock(), Shown()
        replay = Replay(folder)
        replay.seek(from_s)
        self.end_s = replay.end_s
        self.feed = ReplayFeed(
            replay,
            self.shown.take,
            failed=self.shown.fail,
            speed=speed,
            period_s=0.005,
            clock=self.clock,
        )

    def __enter__(self) -> Playing:
        self.feed.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.feed.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    found = measured_run(tmp_path_factory.mktemp("feed") / "made")
    found.report.write_text("{}")
    return found


@pytest.fixture
def playing(folder: RunFolder) -> Iterator[Playing]:
    with Playing(folder) as one:
        one.shown.wait_at(FROM_S)
        yield one


def test_it_plays_by_the_clock_as_fast_as_asked(playing: Playing) -> None:
    playing.clock.now_s += 2.0
    assert playing.shown.wait_at(FROM_S + 2.0).phase == "running"
    playing.feed.speed_times(4.0)
    playing.shown.wait_for(lambda place: place.speed == 4.0)
    playing.clock.now_s += 1.5
    playing.shown.wait_at(FROM_S + 8.0)


def test_while_it_stands_still_it_sleeps_and_no_time_passes(playing: Playing) -> None:
    playing.feed.play_or_pause()
    playing.shown.wait_for(lambda place: not place.plays)
    told = len(playing.shown.places)
    playing.clock.now_s += 60.0
    playing.feed.look_now()
    playing.shown.wait_for(lambda _: len(playing.shown.places) > told)
    playing.shown.wait_at(FROM_S)
    playing.feed.play_or_pause()
    playing.shown.wait_for(lambda place: place.plays and place.position_s == FROM_S)
    playing.clock.now_s += 1.0
    playing.shown.wait_at(FROM_S + 1.0)


def test_back_and_forth_as_far_as_the_record_goes(playing: Playing) -> None:
    playing.feed.play_or_pause()
    for seconds, position_s in (
        (10.0, FROM_S + 10.0),
        (-30.0, 10.0),
        (-30.0, 0.0),
        (math.inf, playing.end_s),
        (-10.0, playing.end_s - 10.0),
        (60.0, playing.end_s),
        (-math.inf, 0.0),
    ):
        playing.feed.seek_by(seconds)
        assert playing.shown.wait_at(position_s).phase == (
            "ended" if position_s == playing.end_s else "running"
        )


def test_presses_add_up_while_it_is_on_its_way(playing: Playing) -> None:
    playing.feed.play_or_pause()
    for _ in range(5):
        playing.feed.seek_by(10.0)
    playing.shown.wait_at(FROM_S + 50.0)


def test_at_the_end_it_stays_and_plays_again_when_asked(playing: Playing) -> None:
    playing.clock.now_s += 1e6
    state = playing.shown.wait_for(lambda place: place.at_end)
    assert (state.phase, state.elapsed_s) == ("ended", playing.end_s)
    playing.feed.play_or_pause()
    playing.shown.wait_for(lambda place: place.plays and not place.at_end and place.position_s == 0.0)
    playing.clock.now_s += 3.0
    playing.shown.wait_at(3.0)


def test_the_speed_has_bounds(playing: Playing) -> None:
    for factor, bound in ((2.0, FASTEST), (0.5, SLOWEST)):
        for _ in range(12):
            playing.feed.speed_times(factor)
        playing.shown.wait_for(lambda place, bound=bound: place.speed == bound)  # type: ignore[misc]


def test_it_begins_as_fast_as_it_was_told_to(folder: RunFolder) -> None:
    with Playing(folder, speed=8.0) as one:
        one.shown.wait_at(FROM_S)
        one.clock.now_s += 1.0
        one.shown.wait_at(FROM_S + 8.0)


def test_at_the_end_of_a_run_that_goes_on_it_waits_for_more(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "goes-on")
    lives(folder)
    append(folder.events, Note(5.0, "one"))
    with Playing(folder, from_s=0.0) as one:
        one.clock.now_s += 60.0
        one.shown.wait_for(lambda place: place.position_s == 5.0 and not place.at_end)
        append(folder.events, Note(7.0, "two"))
        one.shown.wait_for(lambda place: place.end_s == 7.0)
        one.clock.now_s += 60.0
        assert [line.text for line in one.shown.wait_at(7.0).events] == ["one", "two"]


def test_a_long_way_is_told_before_it_is_gone(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "long")
    append(folder.events, Note(5.0, "one"), Note(90_000.0, "two"))
    folder.report.write_text("{}")
    with Playing(folder, from_s=0.0) as one:
        one.shown.wait_at(0.0)
        one.feed.seek_by(math.inf)
        one.shown.wait_for(lambda place: place.at_end and not place.is_seeking)
        on_the_way = [place for place in one.shown.places if place.is_seeking]
        assert [place.position_s for place in on_the_way] == [90_000.0]


def test_a_record_that_cannot_be_read_is_told_once(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "gone")
    lives(folder)
    append(folder.events, Note(5.0, "one"), Note(50.0, "two"))
    with Playing(folder, from_s=0.0) as one:
        one.shown.wait_at(0.0)
        folder.plan.unlink()
        one.feed.seek_by(20.0)
        one.shown.wait_at(20.0)
        one.feed.seek_by(-10.0)  # folded anew, with the plan
        with one.shown._come:
            one.shown._come.wait_for(lambda: bool(one.shown.failures), 10)
    assert len(one.shown.failures) == 1
    assert "PlanError" in one.shown.failures[0]
