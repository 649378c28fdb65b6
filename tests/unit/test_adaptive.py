"""When `adaptive` changes its mind, and when it keeps it, over blocks of a known throughput with noise."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.simulated_lanes import LaneSpec, pair
from tests.unit.simulated_run import SimulatedRun
from training.plan import Lane, Limits
from training.record.contention_records import Decided, Held, SoloSpan
from training.record.event_records import LaneEnded
from training.supervisor.adaptive import (
    LOOKS,
    STAY_S,
    TRIAL_AFTER_S,
    TRIAL_MOST_S,
    Adaptive,
    bounds,
)
from training.supervisor.lane_standing import HoldBack, LaneStanding, LetTrain

LEFT: Mapping[Lane, float] = {"a": 3000.0, "b": 2000.0}
TRAINING: Mapping[Lane, LaneStanding] = {lane: LaneStanding("released", 0.0) for lane in ("a", "b")}
NOISE = 0.05
"""Of one block, as a share."""
APART_S = 30.0


def noisy(stp: float, count: int, seed: int, noise: float = NOISE) -> list[float]:
    rng = random.Random(seed)
    return [stp * math.exp(rng.gauss(0.0, noise)) for _ in range(count)]


def first_decided(stps: Sequence[float], adaptive: Adaptive | None = None) -> tuple[int, Decided] | None:
    """After how many blocks it decided what, looking at each."""
    policy = adaptive or Adaptive(Limits())
    for count in range(1, len(stps) + 1):
        decided = policy.look(stps[:count], LEFT, count * APART_S)
        if decided is not None:
            return count, decided
    return None


class TestSwitching:
    @pytest.mark.parametrize("blocks", [8, 40])
    @pytest.mark.parametrize("noise", [0.01, NOISE, 0.15])
    def test_is_rarely_done_for_nothing(self, blocks: int, noise: float) -> None:
        runs = 1500
        wrong = sum(first_decided(noisy(1.0, blocks, seed, noise)) is not None for seed in range(runs))
        assert wrong / runs <= 0.065  # 5 %, and three standard errors of so many runs

    @pytest.mark.parametrize("stp", [1.03, 1.2, 1.9])
    def test_is_not_done_where_together_is_faster(self, stp: float) -> None:
        wrong = sum(first_decided(noisy(stp, 40, seed)) is not None for seed in range(300))
        assert wrong <= 6

    def test_is_done_by_the_eighth_block_where_turns_are_faster(self) -> None:
        found = [first_decided(noisy(0.85, 8, seed)) for seed in range(300)]
        assert sum(one is not None for one in found) >= 297
        assert all(one[1].choice == "turns" for one in found if one is not None)

    def test_is_done_at_a_fixed_look_and_told_with_its_numbers(self) -> None:
        found = first_decided([0.8, 0.81, 0.79, 0.8])
        assert found is not None
        count, decided = found
        assert count == 3
        assert decided.stp == pytest.approx(0.8, rel=1e-3)
        assert decided.stp_interval is not None
        assert decided.stp_interval[0] < 0.8 < decided.stp_interval[1] < 1.0
        assert decided.blocks == 3
        assert decided.because.startswith("throughput together 0.80 of taking turns (")

    def test_does_not_look_between_looks(self) -> None:
        policy = Adaptive(Limits())
        assert [policy.look([0.5] * count, LEFT, 1.0) is not None for count in (0, 1, 2)] == [False] * 3
        wide = [0.5, 1.5, 0.5, 1.5]
        assert policy.look(wide[:3], LEFT, 1.0) is None
        assert policy.look([0.8] * 4, LEFT, 1.0) is None  # the third was looked at, the fifth is not there

    def test_takes_a_look_late_where_blocks_came_at_once(self) -> None:
        """A disturbed block comes to count only with its later shared time: the number may go from two to four."""
        assert first_decided([0.8, 0.8]) is None
        assert Adaptive(Limits()).look([0.8, 0.81, 0.79, 0.8], LEFT, 1.0) is not None
        assert Adaptive(Limits()).look(noisy(0.8, 13, 1), LEFT, 1.0) is not None

    def test_looks_at_recent_blocks_alone(self) -> None:
        """Hours of being faster together do not outvote that it no longer is."""
        found = first_decided([1.5] * 48 + noisy(0.8, 16, 3, 0.02))
        assert found is not None
        assert found[0] in (56, 64)

    @given(stps=st.lists(st.floats(1e-3, 1e3), min_size=2, max_size=30), quantile=st.floats(0, 50))
    def test_bounds_hold_the_mean(self, stps: list[float], quantile: float) -> None:
        value, low, high = bounds(stps, quantile)
        assert low <= value * (1 + 1e-9)
        assert value <= high * (1 + 1e-9)
        assert min(stps) * (1 - 1e-9) <= value <= max(stps) * (1 + 1e-9)


class TestTurns:
    @pytest.mark.parametrize(
        ("left", "first"),
        [({"a": 10.0, "b": 20.0}, "a"), ({"a": 30.0, "b": 20.0}, "b"), ({"b": 5.0}, "b"), ({}, "a")],
    )
    def test_are_begun_by_the_lane_with_less_left(self, left: Mapping[Lane, float], first: Lane) -> None:
        policy = Adaptive(Limits())
        decided = policy.look([0.8, 0.81, 0.8], left, 100.0)
        assert decided is not None
        assert decided.first == first
        waits: Lane = "b" if first == "a" else "a"
        assert policy.decide(TRAINING, 101.0) == (HoldBack(waits),)
        waiting = {**TRAINING, waits: LaneStanding("released", 0.0, waits_for_turn=True)}
        assert policy.decide(waiting, 102.0) == ()
        ended = {**waiting, first: LaneStanding("ended", 103.0)}
        assert policy.decide(ended, 103.0) == (LetTrain(waits),)

    def test_are_looked_at_no_more(self) -> None:
        policy = Adaptive(Limits())
        assert policy.look([0.8, 0.81, 0.8], LEFT, 100.0) is not None
        assert all(policy.look([2.0] * count, LEFT, 5000.0) is None for count in range(20))


def in_turns(at_s: float = 100.0) -> Adaptive:
    """In turns since then."""
    policy = Adaptive(Limits())
    assert policy.look([0.8, 0.81, 0.8], LEFT, at_s) is not None
    assert policy.in_turns
    return policy


class TestTrial:
    def test_comes_after_a_while_or_when_rates_drift_but_not_at_once(self) -> None:
        assert in_turns().try_together(LEFT, 100.0 + STAY_S - 1, drift=0.5) is None
        drifted = in_turns().try_together(LEFT, 100.0 + STAY_S, drift=0.5)
        assert drifted is not None
        assert (drifted.choice, drifted.because) == ("together", "a trial, after rates drifted by 50%")
        assert in_turns().try_together(LEFT, 100.0 + TRIAL_AFTER_S - 1, drift=0.05) is None
        due = in_turns().try_together(LEFT, 100.0 + TRIAL_AFTER_S, drift=0.05)
        assert due is not None
        assert due.because == "a trial, after 5 min in turns"

    @pytest.mark.parametrize("left", [{"a": 1000.0}, {}, {"a": 1000.0, "b": 100.0}])
    def test_is_not_worth_it_near_the_end(self, left: Mapping[Lane, float]) -> None:
        assert in_turns().try_together(left, 5000.0, drift=0.9) is None

    def test_is_not_begun_while_together(self) -> None:
        assert Adaptive(Limits()).try_together(LEFT, 5000.0, drift=0.9) is None

    def test_lets_the_waiting_lane_train(self) -> None:
        policy = in_turns()
        policy.try_together(LEFT, 1000.0, drift=0.0)
        waiting = {**TRAINING, "a": LaneStanding("released", 0.0, waits_for_turn=True)}
        assert policy.decide(waiting, 1000.0) == (LetTrain("a"),)
        assert policy.since_s == 1000.0

    def on_trial(self) -> Adaptive:
        policy = in_turns()
        assert policy.try_together(LEFT, 1000.0, drift=0.0) is not None
        return policy

    def test_ends_in_turns_where_turns_are_still_faster(self) -> None:
        found = first_decided([0.8, 0.8, 0.81], self.on_trial())
        assert found is not None
        assert found[1].choice == "turns"

    def test_ends_in_turns_where_nothing_is_found(self) -> None:
        policy = self.on_trial()
        found = first_decided([1.1, 0.9, 1.1, 0.9, 1.1, 0.9, 1.1, 0.9], policy)
        assert found is not None
        assert (found[0], found[1].choice) == (max(LOOKS), "turns")
        assert policy.in_turns

    def test_ends_together_where_that_is_now_faster(self) -> None:
        policy = self.on_trial()
        found = first_decided([1.3, 1.3, 1.31], policy)
        assert found is not None
        assert found[1].choice == "together"
        assert not policy.in_turns
        assert policy.look([1.3] * 5, LEFT, 5000.0) is None  # that it is so is not said again

    def test_comes_ever_more_seldom_while_it_finds_nothing(self) -> None:
        policy = in_turns(0.0)
        now_s, began_s = 0.0, 0.0
        waited: list[float] = []
        for _ in range(6):
            while policy.try_together(LEFT, now_s, drift=0.0) is None:
                now_s += 10.0
            waited.append(now_s - began_s)
            now_s = began_s = now_s + 30.0
            assert policy.look([0.8, 0.81, 0.8], LEFT, now_s) is not None
        assert waited == [300, 600, 1200, 2400, 3600, 3600]

    def test_ends_in_turns_where_every_block_is_disturbed(self) -> None:
        policy = self.on_trial()
        assert policy.give_up_trial(LEFT, 1000.0 + TRIAL_MOST_S - 1) is None
        decided = policy.give_up_trial(LEFT, 1000.0 + TRIAL_MOST_S)
        assert decided is not None
        assert (decided.choice, decided.first) == ("turns", "b")
        assert policy.in_turns
        assert policy.give_up_trial(LEFT, 9999.0) is None
        assert Adaptive(Limits()).give_up_trial(LEFT, 9999.0) is None


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    levels=st.lists(st.sampled_from([0.7, 0.95, 0.99, 1.0, 1.01, 1.3]), min_size=1, max_size=4),
    drift=st.sampled_from([0.0, 0.3]),
)
def test_never_flaps(seed: int, levels: list[float], drift: float) -> None:
    """Whatever the throughput does: turns last a minute at least, a trial three blocks, and trials grow rare."""
    rng = random.Random(seed)
    policy = Adaptive(Limits())
    stps: list[float] = []
    decisions: list[tuple[float, str]] = []
    now_s = 0.0
    for tick in range(2000):
        now_s = tick * 10.0
        level = levels[min(int(now_s / 20000 * len(levels)), len(levels) - 1)]
        decided = policy.try_together(LEFT, now_s, drift=drift) or policy.give_up_trial(LEFT, now_s)
        if decided is not None and decided.choice == "together":
            stps = []
        if not policy.in_turns and tick % 2 == 0:
            stps.append(level * math.exp(rng.gauss(0.0, 0.03)))
            decided = policy.look(stps, LEFT, now_s) or decided
        if decided is not None:
            decisions.append((now_s, decided.choice))
            stps = [] if decided.choice == "turns" else stps
    for (before_s, before), (after_s, after) in pairwise(decisions):
        assert after_s - before_s >= (STAY_S if before == "turns" else 3 * 20.0 - 20.0)
        assert (before, after) != ("turns", "turns")
    trials = sum(choice == "together" for _, choice in decisions)
    changes = sum(before != after for before, after in pairwise(levels))
    assert trials <= (8 if drift == 0 else 34) + 12 * changes


class TestRun:
    """The whole of it: simulated lanes, probes, decisions, and how long it all took."""

    async def test_goes_over_to_turns_and_is_faster_than_together(self) -> None:
        a, b = LaneSpec(0.03, 2.4, steps=4000), LaneSpec(0.04, 2.4, steps=2500)
        async with SimulatedRun(pair(a, b), sharing="adaptive") as run:
            await run.play_until(lambda: len(run.of(LaneEnded)) == 2)
            (decided,) = run.of(Decided)
            assert (decided.choice, decided.first) == ("turns", "b")
            assert [record.lane for record in run.of(Held) if record.why == "turn"] == ["a"]
            assert [record.lane for record in run.of(LaneEnded)] == ["b", "a"]
            ends_s = run.device.now_s
            (alone, *_) = [one for one in run.of(SoloSpan) if one.how == "turn"]
            assert alone.lane == "b"
        sequential_s = 4000 * 0.03 + 2500 * 0.04
        assert ends_s <= 1.05 * sequential_s

    async def test_stays_together_and_costs_little(self) -> None:
        a, b = LaneSpec(0.03, 1.3, steps=4000), LaneSpec(0.04, 1.4, steps=2500)
        ends_s = []
        for sharing in ("together", "adaptive"):
            async with SimulatedRun(pair(a, b), sharing=sharing) as run:
                await run.play_until(lambda run=run: len(run.of(LaneEnded)) == 2)  # type: ignore[misc]
                assert not run.of(Decided)
                ends_s.append(run.device.now_s)
        assert ends_s[1] == pytest.approx(ends_s[0], rel=0.01)

    async def test_goes_back_together_when_the_rates_have_changed(self) -> None:
        a, b = LaneSpec(0.1, 2.4, steps=20000), LaneSpec(0.1, 2.4, steps=18000)
        async with SimulatedRun(pair(a, b), sharing="adaptive") as run:
            await run.play_until(lambda: bool(run.of(Decided)))
            for lane in run.device.lanes.values():
                lane.spec = LaneSpec(0.1, 1.2, steps=lane.spec.steps)
            await run.play_until(lambda: len(run.of(Decided)) == 3, 1200)
            assert [one.choice for one in run.of(Decided)] == ["turns", "together", "together"]
            began_s, tried_s, found_s = (one.t for one in run.of(Decided))
            assert tried_s - began_s == pytest.approx(TRIAL_AFTER_S, abs=2)
            assert found_s - tried_s < 120
            assert not run.standing
