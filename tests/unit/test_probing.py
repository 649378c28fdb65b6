"""Probes of a simulated pair: who stands still for whom, when, for how long, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest

from tests.unit.simulated_lanes import LaneSpec, pair
from tests.unit.simulated_run import SimulatedRun
from training.analysis.contention import Contention
from training.plan import LANES, Lane, Limits, Probing
from training.record.contention_records import SharedSpan, SoloSpan
from training.record.device_records import DeviceReading, LaneReading, Sample
from training.record.lane_records import Paused, Resumed
from training.supervisor.probe_budget import LONG_RUN_SHARE, SHORT_RUN_MOST_S

FAST = LaneSpec(0.02, 1.5)
SLOW = LaneSpec(0.05, 1.25)
SLOWDOWN: dict[Lane, float] = {"a": 1.5, "b": 1.25}
STP = 1 / 1.5 + 1 / 1.25
FIVE = Probing(blocks=5)
FEW_STEPS = LaneSpec(3.0, 1.6)
"""A step of it takes longer than a window is meant to be."""


def near(value: float | None) -> object:
    """Within a per mille."""
    return pytest.approx(value, rel=1e-3)


def overlap_s(spans: Iterable[SharedSpan], times: Iterable[tuple[float, float]]) -> float:
    """The longest overlap of a shared span with one of these times."""
    held = list(times)
    return max(
        (min(span.t1, until) - max(span.t0, since) for span in spans for since, until in held), default=0.0
    )


class TestBlock:
    async def test_times_each_lane_alone_while_the_other_stands_still_in_alternating_order(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW), probing=FIVE) as run:
            await run.play(150)
            began: list[tuple[int, Lane, Lane]] = [(one.block, one.lane, one.paused) for one in run.began]
            assert began == [
                (1, "a", "b"), (1, "b", "a"), (2, "b", "a"), (2, "a", "b"), (3, "a", "b"),
                (3, "b", "a"), (4, "b", "a"), (4, "a", "b"), (5, "a", "b"), (5, "b", "a"),
            ]  # fmt: skip
            assert [(one.block, one.lane) for one in run.probes] == [
                (block, lane) for block, lane, _ in began
            ]
            assert all(one.complete and not one.disturbed for one in run.probes)
            assert not run.standing
            assert not run.held("a") | run.held("b")

    async def test_lets_nobody_work_beside_the_one_that_is_timed(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW), probing=FIVE) as run:
            await run.play(150)
            for probe in run.probes:
                other: Lane = "b" if probe.lane == "a" else "a"
                paused = [r for lane, r in run.lane_records if lane == other and isinstance(r, Paused)]
                resumed = [r for lane, r in run.lane_records if lane == other and isinstance(r, Resumed)]
                stood = [(one.t, after.t) for one, after in zip(paused, resumed, strict=True)]
                assert any(since <= probe.t0 and probe.t1 <= until for since, until in stood)
                assert probe.span.in_steps_s / probe.span.steps == near(
                    run.device.lanes[probe.lane].spec.step_s
                )

    async def test_has_windows_of_thirty_steps_and_the_least_seconds(self) -> None:
        for seconds in (None, 2.0, 4.0):
            probing = Probing(seconds=seconds, blocks=3)
            async with SimulatedRun(pair(FAST, SLOW), probing=probing, limits=Limits(minutes=4)) as run:
                await run.play(150)
                least_s = seconds or 0.005 * 240
                assert len(run.probes) == 6
                for probe in run.probes:
                    assert probe.span.steps >= 30
                    assert least_s <= probe.t1 - probe.t0 <= max(least_s + 0.1, 31 * 0.05)

    async def test_has_shared_time_as_long_as_both_windows_and_is_told_once_it_has(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW), probing=FIVE) as run:
            await run.play(200)
            assert len(run.blocks_done) == 5
            for block in range(1, 6):
                windows_s = sum(one.t1 - one.t0 for one in run.probes if one.block == block)
                shared_s = sum(one.t1 - one.t0 for one in run.shared if one.block == block)
                assert shared_s >= 0.9 * windows_s
                done_s = run.blocks_done[block - 1]
                assert max(one.t for one in run.probes if one.block == block) <= done_s

    async def test_that_is_the_only_one_is_told_too(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW), probing=Probing(blocks=1, then_stop=True)) as run:
            await run.play(60)
            assert len(run.began) == 2
            assert len(run.blocks_done) == 1
            assert run.measuring.budget.is_done

    async def test_is_taken_over_whole_epochs_where_these_are_short(self) -> None:
        short = LaneSpec(0.02, 1.5, steps_per_epoch=25, end_s=0.25)
        async with SimulatedRun(pair(short, SLOW), probing=FIVE) as run:
            await run.play(200)
            timed = [one for one in run.probes if one.lane == "a"]
            assert all(one.whole_epochs and one.complete for one in timed)
            assert all(one.span.steps == 25 * one.span.epochs for one in timed)
            assert not any(one.whole_epochs for one in run.probes if one.lane == "b")
            assert run.folded().solo_steps_per_s["a"] == near(short.rate)

    async def test_of_epochs_that_are_mostly_validation_ends_in_time(self) -> None:
        mostly = LaneSpec(0.02, 1.5, steps=2000, steps_per_epoch=2, end_s=3.0)
        async with SimulatedRun(pair(mostly, SLOW), limits=Limits(minutes=30)) as run:
            await run.play(600)
            timed = [one for one in run.probes if one.lane == "a"]
            assert len(timed) >= 3
            assert all(one.complete and one.whole_epochs for one in timed)
            assert max(one.cost_s for one in timed) < 25.0

    async def test_of_slow_steps_has_fewer_and_ends_in_time(self) -> None:
        async with SimulatedRun(pair(FAST, FEW_STEPS), limits=Limits(minutes=30)) as run:
            await run.play(900)
            timed = [one for one in run.probes if one.lane == "b"]
            assert len(timed) >= 3
            assert all(3 <= one.span.steps < 30 and one.complete for one in timed)


class TestSharedSpans:
    @pytest.mark.parametrize("probing", [FIVE, Probing(), Probing(enabled=False)])
    async def test_never_overlap_a_hold(self, probing: Probing) -> None:
        async with SimulatedRun(pair(FAST, SLOW), probing=probing, limits=Limits(minutes=5)) as run:
            await run.play(40)
            run.hold("a")
            await run.play(7)
            run.let_go("a")
            await run.play(60)
            assert overlap_s(run.shared, run.hold_times("probe")) <= 0
            assert overlap_s(run.shared, run.hold_times("asked")) <= 0
            assert all(one.complete for one in run.probes if not one.t0 <= 40 <= one.t)

    async def test_hold_shared_steps_only(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW), probing=FIVE) as run:
            await run.play(200)
            assert len(run.shared) > 5
            for span in run.shared:
                for lane in LANES:
                    spec = run.device.lanes[lane].spec
                    assert span.spans[lane].in_steps_s / span.spans[lane].steps == near(
                        spec.step_s * spec.slowdown
                    )

    async def test_cover_all_but_the_probes(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW), probing=FIVE) as run:
            await run.play(300)
            covered_s = sum(one.t1 - one.t0 for one in run.shared)
            held_s = sum(until - since for since, until in run.hold_times("probe"))
            assert covered_s >= 300 - held_s - 7 * 1.5 - 15


class TestNumbers:
    @pytest.mark.parametrize(
        ("a", "b"),
        [
            (FAST, SLOW),
            (LaneSpec(0.013, 1.0), LaneSpec(0.21, 1.0)),
            (LaneSpec(0.03, 2.2), LaneSpec(0.04, 2.4)),
            (LaneSpec(0.02, 1.5, steps_per_epoch=500, end_s=1.0), LaneSpec(0.05, 1.25)),
            (LaneSpec(0.02, 1.5, steps_per_epoch=25, end_s=0.25), LaneSpec(0.04, 1.25, steps_per_epoch=20)),
            (FAST, FEW_STEPS),
            (FAST, LaneSpec(0.05, 1.25, steps_per_epoch=400, end_s=12.0)),
        ],
        ids=[
            "plain",
            "no interference",
            "taking turns is faster",
            "epochs",
            "short epochs",
            "slow steps",
            "long validations",
        ],
    )
    async def test_are_those_of_the_pair(self, a: LaneSpec, b: LaneSpec) -> None:
        a, b = (
            LaneSpec(one.step_s, one.slowdown, int(1500 * one.rate), one.steps_per_epoch, one.end_s)
            for one in (a, b)
        )
        async with SimulatedRun(pair(a, b), probing=FIVE) as run:
            await run.play_until(lambda: len(run.blocks_done) == 5, 900)
            told = run.folded()
        assert told.blocks == 5
        assert told.slowdown == {"a": near(a.slowdown), "b": near(b.slowdown)}
        assert told.solo_steps_per_s == {"a": near(a.rate), "b": near(b.rate)}
        assert told.stp == near(1 / a.slowdown + 1 / b.slowdown)
        assert told.speedup == near(_speedup(a, b))

    async def test_are_the_same_for_whoever_reads_the_files_later(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW), probing=FIVE) as run:
            await run.play(100)
            assert run.folded() == run.measuring.history.contention()

    async def test_say_what_probing_took(self) -> None:
        """Two runs of the same pair, one without probes: the last step comes so much later."""
        a, b = structs_of(FAST, steps=6000), structs_of(SLOW, steps=3000)
        ends = {}
        told: Contention | None = None
        for probing in (Probing(enabled=False), FIVE):
            async with SimulatedRun(pair(a, b), probing=probing) as run:
                await run.play_until(lambda run=run: all(one.has_ended for one in run.device.lanes.values()))  # type: ignore[misc]
                ends[probing.enabled] = run.device.now_s
                told = run.folded()
        assert told is not None
        assert told.probe_cost_s is not None
        assert told.probe_cost_s == pytest.approx(ends[True] - ends[False], rel=0.15)


def structs_of(spec: LaneSpec, steps: int) -> LaneSpec:
    """The same, of so many steps."""
    return LaneSpec(spec.step_s, spec.slowdown, steps, spec.steps_per_epoch, spec.end_s)


def _speedup(a: LaneSpec, b: LaneSpec) -> float:
    """By hand: both train until one ends, then the other goes on alone."""
    alone = [spec.steps / spec.rate for spec in (a, b)]
    shared = [one * spec.slowdown for one, spec in zip(alone, (a, b), strict=True)]
    first = min(shared)
    left = [one * (1 - first / both) for one, both in zip(alone, shared, strict=True)]
    return sum(alone) / (first + sum(left))


class TestBudget:
    @pytest.mark.parametrize("minutes", [11.0, 20.0, pytest.param(60.0, marks=pytest.mark.slow)])
    @pytest.mark.parametrize("slow", [SLOW, LaneSpec(0.4, 1.25), FEW_STEPS], ids=["fast", "slow", "slower"])
    async def test_of_a_run_over_ten_minutes_is_two_percent(self, minutes: float, slow: LaneSpec) -> None:
        fast = LaneSpec(0.1, 1.5)
        async with SimulatedRun(pair(fast, slow), limits=Limits(minutes=minutes)) as run:
            await run.play(minutes * 60)
            told = run.folded()
        taken_s = sum(one.cost_s for one in run.probes)
        assert taken_s == near(run.measuring.budget.stood_still_s)
        cost_s = taken_s * max(0.0, 1 - 1 / (1 / fast.slowdown + 1 / slow.slowdown))
        # one window may turn out longer than it was thought: a pause waits for the end of a slow step
        assert cost_s <= LONG_RUN_SHARE * minutes * 60 + 2 * slow.step_s
        if slow is not FEW_STEPS or minutes > 20:
            assert told.blocks >= 3

    @pytest.mark.parametrize("minutes", [1.0, 2.0, 5.0, 9.0])
    async def test_of_a_short_run_is_capped_and_has_three_blocks(self, minutes: float) -> None:
        async with SimulatedRun(pair(FAST, SLOW), limits=Limits(minutes=minutes)) as run:
            await run.play(minutes * 60)
            told = run.folded()
        assert told.blocks >= 3
        assert told.probe_cost_s is not None
        assert told.probe_cost_s <= min(SHORT_RUN_MOST_S, 0.13 * minutes * 60)

    async def test_leaves_a_run_of_seconds_alone(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW), limits=Limits(minutes=0.3)) as run:
            await run.play(18)
            assert not run.began

    async def test_spaces_the_later_blocks(self) -> None:
        async with SimulatedRun(
            pair(LaneSpec(0.1, 1.5), LaneSpec(0.15, 1.25)), limits=Limits(minutes=60)
        ) as run:
            await run.play(2400)
        ends = [one.t for one in run.probes if one.t0][1::2]
        gaps = [after - before for before, after in pairwise(ends)]
        assert len(ends) >= 9
        assert all(gap >= 180 for gap in gaps[7:])
        assert sum(gap < 60 for gap in gaps[:7]) >= 2

    async def test_off_means_that_nobody_ever_stands_still(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW), probing=Probing(enabled=False)) as run:
            await run.play(300)
            assert not run.began
            assert not any(isinstance(record, Paused) for _, record in run.lane_records)
            assert run.folded().verdict == "unknown"


class TestAsking:
    async def test_takes_a_block_at_once_also_without_probing(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW), probing=Probing(enabled=False)) as run:
            await run.play(20)
            assert run.measuring.prober.ask() is None
            await run.play(1)
            assert run.measuring.prober.is_probing
            assert run.measuring.prober.ask() == "a probe is under way"
            await run.play(20)
            assert len(run.probes) == 2
            assert not run.standing
            await run.play(60)
            assert run.folded().blocks == 1

    async def test_before_the_barrier_is_refused(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW)) as run:
            assert run.measuring.prober.ask() == "a probe needs both lanes training"

    async def test_of_one_lane_is_refused(self) -> None:
        async with SimulatedRun({"a": FAST}) as run:
            await run.play(10)
            assert run.measuring.prober.ask() == "a probe needs both lanes training"

    async def test_while_a_lane_is_paused_or_waits_or_has_ended_is_refused(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW), probing=Probing(enabled=False)) as run:
            await run.play(10)
            run.hold("a")
            assert "resume the paused one" in (run.measuring.prober.ask() or "")
            run.let_go("a")
            run.hold("b", "turn")
            assert "they take turns" in (run.measuring.prober.ask() or "")
            run.let_go("b", "turn")
            run.die("a")
            told = run.measuring.prober.ask()
            assert told == "a probe needs both lanes training: lane a does not any more"


class TestFullDisk:
    async def test_lets_nobody_stand_still_for_what_cannot_be_told(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW), probing=FIVE) as run:
            await run.play_until(lambda: bool(run.standing))
            run.disk_is_full = True
            await run.play(1.0)
            assert not run.held("a") | run.held("b")
            await run.play(1.0)
            assert not run.standing
            begun = len(run.began)
            await run.play(200)
            assert len(run.began) == begun
            assert "full" in str(run.measuring.prober.ask())
            run.disk_is_full = False
            await run.play(200)
            assert len(run.blocks_done) >= 3

    async def test_takes_a_block_that_was_asked_for_once_there_is_room(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW), probing=Probing(blocks=1)) as run:
            await run.play(100)
            begun = len(run.began)
            assert run.measuring.prober.ask() is None
            run.disk_is_full = True
            await run.play(20)
            assert len(run.began) == begun
            run.disk_is_full = False
            await run.play(20)
            assert len(run.began) == begun + 2


class TestWhatComesBetween:
    async def test_a_pause_by_a_person_ends_the_probe_and_holds(self) -> None:
        for lane in LANES:
            async with SimulatedRun(pair(FAST, SLOW)) as run:
                await run.play_until(lambda run=run: bool(run.standing))  # type: ignore[misc]
                run.hold(lane)
                await run.play(30)
                assert run.standing == {lane}
                assert run.held(lane) == {"asked"}
                assert not run.probes[-1].complete
                assert not run.measuring.prober.is_probing
                began = len(run.began)
                await run.play(60)
                assert len(run.began) == began
                run.let_go(lane)
                await run.play(60)
                assert len(run.began) > began
                assert run.probes[-1].complete

    async def test_a_lane_that_must_wait_for_its_turn_ends_the_probe_at_once(self) -> None:
        for lane in LANES:
            async with SimulatedRun(pair(FAST, SLOW)) as run:
                await run.play_until(lambda run=run: len(run.began) == 1)  # type: ignore[misc]
                run.decides = False
                run.hold(lane, "turn")
                await run.play(2)
                assert run.standing == {lane}
                assert not run.measuring.prober.is_probing
                assert len(run.began) == 1

    async def test_a_lane_that_dies_lets_the_other_go(self) -> None:
        for lane in LANES:
            async with SimulatedRun(pair(FAST, SLOW)) as run:
                await run.play_until(lambda run=run: bool(run.standing))  # type: ignore[misc]
                run.die(lane)
                await run.play(5)
                assert not run.standing
                assert not run.measuring.prober.is_probing
                assert all(not run.held(one) for one in LANES)

    async def test_a_lane_that_ends_in_its_window_spoils_it(self) -> None:
        async with SimulatedRun(pair(structs_of(FAST, 450), SLOW), probing=Probing(seconds=5.0)) as run:
            await run.play(80)
            assert run.device.lanes["a"].has_ended
            assert not run.probes[0].complete
            assert not run.standing
            # what the other does from now on is told as its rate alone
            (alone,) = [one for one in run.of(SoloSpan) if one.how == "after the other ended"]
            assert alone.span.in_steps_s / alone.span.steps == near(SLOW.step_s)

    async def test_a_lane_that_is_stopped_spoils_it(self) -> None:
        for lane in LANES:
            async with SimulatedRun(pair(FAST, SLOW)) as run:
                await run.play_until(lambda run=run: bool(run.standing))  # type: ignore[misc]
                run.stop(lane)
                await run.play(5)
                assert run.device.lanes[lane].has_ended
                assert not run.standing

    async def test_a_window_cut_short_by_another_does_not_count(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW), probing=Probing(seconds=5.0)) as run:
            await run.play_until(lambda: bool(run.standing))
            await run.play(2)
            run.device.lanes["a"].tell("window", id=77, seconds=1.0)
            await run.play(1)
            assert not run.probes[0].complete
            assert 1 not in {point.index for point in run.measuring.history.state().points}

    async def test_a_lane_that_does_not_stand_still_is_given_up_after_a_minute(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW)) as run:
            run.device.lanes["b"].hang()
            await run.play_until(lambda: len(run.began) == 1)
            await run.play(61)
            assert not run.probes[0].complete
            assert run.probes[0].cost_s == pytest.approx(60, abs=1)
            assert not run.held("b")

    async def test_a_lane_that_is_not_timed_lets_the_other_go(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW)) as run:
            await run.play_until(lambda: len(run.began) == 1)
            run.device.lanes["a"].hang()
            await run.play_until(lambda: bool(run.probes), 90)
            assert not run.probes[0].complete
            await run.play(1)
            assert "b" not in run.standing

    async def test_a_lane_that_takes_no_command_is_not_probed(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW)) as run:
            await run.play(1)
            run.device.lanes["b"].takes_commands = False
            await run.play(300)
            assert all(one.paused == "a" for one in run.began)
            assert not any(one.complete for one in run.probes)
            assert not run.standing

    async def test_the_end_of_measuring_lets_everybody_go(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW)) as run:
            await run.play_until(lambda: bool(run.standing))
        assert not run.held("a") | run.held("b")
        await run.play(1)
        assert not run.standing

    async def test_others_on_the_machine_spoil_what_they_disturb(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW), probing=FIVE) as run:
            for tick in range(400):
                hog = 100.0 if 60 <= tick < 90 else 0.0
                lanes: dict[Lane, LaneReading] = {lane: LaneReading(1, cpu_percent=45.0) for lane in LANES}
                run.meter.samples.append(
                    Sample(tick / 2, DeviceReading(utilization_percent=45.0 + hog / 2), lanes)
                )
            await run.play(150)
            told_spans: list[SoloSpan | SharedSpan] = [*run.probes, *run.shared]
            disturbed = [one for one in told_spans if one.disturbed]
            assert disturbed
            assert all(one.t0 < 45 and one.t1 > 30 for one in disturbed)
            told = run.folded()
            assert told.excluded >= 1
            assert told.stp == near(STP)

    async def test_swapping_spoils_a_block(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW), probing=Probing(blocks=1)) as run:
            await run.play_until(lambda: bool(run.standing))
            run.swapped_in = lambda: 8
            await run.play(60)
            assert run.probes[0].disturbed == ("the machine was swapping",)
            assert not run.probes[1].disturbed


class TestAlone:
    async def test_the_rate_before_a_join_is_told_and_then_the_pair_is_probed(self) -> None:
        async with SimulatedRun({"a": FAST}) as run:
            await run.play(100)
            run.join("b", SLOW)
            await run.play(100)
            alone = [one for one in run.of(SoloSpan) if one.how == "before the join"]
            assert sum(one.t1 - one.t0 for one in alone) > 90
            assert all(one.span.in_steps_s / one.span.steps == near(FAST.step_s) for one in alone)
            assert run.folded().blocks >= 3
            assert run.folded().stp == near(STP)

    async def test_another_in_the_place_of_one_that_ended_is_measured_anew(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW), limits=Limits(minutes=9)) as run:
            await run.play(80)
            first = max(one.block for one in run.began)
            run.die("b")
            await run.play(30)
            run.join("b", LaneSpec(0.03, 1.1))
            await run.play(80)
            told = run.folded()
            assert min(one.block for one in run.began if one.t > 110) > first
            assert told.blocks >= 3
            assert told.stp == near(1 / 1.5 + 1 / 1.1)

    async def test_a_turn_is_told_as_such(self) -> None:
        async with SimulatedRun(pair(FAST, SLOW), probing=Probing(enabled=False)) as run:
            await run.play(20)
            run.decides = False
            run.hold("b", "turn")
            await run.play(100)
            run.let_go("b", "turn")
            await run.play(20)
            turns = [one for one in run.of(SoloSpan) if one.how == "turn"]
            assert [one.lane for one in turns] == ["a", "a"]
            assert all(one.span.in_steps_s / one.span.steps == near(FAST.step_s) for one in turns)
            assert overlap_s(run.shared, run.hold_times("turn")) <= 0
