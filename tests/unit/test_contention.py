"""Contention from blocks: right where the rates are known, and never a number that is none, whatever a file holds."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.unit.contention_cases import (
    ANY_COUNT,
    ANY_SECONDS,
    ANY_SPANS,
    OTHER,
    PAIRS,
    Known,
    Measured,
    Spans,
    all_finite,
    counted,
    swapped,
)
from training.analysis.blocks import BlockCount
from training.analysis.contention import (
    Contention,
    StartUp,
    Verdict,
    contention,
    pair_times,
    probe_cost_s,
)
from training.analysis.pair_times import LaneLength, block_pairs
from training.plan import LANES, Lane
from training.record.contention_records import RateSpan, SharedSpan, SoloSpan

EVEN: dict[Lane, LaneLength] = {"a": LaneLength(1000, 100), "b": LaneLength(1000, 100)}
LENGTH = st.builds(LaneLength, st.integers(1, 10_000), st.integers(1, 500))
LENGTHS: st.SearchStrategy[dict[Lane, LaneLength]] = st.fixed_dictionaries({"a": LENGTH, "b": LENGTH})
TWO = pytest.approx(2.0)
ONE = pytest.approx(1.0)


def measured(pair: Mapping[Lane, Known], blocks: int = 3, epochs: int = 1) -> BlockCount:
    run = Measured(pair, epochs=epochs)
    for index in range(1, blocks + 1):
        run.block(index)
    return counted(run.spans)


def four(told: Contention) -> list[float | None]:
    return [told.stp, told.antt, told.fairness, told.speedup]


def alike(**of: float) -> dict[Lane, Known]:
    return {"a": Known(**of), "b": Known(**of)}


def test_no_interference() -> None:
    told = contention(measured(alike(step_s=0.1, slowdown=1.0)), EVEN)
    assert four(told) == pytest.approx([2, 1, 1, 2])
    assert told.slowdown == {"a": ONE, "b": ONE}
    assert told.verdict == "together"
    assert told.interval == pytest.approx((2.0, 2.0))
    assert told.blocks == 3


def test_as_good_as_taking_turns() -> None:
    told = contention(measured(alike(step_s=0.1, slowdown=2.0)), EVEN)
    assert four(told) == pytest.approx([1, 2, 1, 1])
    assert told.verdict == "no clear difference"
    assert told.probe_cost_s == pytest.approx(0.0)


def test_worse_than_taking_turns() -> None:
    told = contention(measured(alike(step_s=0.1, slowdown=2.5)), EVEN)
    assert told.verdict == "sequential"
    assert (
        told.because
        == "throughput together is 0.80 times that of taking turns (0.80 to 0.80, 3 blocks of this run)"
    )
    assert told.probe_cost_s == 0.0  # each probe rather saved time


def test_epoch_ends_are_the_lanes_own_time() -> None:
    """Ten epochs of 100 steps: 100 s in steps alone and 50 s at epoch ends, of which only the steps are slowed."""
    pair = alike(step_s=0.1, slowdown=1.5, end_s=5.0, end_slowdown=1.0)
    told = contention(measured(pair), EVEN)
    assert told.solo_steps_per_s["a"] == pytest.approx(1000 / 150)
    assert told.shared_steps_per_s["a"] == pytest.approx(1000 / 200)
    assert told.slowdown["a"] == pytest.approx(200 / 150)
    assert told.sequential_estimate_s == pytest.approx(300)
    assert told.makespan_s == pytest.approx(200)


def test_many_epoch_ends_scatter_as_steps_do() -> None:
    """Epochs of a few steps: most of their time is their ends, which each block tells, and the interval knows of."""
    lengths: dict[Lane, LaneLength] = {"a": LaneLength(1000, 10), "b": LaneLength(1000, 10)}
    count = BlockCount()
    for index, end_slowdown in enumerate((1.2, 1.5, 1.35), 1):
        run = Measured(
            alike(step_s=0.01, slowdown=1.0, end_s=0.2, end_slowdown=end_slowdown), steps=80, epochs=8
        )
        run.block(index)
        for span in run.spans:
            count.take_solo(span) if isinstance(span, SoloSpan) else count.take_shared(span)
    told = contention(count, lengths)
    slowdowns = [(0.1 + 0.2 * slowed) / 0.3 for slowed in (1.2, 1.5, 1.35)]
    assert told.slowdown["a"] == pytest.approx(sum(slowdowns) / 3)
    assert told.slowdown["a"] == pytest.approx(told.solo_steps_per_s["a"] / told.shared_steps_per_s["a"])
    assert told.stp_interval is not None
    low, high = told.stp_interval
    assert low < 2 / max(slowdowns)
    assert high > 2 / min(slowdowns)


def test_epoch_ends_never_seen_alone_are_taken_to_be_slowed_as_the_steps() -> None:
    run = Measured(alike(step_s=0.1, slowdown=1.5, end_s=4.0, end_slowdown=1.5), epochs=0)
    for index in (1, 2, 3):
        run.solo(index, "a")
        run.solo(index, "b")
        run.epochs = 1
        run.shared(index)
        run.epochs = 0
    told = contention(counted(run.spans), EVEN)
    assert told.slowdown["a"] == pytest.approx(1.5)
    assert told.sequential_estimate_s == pytest.approx(2 * (100 + 40))


def stalled(span: RateSpan, by_s: float) -> RateSpan:
    """The same with as much more in the first step of an epoch."""
    return structs.replace(
        span, in_steps_s=span.in_steps_s + by_s, first_steps=1, first_steps_s=span.step_s + by_s
    )


def test_shared_spans_of_one_lane_each_are_no_shared_time() -> None:
    """As of a damaged file: the block has both lanes' shared time, but never at once."""
    run = Measured(alike(step_s=0.1, slowdown=1.5))
    for index in (1, 2, 3):
        run.block(index)
    spans: Spans = []
    for span in run.spans:
        if isinstance(span, SoloSpan):
            spans.append(span)
        else:
            spans += [structs.replace(span, spans={lane: span.spans[lane]}) for lane in LANES]
    told = contention(counted(spans), EVEN)
    assert (told.verdict, told.blocks) == ("unknown", 0)
    assert pair_times(counted(spans), EVEN) == {}


