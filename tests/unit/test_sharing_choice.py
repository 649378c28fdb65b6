"""Which policy holds, who changed it, and what it is told of: over simulated pairs."""

from __future__ import annotations

from itertools import count

import pytest

from tests.unit.made_runs import plan
from tests.unit.simulated_lanes import LaneSpec, pair
from tests.unit.simulated_run import KeptEvents, SimulatedRun
from training.analysis.contention_history import ContentionHistory
from training.plan import Probing, Sharing
from training.record.contention_records import Decided, Held, LetGo, SoloSpan
from training.record.event_records import LaneEnded, SharingChanged
from training.supervisor.adaptive import Adaptive
from training.supervisor.policy import Sequential, Together
from training.supervisor.sharing_choice import SharingChoice

SLOWED = pair(LaneSpec(0.03, 2.4, steps=4000), LaneSpec(0.04, 2.4, steps=2500))
"""Turns are faster; lane b has less left."""
HELPED = pair(LaneSpec(0.03, 1.2, steps=4000), LaneSpec(0.04, 1.2, steps=2500))


@pytest.mark.parametrize(
    ("sharing", "policy"),
    [
        ("together", Together),
        ("one-process", Together),
        ("sequential", Sequential),
        ("adaptive", Adaptive),
    ],
)
def test_a_mode_has_its_policy(sharing: Sharing, policy: type) -> None:
    made = plan(sharing=sharing)
    choice = SharingChoice(made, KeptEvents(), lambda: 0.0, ContentionHistory(made), None)
    assert isinstance(choice.policy, policy)
    assert choice.sharing == sharing


@pytest.mark.parametrize(("one_process", "after"), [(False, "together"), (True, "sequential")])
def test_without_mps_the_lanes_go_together_where_the_device_lets_them(
    one_process: bool, after: Sharing
) -> None:
    made = plan(sharing="together", one_process=one_process)
    events = KeptEvents()
    choice = SharingChoice(made, events, lambda: 5.0, ContentionHistory(made), None)
    choice.fall_back("no daemon")
    assert choice.sharing == after
    assert events.kept[-1] == SharingChanged(t=5.0, before="together", after=after, because="no daemon")


class TestChanging:
    async def test_to_sequential_holds_the_lane_with_more_left_until_the_other_has_ended(self) -> None:
        async with SimulatedRun(HELPED) as run:
            await run.play_until(lambda: len(run.blocks_done) >= 2)
            run.change_sharing("sequential")
            await run.play(2)
            assert run.standing == {"a"}
            assert run.held("a") == {"turn"}
            await run.play_until(lambda: bool(run.of(LaneEnded)))
            assert run.of(LaneEnded)[0].lane == "b"
            await run.play(1)
            assert not run.standing
            assert [record.lane for record in run.of(LetGo) if record.why == "turn"] == ["a"]

    async def test_to_sequential_holds_the_second_where_nobody_knows_what_is_left(self) -> None:
        async with SimulatedRun(HELPED, probing=Probing(enabled=False)) as run:
            await run.play(5)
            run.change_sharing("sequential")
            await run.play(1)
            assert run.standing == {"b"}

    async def test_back_to_together_lets_it_go_at_once(self) -> None:
        async with SimulatedRun(HELPED, probing=Probing(enabled=False)) as run:
            await run.play(5)
            run.change_sharing("sequential")
            await run.play(5)
            run.change_sharing("together")
            await run.play(1)
            assert not run.standing

    async def test_in_the_midst_of_a_probe_leaves_one_lane_standing_and_no_more(self) -> None:
        for timed_first in (False, True):
            async with SimulatedRun(HELPED) as run:
                await run.play_until(lambda run=run: bool(run.standing))  # type: ignore[misc]
                if timed_first:
                    await run.play_until(lambda run=run: len(run.began) == 2 and bool(run.standing))  # type: ignore[misc]
                run.change_sharing("sequential")
                await run.play(3)
                assert len(run.standing) == 1
                (waits,) = run.standing
                assert run.held(waits) == {"turn"}
                assert not run.measuring.prober.is_probing

    async def test_a_person_keeps_a_lane_paused_through_it(self) -> None:
        async with SimulatedRun(HELPED, probing=Probing(enabled=False)) as run:
            await run.play(5)
            run.hold("b")
            run.change_sharing("sequential")
            await run.play(1)
            run.change_sharing("together")
            await run.play(1)
            assert run.standing == {"b"}
            run.let_go("b")
            await run.play(1)
            assert not run.standing

    async def test_to_adaptive_looks_at_what_was_measured_before(self) -> None:
        async with SimulatedRun(SLOWED) as run:
            await run.play_until(lambda: len(run.blocks_done) == 5)
            assert not run.of(Decided)
            run.change_sharing("adaptive")
            await run.play(1)
            (decided,) = run.of(Decided)
            assert (decided.choice, decided.first) == ("turns", "b")
            assert run.standing == {"a"}

    async def test_between_turns_and_sequential_lets_the_lane_go_on_that_trains(self) -> None:
        async with SimulatedRun(SLOWED, sharing="adaptive") as run:
            await run.play_until(lambda: bool(run.of(Decided)))
            await run.play(5)
            held = len(run.of(Held))
            run.change_sharing("sequential")
            await run.play(5)
            assert run.standing == {"a"}
            assert len(run.of(Held)) == held

    async def test_is_told(self) -> None:
        async with SimulatedRun(HELPED) as run:
            await run.play(5)
            run.change_sharing("adaptive")
            (changed,) = run.of(SharingChanged)
            assert (changed.before, changed.after, changed.because) == ("together", "adaptive", "asked")


