"""Whatever the lanes do and however late: one token at a time, one release each, and always an end."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from training.plan import LANES, Lane, Limits
from training.supervisor.lane_standing import Action, GiveUp, LaneStanding, Launch, Release, Stage, WarmUp
from training.supervisor.policy import Sequential, SharingPolicy, Together, policy_for

LIMITS = Limits(barrier_s=10.0, warm_up_s=25.0)


class Lanes:
    """Carries out what a policy decides, as the supervisor does, without a process."""

    def __init__(self, policy: SharingPolicy) -> None:
        self.policy = policy
        self.now_s = 0.0
        self.standings: dict[Lane, LaneStanding] = {lane: LaneStanding("unlaunched", 0.0) for lane in LANES}
        self.released: list[Lane] = []
        self.launched: list[Lane] = []
        self.given_up: list[Lane] = []
        self.because: list[str] = []

    def enter(self, lane: Lane, stage: Stage) -> None:
        self.standings[lane] = LaneStanding(stage, self.now_s)
        self.decide()

    def decide(self) -> None:
        for _ in range(20):
            actions = self.policy.decide(dict(self.standings), self.now_s)
            if not actions:
                return
            for action in actions:
                self._carry_out(action)
        raise AssertionError(f"never settles: {self.standings}")

    def _carry_out(self, action: Action) -> None:
        match action:
            case Launch(lane):
                assert lane not in self.launched
                self.launched.append(lane)
                self.standings[lane] = LaneStanding("importing", self.now_s)
            case WarmUp(lane):
                assert self.standings[lane].stage == "queued"
                self.standings[lane] = LaneStanding("warming", self.now_s)
            case Release(lanes, because):
                for lane in lanes:
                    assert self.standings[lane].stage == "warm"
                    assert lane not in self.released
                    self.released.append(lane)
                    self.standings[lane] = LaneStanding("released", self.now_s)
                self.because.append(because)
            case GiveUp(lane, _):
                assert lane not in self.given_up
                self.given_up.append(lane)
                self.standings[lane] = LaneStanding("released", self.now_s)

    def stages(self) -> Mapping[Lane, Stage]:
        return {lane: standing.stage for lane, standing in self.standings.items()}


NEXT: dict[Stage, Stage] = {"importing": "queued", "warming": "warm", "released": "ended"}


class PolicyMachine(RuleBasedStateMachine):
    """Lanes go on, hang, die, in any order and at any time."""

    lanes: Lanes
    hung: set[Lane]
    sharing: str

    @initialize(sharing=st.sampled_from(["together", "sequential"]))
    def begin(self, sharing: str) -> None:
        self.sharing = sharing
        self.lanes = Lanes(policy_for("together" if sharing == "together" else "sequential", LIMITS))
        self.hung = set()
        self.lanes.decide()

    @rule(lane=st.sampled_from(LANES))
    def goes_on(self, lane: Lane) -> None:
        stage = self.lanes.standings[lane].stage
        if lane not in self.hung and stage in NEXT:
            self.lanes.enter(lane, NEXT[stage])

    @rule(lane=st.sampled_from(LANES))
    def dies(self, lane: Lane) -> None:
        if self.lanes.standings[lane].stage not in ("unlaunched", "ended"):
            self.lanes.enter(lane, "ended")

    @rule(lane=st.sampled_from(LANES))
    def hangs(self, lane: Lane) -> None:
        if self.lanes.standings[lane].stage in ("importing", "warming"):
            self.hung.add(lane)

    @rule(lane=st.sampled_from(LANES))
    def is_stopped_before_launch(self, lane: Lane) -> None:
        if self.lanes.standings[lane].stage == "unlaunched":
            self.lanes.enter(lane, "ended")

    @rule(seconds=st.sampled_from([0.5, 3.0, 9.9, 10.0, 26.0]))
    def time_passes(self, seconds: float) -> None:
        self.lanes.now_s += seconds
        self.lanes.decide()

    @precondition(lambda self: hasattr(self, "lanes"))
    @invariant()
    def one_token_until_the_barrier_time_is_over(self) -> None:
        holders = [one for one in self.lanes.standings.values() if one.stage == "warming"]
        if len(holders) == 2:
            first, second = sorted(holder.since_s for holder in holders)
            assert second - first >= LIMITS.barrier_s

    @precondition(lambda self: getattr(self, "sharing", "") == "sequential")
    @invariant()
    def second_begins_when_the_first_has_ended(self) -> None:
        if "b" in self.lanes.launched:
            assert self.lanes.standings["a"].stage == "ended"

    @precondition(lambda self: hasattr(self, "lanes"))
    @invariant()
    def nobody_is_held_for_longer_than_stated(self) -> None:
        for standing in self.lanes.standings.values():
            waited_s = self.lanes.now_s - standing.since_s
            if standing.stage == "warm":
                assert waited_s < LIMITS.barrier_s
            if standing.stage in ("importing", "warming"):
                assert waited_s < LIMITS.warm_up_s

    def teardown(self) -> None:
        """Let everything that does not hang run on: it must come to its end."""
        if not hasattr(self, "lanes"):
            return
        for _ in range(40):
            for lane in LANES:
                stage = self.lanes.standings[lane].stage
                if stage == "released" or (stage in NEXT and lane not in self.hung):
                    self.lanes.enter(lane, NEXT[stage])
            self.lanes.now_s += 5.0
            self.lanes.decide()
        assert set(self.lanes.stages().values()) == {"ended"}


TestPolicies = PolicyMachine.TestCase
TestPolicies.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


def test_together_warms_up_one_after_the_other_and_releases_both() -> None:
    lanes = Lanes(Together(LIMITS))
    lanes.decide()
    assert lanes.launched == ["a", "b"]
    lanes.enter("b", "queued")
    assert lanes.stages() == {"a": "importing", "b": "warming"}
    lanes.enter("a", "queued")
    assert lanes.stages()["a"] == "queued"
    lanes.enter("b", "warm")
    assert lanes.stages() == {"a": "warming", "b": "warm"}
    lanes.enter("a", "warm")
    assert lanes.stages() == {"a": "released", "b": "released"}
    assert lanes.because == ["all lanes are warm"]


def test_a_lane_that_dies_in_warm_up_frees_token_and_barrier() -> None:
    lanes = Lanes(Together(LIMITS))
    lanes.decide()
    lanes.enter("a", "queued")
    lanes.enter("b", "queued")
    lanes.enter("a", "ended")
    assert lanes.stages()["b"] == "warming"
    lanes.enter("b", "warm")
    assert lanes.stages()["b"] == "released"
    assert lanes.because == ["the other lane has ended"]


def test_a_lane_that_was_given_up_is_not_called_warm() -> None:
    lanes = Lanes(Together(Limits(barrier_s=100.0, warm_up_s=5.0)))
    lanes.decide()
    lanes.enter("a", "queued")
    lanes.enter("a", "warm")
    lanes.now_s = 5.0
    lanes.decide()
    assert lanes.given_up == ["b"]
    assert lanes.released == ["a"]
    assert lanes.because == ["no other lane is coming up"]


def test_a_late_lane_is_named() -> None:
    lanes = Lanes(Together(LIMITS))
    lanes.decide()
    lanes.enter("a", "queued")
    lanes.enter("a", "warm")
    lanes.now_s = 10.0
    lanes.decide()
    assert lanes.because == ["lane b is not warm after 10 s"]
    lanes.enter("b", "queued")
    lanes.enter("b", "warm")
    assert lanes.released == ["a", "b"]
    assert lanes.because[1] == "no other lane is coming up"


@given(now_s=st.floats(0, 1e6))
def test_the_same_standings_give_the_same_actions(now_s: float) -> None:
    standings: dict[Lane, LaneStanding] = {
        "a": LaneStanding("warm", 0.0),
        "b": LaneStanding("importing", 0.0),
    }
    policy = Together(LIMITS)
    assert policy.decide(standings, now_s) == policy.decide(standings, now_s)


def test_sequential_has_nothing_to_do_when_all_have_ended() -> None:
    ended: dict[Lane, LaneStanding] = {lane: LaneStanding("ended", 1.0) for lane in LANES}
    assert Sequential(LIMITS).decide(ended, 2.0) == ()


def test_what_a_mode_waits_for_must_be_given() -> None:
    with pytest.raises(ValueError, match="mps"):
        policy_for("mps", LIMITS)
