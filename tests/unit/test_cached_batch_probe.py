"""When each lane of a simulated pair is timed on one batch at hand, beside which window, and what is read from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.simulated_lanes import LaneSpec, pair
from tests.unit.simulated_run import SimulatedRun
from tests.unit.test_probing import near
from training.analysis.pair_evidence import EvidenceHistory
from training.analysis.pair_limits import pair_limits
from training.plan import LANES, Lane, Limits, Probing
from training.record.lane_records import LaneRecord, Paused, Resumed, Window
from training.supervisor.solo_timing import CACHED_BATCH_RUN_S

WAITS = LaneSpec(0.05, 1.25, at_hand=0.4)
"""More than half of its step is waiting for data."""
FAST = LaneSpec(0.02, 1.5)
LONG = Limits(minutes=8)
SHORT = Limits(minutes=0.99 * CACHED_BATCH_RUN_S / 60)


def of_lane(run: SimulatedRun, lane: Lane) -> list[LaneRecord]:
    return [record for of, record in run.lane_records if of == lane]


def on_one_batch(run: SimulatedRun, lane: Lane) -> list[Window]:
    return [one for one in of_lane(run, lane) if isinstance(one, Window) and one.cached_batch]


async def test_is_once_in_the_second_block_right_after_the_window_on_its_data() -> None:
    async with SimulatedRun(pair(FAST, WAITS), limits=LONG) as run:
        await run.play(250)
        assert max(one.block for one in run.probes) >= 3
        for lane in LANES:
            (window,) = on_one_batch(run, lane)
            windows = [one for one in of_lane(run, lane) if isinstance(one, Window)]
            before = windows[windows.index(window) - 1]
            assert before.complete
            assert window.complete
            (probe,) = (one for one in run.probes if one.lane == lane and one.block == 2)
            assert (probe.t0, probe.t1) == (before.t0, before.t1)
            assert before.t1 <= window.t0 <= before.t1 + 2 * WAITS.step_s
            assert window.steps >= 30


async def test_is_taken_while_the_other_stands_still_and_counts_in_what_probing_cost() -> None:
    async with SimulatedRun(pair(FAST, WAITS), limits=LONG) as run:
        await run.play(250)
        for lane in LANES:
            other: Lane = "b" if lane == "a" else "a"
            (window,) = on_one_batch(run, lane)
            paused = [one.t for one in of_lane(run, other) if isinstance(one, Paused)]
            resumed = [one.t for one in of_lane(run, other) if isinstance(one, Resumed)]
            assert any(
                since <= window.t0 and window.t1 <= until
                for since, until in zip(paused, resumed, strict=True)
            )
            costs_s = {one.block: one.cost_s for one in run.probes if one.lane == lane}
            assert costs_s[2] == pytest.approx(costs_s[1] + window.stood_still_s, abs=0.2)
        assert run.measuring.budget.stood_still_s == near(sum(one.cost_s for one in run.probes))


async def test_names_the_lane_that_waits_for_its_data_and_no_other() -> None:
    async with SimulatedRun(pair(FAST, WAITS), limits=LONG) as run:
        await run.play(250)
    evidence = EvidenceHistory(run.plan)
    for lane, record in run.lane_records:
        evidence.take_lane_record(lane, record)
    assert evidence.evidence().input_gain == {"b": near(2.5)}
    assert "input pipeline: lane B is 2.50 times as fast on a batch at hand" in [
        limit.sentence for limit in pair_limits(evidence.evidence())
    ]


async def test_changes_no_figure_of_the_pair() -> None:
    async with SimulatedRun(pair(FAST, WAITS), limits=LONG) as run:
        await run.play(250)
        told = run.folded()
    assert told.slowdown == {"a": near(FAST.slowdown), "b": near(WAITS.slowdown)}
    assert told.solo_steps_per_s == {"a": near(FAST.rate), "b": near(WAITS.rate)}


@pytest.mark.parametrize(
    ("probing", "limits", "asks"),
    [
        (Probing(), SHORT, False),
        (Probing(enabled=False), LONG, True),
        (Probing(blocks=4, then_stop=True), LONG, False),
    ],
    ids=["a short run", "no probing", "blocks and nothing else"],
)
async def test_is_not_taken_where_it_is_not_worth_it(probing: Probing, limits: Limits, asks: bool) -> None:
    async with SimulatedRun(pair(FAST, WAITS), probing=probing, limits=limits) as run:
        await run.play(1)
        for _ in range(3):
            if asks:
                assert run.measuring.prober.ask() is None
            await run.play(25)
        assert len({one.block for one in run.probes}) >= 3
        assert not any(on_one_batch(run, lane) for lane in LANES)


async def test_is_taken_anew_of_a_lane_that_joins_in_anothers_place() -> None:
    a, b = replace(FAST, steps=4000), replace(WAITS, at_hand=1.0)
    async with SimulatedRun(pair(a, b)) as run:
        await run.play_until(lambda: run.device.lanes["a"].has_ended)
        assert {lane: len(on_one_batch(run, lane)) for lane in LANES} == {"a": 1, "b": 1}
        await run.play(2)
        run.join("a", WAITS)
        await run.play(200)
        assert {lane: len(on_one_batch(run, lane)) for lane in LANES} == {"a": 2, "b": 1}