def test_times_are_those_that_the_figures_are_made_of() -> None:
    count = measured(alike(step_s=0.1, slowdown=1.5, end_s=1.0, end_slowdown=1.2))
    times, told = pair_times(count, EVEN), contention(count, EVEN)
    assert told.slowdown == {lane: times[lane].slowdown for lane in LANES}
    assert pair_times(count, {"a": EVEN["a"]}) == {}


def test_the_shared_rate_is_that_of_all_shared_time() -> None:
    """Beside each other they are slow for six seconds and then fast for sixty, in which nobody was probed."""
    slow, fast = alike(step_s=0.1, slowdown=2.0), alike(step_s=0.1, slowdown=1.25)
    run = Measured(slow, steps=10, epochs=0)
    for index in (1, 2, 3):
        run.block(index)
    run.lanes = fast
    run.steps = 480
    run.shared(3)
    told = contention(counted(run.spans), EVEN)
    whole_s = (3 * 10 * 0.2 + 480 * 0.125) / 510
    assert told.shared_steps_per_s == pytest.approx({"a": 1 / whole_s, "b": 1 / whole_s})
    assert told.stp == pytest.approx(2 * 0.1 / whole_s)
    assert told.stp_interval is not None
    assert told.stp_interval[0] < 2 * 0.1 / whole_s < told.stp_interval[1]


