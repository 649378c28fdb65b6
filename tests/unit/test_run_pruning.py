"""Which runs are deleted where only some are to be kept: never one that lives, and exactly those beyond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.analysis.run_listing import ListedRun, RunListState
from training.analysis.run_pruning import runs_to_prune, when_over
from training.record.wall_time import wall_time

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
LIVE: tuple[RunListState, ...] = ("starting", "live", "elsewhere")
OVER: tuple[RunListState, ...] = ("completed", "stopped", "failed", "lost", "unreadable")


def listed(index: int, state: RunListState = "completed", *, days: float | None = 1.0) -> ListedRun:
    """A run that was over so many days ago."""
    at = "" if days is None else (NOW - timedelta(days=days)).isoformat()
    ended_at = at if at and state in ("completed", "stopped", "failed") else None
    return ListedRun(
        str(index), state, at, "together", "cpu", {"a": "x"}, f"/runs/{index}", ended_at=ended_at
    )


@st.composite
def many(draw: st.DrawFn) -> list[ListedRun]:
    """Runs as they are listed: live ones first."""
    told = draw(
        st.lists(st.tuples(st.sampled_from(LIVE + OVER), st.none() | st.floats(-2, 400)), max_size=12)
    )
    runs = [listed(index, state, days=days) for index, (state, days) in enumerate(told)]
    return sorted(runs, key=lambda run: not run.is_live)


@given(many(), st.integers(0, 14), st.sets(st.integers(0, 11)))
def test_keeping_n_keeps_exactly_the_n_newest_that_are_over_and_all_that_live(
    runs: list[ListedRun], keep: int, held: set[int]
) -> None:
    def is_held(run: ListedRun) -> bool:
        return int(run.run) in held

    gone = runs_to_prune(runs, now=NOW, keep=keep, is_held=is_held)
    over = [run for run in runs if run.state in OVER and not is_held(run)]
    assert gone == over[keep:]
    assert [run for run in over if run not in gone] == over[:keep]
    assert not any(run.state in LIVE or is_held(run) for run in gone)


@given(many(), st.floats(0, 400), st.sets(st.integers(0, 11)))
def test_older_than_days_takes_those_that_are_surely_older_and_none_that_lives(
    runs: list[ListedRun], days: float, held: set[int]
) -> None:
    gone = runs_to_prune(runs, now=NOW, older_days=days, is_held=lambda run: int(run.run) in held)
    for run in runs:
        at = when_over(run)
        is_older = at is not None and NOW - at > timedelta(days=days)
        assert (run in gone) is (run.state in OVER and int(run.run) not in held and is_older)


def test_a_run_is_as_old_as_its_end_and_a_lost_one_as_its_beginning() -> None:
    long = ListedRun(
        "long", "completed", "2026-11-01T00:00:00+00:00", "together", "cpu", {}, "/x",
        ended_at="2026-11-30T00:00:00+00:00",
    )  # fmt: skip
    assert runs_to_prune([long], now=NOW, older_days=10) == []
    assert runs_to_prune([listed(1, "lost", days=11)], now=NOW, older_days=10) == [listed(1, "lost", days=11)]


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "\x1b[2J", "9999-12-31T23:59:59-23:59"])
def test_what_is_no_time_is_none(text: str) -> None:
    assert wall_time(text) is None or text.startswith("9999")