class TestDrift:
    """In turns the rate of the lane that trains is held against its rate in the blocks."""

    async def played(self, b: LaneSpec, then: LaneSpec | None, seconds: float) -> SimulatedRun:
        a = LaneSpec(0.1, 2.4, steps=40000)
        async with SimulatedRun(pair(a, b), sharing="adaptive") as run:
            await run.play_until(lambda: bool(run.of(Decided)))
            assert run.of(Decided)[0].first == "b"
            run.device.lanes["b"].spec = then or b
            await run.play(seconds)
        return run

    async def test_of_slower_steps_calls_for_a_trial_before_its_time(self) -> None:
        run = await self.played(LaneSpec(0.1, 2.4, steps=18000), LaneSpec(0.13, 2.4, steps=18000), 150)
        assert [one.choice for one in run.of(Decided)[:2]] == ["turns", "together"]
        assert run.of(Decided)[1].because == "a trial, after rates drifted by 23%"

    async def test_is_none_where_an_epochs_end_lies_in_one_span_and_not_in_the_next(self) -> None:
        validating = LaneSpec(0.1, 2.4, steps=18000, steps_per_epoch=1500, end_s=40.0)
        run = await self.played(validating, None, 280)
        assert [one.choice for one in run.of(Decided)] == ["turns"]
        turns = [one for one in run.of(SoloSpan) if one.how == "turn"]
        assert {one.span.epochs for one in turns} == {0, 1}
        assert run.measuring.history.turn_drift() == pytest.approx(0, abs=1e-6)


class TestTick:
    async def test_gives_up_a_trial_that_finds_nothing(self) -> None:
        lanes = pair(LaneSpec(0.4, 2.4, steps=60000), LaneSpec(0.4, 2.4, steps=50000))
        async with SimulatedRun(lanes, sharing="adaptive") as run:
            await run.play_until(lambda: len(run.of(Decided)) == 2)
            run.swapped_in = count().__next__
            await run.play(1203)
            assert [one.choice for one in run.of(Decided)] == ["turns", "together", "turns"]
            assert run.of(Decided)[2].because.startswith("the trial found nothing in 20 min: lane B")
            await run.play(1)
            assert run.standing == {"a"}