def test_the_start_of_an_epochs_pipeline_is_no_steps_time() -> None:
    """One of five windows has an epoch whose first step took sixteen times as long as a usual one."""
    known = alike(step_s=0.1, slowdown=1.5, end_s=1.0, end_slowdown=1.5)
    run = Measured(known)
    for index in range(1, 6):
        run.block(index)
    first = next(span for span in run.spans if isinstance(span, SoloSpan))
    run.spans[run.spans.index(first)] = structs.replace(first, span=stalled(first.span, 1.6))
    told, plain = contention(counted(run.spans), EVEN), contention(measured(known, blocks=5), EVEN)
    assert told.slowdown == pytest.approx(plain.slowdown)
    assert told.interval == pytest.approx(plain.interval)


def test_what_every_epochs_start_takes_is_its_ends_time() -> None:
    known = alike(step_s=0.1, slowdown=1.5, end_s=1.0, end_slowdown=1.5)
    run = Measured(known)
    for index in range(1, 4):
        run.block(index)
    run.spans = [
        structs.replace(span, span=stalled(span.span, 0.5)) if isinstance(span, SoloSpan) else span
        for span in run.spans
    ]
    told = contention(counted(run.spans), EVEN)
    assert told.solo_steps_per_s["a"] == pytest.approx(100 / (10 + 1.5))
    assert told.shared_steps_per_s["a"] == pytest.approx(100 / (15 + 1.5))


def test_lanes_that_time_ends_are_sped_up_by_their_throughput() -> None:
    pair: dict[Lane, Known] = {"a": Known(0.1, 1.2), "b": Known(0.3, 1.7)}
    ends = {lane: LaneLength(None, 100, 300.0) for lane in LANES}
    told = contention(measured(pair), ends)
    assert told.speedup == pytest.approx(told.stp)
    assert told.makespan_s == pytest.approx(300)
    assert told.sequential_estimate_s == pytest.approx(300 / 1.2 + 300 / 1.7)


@pytest.mark.parametrize(("seconds", "expected_s"), [(100.0, 100.0), (1e4, 150.0)])
def test_whatever_is_over_first_ends_a_lane(seconds: float, expected_s: float) -> None:
    """1000 steps of 0.15 s take 150 s beside the other."""
    ends = {lane: LaneLength(1000, 100, seconds) for lane in LANES}
    told = contention(measured(alike(step_s=0.1, slowdown=1.5)), ends)
    assert told.makespan_s == pytest.approx(expected_s)


def test_start_up_is_in_the_whole_and_not_in_the_steady() -> None:
    count = measured(alike(step_s=0.1, slowdown=1.0))
    started = contention(count, EVEN, start_up=StartUp({"a": 20.0, "b": 30.0}, 40.0))
    assert started.speedup == TWO
    assert started.speedup_whole == pytest.approx((200 + 50) / (100 + 40))
    assert contention(count, EVEN).speedup_whole is None


@pytest.mark.parametrize("blocks", [0, 1, 2])
def test_fewer_than_three_blocks_are_no_verdict_and_no_interval(blocks: int) -> None:
    told = contention(measured(alike(step_s=0.1, slowdown=1.0), blocks), EVEN)
    assert told.verdict == "unknown"
    assert (told.interval, told.stp_interval) == (None, None)
    assert (told.stp is None) == (blocks == 0)
    counted_as = {0: "no block", 1: "only 1 block", 2: "only 2 blocks"}[blocks]
    assert told.because == f"{counted_as} measured, at least 3 are needed"


