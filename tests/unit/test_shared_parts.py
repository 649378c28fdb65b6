"""Shared time in equal parts: nothing of it lost, each part with its own rate, and memory bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.analysis.shared_parts import KEPT, SharedPiece, SharedPieces, equal_parts
from training.plan import LANES
from training.record.contention_records import RateSpan, SharedSpan


def piece(seconds: float, a_step_s: float, b_step_s: float, block: int = 1) -> SharedPiece:
    steps = {"a": max(1, round(seconds / a_step_s)), "b": max(1, round(seconds / b_step_s))}
    return SharedPiece(
        block,
        seconds,
        {
            lane: RateSpan(steps[lane], step_s * steps[lane])
            for lane, step_s in zip(LANES, (a_step_s, b_step_s), strict=True)
        },
    )


def shared(block: int, steps: int = 10, **spans: RateSpan) -> SharedSpan:
    return SharedSpan(0.0, block, 0.0, 1.0, {lane: spans.get(lane, RateSpan(steps, 1.0)) for lane in LANES})


@given(
    lengths_s=st.lists(st.floats(0.5, 100.0), min_size=1, max_size=30),
    a_step_s=st.floats(1e-4, 0.5),
    b_step_s=st.floats(1e-4, 0.5),
    count=st.integers(1, 40),
)
def test_a_constant_rate_is_every_parts(
    lengths_s: list[float], a_step_s: float, b_step_s: float, count: int
) -> None:
    parts = equal_parts([piece(seconds, a_step_s, b_step_s) for seconds in lengths_s], count)
    assert len(parts) == count
    for part in parts:
        assert {lane: times.step_s for lane, times in part.items()} == pytest.approx(
            {"a": a_step_s, "b": b_step_s}
        )


@given(
    pieces=st.lists(
        st.builds(piece, st.floats(0.5, 100.0), st.floats(0.01, 0.5), st.floats(0.01, 0.5)),
        min_size=1,
        max_size=20,
    ),
    count=st.integers(1, 12),
)
def test_parts_lie_between_the_fastest_and_the_slowest(pieces: list[SharedPiece], count: int) -> None:
    for lane in LANES:
        steps_s = [one.spans[lane].step_s for one in pieces]
        for part in equal_parts(pieces, count):
            assert min(steps_s) * (1 - 1e-9) <= part[lane].step_s <= max(steps_s) * (1 + 1e-9)


def test_each_part_has_the_rate_of_its_own_time() -> None:
    """Ten seconds of one rate and thirty of another, in four parts."""
    parts = equal_parts([piece(10.0, 0.1, 0.2), piece(30.0, 0.05, 0.1)], 4)
    assert [part["a"].step_s for part in parts] == pytest.approx([0.1, 0.05, 0.05, 0.05])
    halves = equal_parts([piece(10.0, 0.1, 0.2), piece(30.0, 0.05, 0.1)], 2)
    assert halves[0]["a"].step_s == pytest.approx(20.0 / (100 + 200))
    assert halves[1]["b"].step_s == pytest.approx(0.1)


def test_memory_is_bounded_and_nothing_is_lost() -> None:
    pieces = SharedPieces()
    for block in range(3 * KEPT):
        pieces.take(shared(block))
    kept = pieces.since()
    assert len(kept) <= KEPT
    assert sum(one.spans["a"].steps for one in kept) == 3 * KEPT * 10
    assert [one.block for one in kept] == sorted(one.block for one in kept)
    assert pieces.since(3 * KEPT - 1)


def test_pieces_are_those_of_a_block_and_of_later_ones() -> None:
    pieces = SharedPieces()
    for block in (1, 1, 2, 3):
        pieces.take(shared(block))
    assert [one.block for one in pieces.since(2)] == [2, 3]
    pieces.forget()
    assert pieces.since() == []


@pytest.mark.parametrize("empty", [RateSpan(0, 0.0), RateSpan(0, 1.0)])
def test_a_span_without_steps_of_both_says_nothing(empty: RateSpan) -> None:
    pieces = SharedPieces()
    pieces.take(shared(1, b=empty))
    assert pieces.since() == []
