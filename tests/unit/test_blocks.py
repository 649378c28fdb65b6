"""Blocks: one of each part, what was disturbed left out and counted, whatever a file holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.unit.contention_cases import ANY_SPANS, Known, Measured, Spans, all_finite, counted, swapped
from training.analysis.blocks import BlockCount
from training.analysis.rate_spans import NOTHING, added, is_possible
from training.plan import LANES, Lane
from training.record.contention_records import RateSpan, SharedSpan, SoloSpan

LANES_KNOWN: dict[Lane, Known] = {"a": Known(0.1, 1.5), "b": Known(0.2, 1.2)}


@pytest.fixture
def measured() -> Measured:
    return Measured(LANES_KNOWN)


def test_a_block_counts_once_it_has_all_three_parts(measured: Measured) -> None:
    for lane in LANES:
        measured.solo(1, lane)
        assert counted(measured.spans).counting() == []
        assert counted(measured.spans).excluded == []
    measured.shared(1)
    (block,) = counted(measured.spans).counting()
    assert block.solo == {lane: LANES_KNOWN[lane].span(30, shared=False, epochs=1) for lane in LANES}
    assert block.shared == {lane: LANES_KNOWN[lane].span(30, shared=True, epochs=1) for lane in LANES}
    assert block.t == measured.now_s


def test_all_shared_time_of_a_block_is_added_up(measured: Measured) -> None:
    measured.block(1)
    measured.shared(1)
    (block,) = counted(measured.spans).counting()
    assert block.shared["a"].steps == 60
    assert block.shared["a"].in_steps_s == pytest.approx(9.0)


@pytest.mark.parametrize("spoil", ["disturbed", "cut short"])
def test_a_spoiled_window_spoils_its_block_and_no_other(measured: Measured, spoil: str) -> None:
    measured.block(1)
    measured.solo(
        2, "a", disturbed=("swapping",) if spoil == "disturbed" else (), complete=spoil == "disturbed"
    )
    measured.solo(2, "b")
    measured.shared(2)
    measured.block(3)
    count = counted(measured.spans)
    assert [block.index for block in count.counting()] == [1, 3]
    (excluded,) = count.excluded
    assert excluded.index == 2
    assert excluded.excluded_because == (
        ("swapping",) if spoil == "disturbed" else ("the probe was cut short",)
    )
    assert (
        sum(piece.spans["a"].steps for piece in count.shared_pieces()) == 90
    )  # its shared time was not disturbed


def test_disturbed_shared_time_is_left_out_of_a_block_that_has_other(measured: Measured) -> None:
    measured.block(1)
    measured.shared(1, disturbed=("another process",))
    count = counted(measured.spans)
    (block,) = count.counting()
    assert block.shared["a"].steps == 30
    assert block.disturbed_shared == 1
    assert count.excluded == []


def test_a_block_with_nothing_but_disturbed_shared_time_is_excluded(measured: Measured) -> None:
    measured.solo(1, "a")
    measured.solo(1, "b")
    measured.shared(1, disturbed=("another process",))
    count = counted(measured.spans)
    assert count.counting() == []
    (excluded,) = count.excluded
    assert excluded.excluded_because == ("another process",)


def test_shared_time_that_was_never_probed_is_no_excluded_block(measured: Measured) -> None:
    measured.shared(1, disturbed=("another process",))
    count = counted(measured.spans)
    assert (count.counting(), count.excluded) == ([], [])


def test_the_newest_are_those_begun_last(measured: Measured) -> None:
    for index in range(1, 6):
        measured.block(index)
    assert [block.index for block in counted(measured.spans).counting(newest=2)] == [4, 5]


def test_rates_that_no_probe_took_are_kept_beside(measured: Measured) -> None:
    measured.solo(0, "a")
    span = measured.spans[0]
    assert isinstance(span, SoloSpan)
    before = structs.replace(span, how="before the join")
    count = counted([before, before, structs.replace(before, disturbed=("swapping",))])
    assert count.blocks == {}
    assert count.baselines == {"a": added([span.span, span.span])}
    assert count.cost_spans_s == 0.0  # nobody stood still for it


def test_the_cost_is_all_the_time_a_lane_stood_still(measured: Measured) -> None:
    measured.block(1)
    measured.solo(2, "a", complete=False)
    assert counted(measured.spans).cost_spans_s == pytest.approx(3.0 + 6.0 + 3.0)


def test_another_in_a_lanes_place_ends_its_blocks_but_not_the_others_baseline(measured: Measured) -> None:
    measured.block(1)
    measured.solo(0, "a")
    measured.solo(0, "b")
    spans = [structs.replace(span, how="turn") for span in measured.spans[-2:] if isinstance(span, SoloSpan)]
    count = counted([*measured.spans[:-2], *spans])
    count.forget("b")
    assert count.counting() == []
    assert set(count.baselines) == {"a"}


@pytest.mark.parametrize(
    "span",
    [
        RateSpan(-1, 1.0),
        RateSpan(10, 0.0),
        RateSpan(10, -1.0),
        RateSpan(10, 1.0, outside_s=-1.0),
        RateSpan(10, 1.0, epochs=-1),
        RateSpan(10**400, 1.0),
        RateSpan(10, 1e300),
        RateSpan(10, 5e-324),
        RateSpan(10, 1.0, first_steps=-1),
        RateSpan(10, 1.0, first_steps=11),
        RateSpan(10, 1.0, first_steps=1, first_steps_s=-1.0),
        RateSpan(10, 1.0, first_steps=1, first_steps_s=2.0),
    ],
)
def test_impossible_numbers_are_no_rate(measured: Measured, span: RateSpan) -> None:
    assert not is_possible(span)
    measured.block(1)
    solo, other, shared = measured.spans
    assert isinstance(solo, SoloSpan)
    assert isinstance(shared, SharedSpan)
    spoiled = counted([structs.replace(solo, span=span), other, shared])
    assert [block.excluded_because for block in spoiled.excluded] == [("its numbers are impossible",)]
    left_out = counted([solo, other, structs.replace(shared, spans={**shared.spans, "b": span})])
    assert [block.excluded_because for block in left_out.excluded] == [("its numbers are impossible",)]
    assert left_out.shared_pieces() == []


def test_a_window_without_steps_is_no_rate(measured: Measured) -> None:
    measured.block(1)
    solo, *rest = measured.spans
    assert isinstance(solo, SoloSpan)
    count = counted([structs.replace(solo, span=NOTHING), *rest])
    assert len(count.excluded) == 1


@given(spans=ANY_SPANS)
def test_whatever_comes_a_block_counts_or_is_excluded_or_waits(spans: Spans) -> None:
    count = counted(spans)
    counting, excluded = count.counting(), count.excluded
    assert not any(block in counting for block in excluded)
    for block in counting:
        for lane in LANES:
            assert block.solo[lane].steps > 0
            assert block.shared[lane].in_steps_s > 0
            assert all_finite(block.solo)
            assert all_finite(block.shared)
    assert count.cost_spans_s >= 0


@given(spans=ANY_SPANS)
def test_which_lane_is_called_a_makes_no_difference(spans: Spans) -> None:
    one, other = counted(spans), counted(swapped(spans))
    assert [block.index for block in one.counting()] == [block.index for block in other.counting()]
    assert [block.index for block in one.excluded] == [block.index for block in other.excluded]


@given(spans=st.permutations(range(6)))
def test_the_order_of_a_blocks_parts_makes_no_difference(spans: list[int]) -> None:
    measured = Measured(LANES_KNOWN)
    measured.block(1)
    measured.block(2)
    count: BlockCount = counted([measured.spans[index] for index in spans])
    assert count.counting() == counted(measured.spans).counting()