def test_disturbed_blocks_are_left_out_counted_and_named() -> None:
    run = Measured(alike(step_s=0.1, slowdown=1.5))
    for index in (1, 2, 3):
        run.block(index)
    undisturbed = contention(counted(run.spans), EVEN)
    run.lanes = alike(step_s=3.0, slowdown=9.0)
    for index in (4, 5):
        run.solo(index, "a", disturbed=("another process",))
        run.solo(index, "b")
        run.shared(index, disturbed=("swapping",))
    told = contention(counted(run.spans), EVEN)
    assert (told.blocks, told.excluded, told.excluded_because) == (3, 2, ("another process",))
    assert told.shared_left_out_s == pytest.approx(
        sum(one.t1 - one.t0 for one in run.spans if isinstance(one, SharedSpan) and one.disturbed)
    )
    assert told.shared_s == undisturbed.shared_s
    kept = structs.replace(
        told,
        excluded=0,
        excluded_because=(),
        probe_cost_s=undisturbed.probe_cost_s,
        stood_still_s=undisturbed.stood_still_s,
        shared_left_out_s=undisturbed.shared_left_out_s,
    )
    assert kept == undisturbed


def test_too_few_undisturbed_blocks_say_what_disturbed_the_others() -> None:
    run = Measured(alike(step_s=0.1, slowdown=1.5))
    for lane in LANES:
        run.solo(1, lane)
    run.shared(1, disturbed=("swapping",))
    told = contention(counted(run.spans), EVEN)
    assert told.because == "no block measured, at least 3 are needed; 1 disturbed: swapping"


def test_only_the_newest_where_asked() -> None:
    run = Measured(alike(step_s=0.1, slowdown=1.0))
    run.block(1)
    run.lanes = alike(step_s=0.1, slowdown=2.0)
    for index in (2, 3, 4):
        run.block(index)
    assert contention(counted(run.spans), EVEN, newest=3).stp == ONE


def test_a_lane_of_unknown_length_leaves_rates_and_no_speed_up() -> None:
    told = contention(measured(alike(step_s=0.1, slowdown=2.0)), {"a": EVEN["a"]})
    assert told.speedup is None
    assert told.slowdown == {"a": TWO, "b": TWO}
    assert told.verdict == "unknown"


def test_rates_outside_blocks_are_told_where_there_are_no_blocks() -> None:
    run = Measured(alike(step_s=0.1, slowdown=2.0), epochs=0)
    run.solo(1, "a")
    (span,) = run.spans
    assert isinstance(span, SoloSpan)
    run.spans = [structs.replace(span, how="before the join")]
    run.shared(1)
    told = contention(counted(run.spans), EVEN)
    assert told.solo_steps_per_s == {"a": pytest.approx(10.0)}
    assert told.shared_steps_per_s == {"a": pytest.approx(5.0), "b": pytest.approx(5.0)}
    assert told.slowdown == {"a": TWO}
    assert (told.stp, told.verdict) == (None, "unknown")


@pytest.mark.parametrize(
    ("stp", "expected"), [(1.2, "together"), (1.01, "no clear difference"), (0.8, "sequential")]
)
def test_the_verdict_allows_for_scatter(stp: float, expected: Verdict) -> None:
    chance = random.Random(3)
    for _ in range(20):
        run = Measured(alike(step_s=0.1, slowdown=2 / stp))
        for index in range(1, 9):
            run.lanes = alike(step_s=0.1 * chance.gauss(1, 0.01), slowdown=2 / stp * chance.gauss(1, 0.02))
            run.block(index)
        told = contention(counted(run.spans), EVEN)
        assert told.verdict == expected
        assert told.stp == pytest.approx(stp, rel=0.05)


def test_a_probe_costs_what_both_would_have_done_more() -> None:
    assert probe_cost_s(10.0, 2.0) == 5.0
    assert probe_cost_s(10.0, 1.0) == 0.0
    assert probe_cost_s(10.0, 0.5) == 0.0


@given(pair=PAIRS, lengths=LENGTHS)
def test_a_pair_of_known_rates_is_found_again(
    pair: dict[Lane, Known], lengths: dict[Lane, LaneLength]
) -> None:
    told = contention(measured(pair), lengths)
    for lane, known in pair.items():
        per_epoch = lengths[lane].steps_per_epoch
        alone_s = known.step_s + known.end_s / per_epoch
        beside_s = known.step_s * known.slowdown + known.end_s * known.end_slowdown / per_epoch
        assert told.solo_steps_per_s[lane] == pytest.approx(1 / alone_s)
        assert told.shared_steps_per_s[lane] == pytest.approx(1 / beside_s)
        assert told.slowdown[lane] == pytest.approx(beside_s / alone_s)
    progress = [1 / slowdown for slowdown in told.slowdown.values()]
    assert told.stp == pytest.approx(sum(progress))
    assert told.fairness == pytest.approx(min(progress) / max(progress))
    assert told.interval == pytest.approx((told.speedup, told.speedup))


@given(pair=PAIRS, lengths=LENGTHS)
def test_which_lane_is_called_a_makes_no_difference(
    pair: dict[Lane, Known], lengths: dict[Lane, LaneLength]
) -> None:
    run = Measured(pair)
    for index in (1, 2, 3):
        run.block(index)
    one = contention(counted(run.spans), lengths)
    turned = contention(
        counted(swapped(run.spans)), {OTHER[lane]: length for lane, length in lengths.items()}
    )
    for name in ("stp", "antt", "fairness", "speedup", "makespan_s", "sequential_estimate_s", "probe_cost_s"):
        assert getattr(turned, name) == pytest.approx(getattr(one, name), rel=1e-9, abs=1e-9), name
    assert turned.verdict == one.verdict
    for lane in LANES:
        assert turned.slowdown[OTHER[lane]] == pytest.approx(one.slowdown[lane])


@given(pair=PAIRS, lengths=LENGTHS, factor=st.floats(0.01, 100.0))
def test_a_machine_so_many_times_as_slow_says_the_same(
    pair: dict[Lane, Known], lengths: dict[Lane, LaneLength], factor: float
) -> None:
    slower = {
        lane: Known(one.step_s * factor, one.slowdown, one.end_s * factor, one.end_slowdown)
        for lane, one in pair.items()
    }
    one, scaled = contention(measured(pair), lengths), contention(measured(slower), lengths)
    for name in ("stp", "antt", "fairness", "speedup"):
        assert getattr(scaled, name) == pytest.approx(getattr(one, name)), name
    assert scaled.makespan_s == pytest.approx(one.makespan_s and one.makespan_s * factor)


@given(
    spans=ANY_SPANS,
    lengths=st.dictionaries(
        st.sampled_from(LANES),
        st.builds(LaneLength, st.one_of(st.none(), ANY_COUNT), ANY_COUNT, st.one_of(st.none(), ANY_SECONDS)),
    ),
    start_up=st.builds(StartUp, st.fixed_dictionaries({"a": ANY_SECONDS, "b": ANY_SECONDS}), ANY_SECONDS),
)
def test_no_damaged_file_raises_or_gives_a_number_that_is_none(
    spans: Spans, lengths: dict[Lane, LaneLength], start_up: StartUp
) -> None:
    for of in (lengths, EVEN):
        told = contention(counted(spans), of, start_up=start_up)
        assert_sound(told)


@given(spans=ANY_SPANS)
def test_a_blocks_own_times_are_above_zero(spans: Spans) -> None:
    blocks = counted(spans).counting()
    for pair in block_pairs(blocks, EVEN):
        assert all_finite(pair)
        assert all(times.alone_s > 0 and times.shared_s > 0 for times in pair.values())


def assert_sound(told: Contention) -> None:
    """What holds of any contention that is ever told."""
    assert all_finite(told)
    assert told.verdict == "unknown" or (told.blocks >= 3 and told.interval is not None)
    assert told.interval is None or told.blocks >= 3
    assert told.because
    if told.stp is not None and told.speedup is not None:
        assert told.stp > 0
        assert told.speedup > 0
        assert told.fairness is not None
        assert 0 < told.fairness <= 1
    for rates in (told.solo_steps_per_s, told.shared_steps_per_s, told.slowdown):
        assert all(rate > 0 for rate in rates.values())
