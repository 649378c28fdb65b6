"""Whatever is asked, in whatever order and whenever: nobody is left standing for a probe, nobody turns in a circle."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.unit.simulated_lanes import LaneSpec
from tests.unit.simulated_run import SimulatedRun
from tests.unit.test_probing import overlap_s
from training.plan import LANES, Lane, Limits, Probing
from training.record.contention_records import SoloSpan

LANE = st.sampled_from(LANES)
SPECS = st.builds(
    LaneSpec,
    step_s=st.sampled_from([0.03, 0.1, 0.7, 4.0]),
    slowdown=st.sampled_from([1.0, 1.4, 2.3]),
    steps=st.sampled_from([40, 400, 10**9]),
    steps_per_epoch=st.sampled_from([3, 30, 10**9]),
    end_s=st.sampled_from([0.0, 0.2, 5.0]),
)
PROBINGS = st.sampled_from(
    [
        Probing(),
        Probing(blocks=2),
        Probing(seconds=3.0),
        Probing(enabled=False),
        Probing(blocks=1, then_stop=True),
    ]
)
EXPECTED = st.sampled_from([None, 0.5, 5.0, 60.0])


class ProbingMachine(RuleBasedStateMachine):
    """One run, and everything that people, lanes and policies do to it."""

    run: SimulatedRun

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.new_event_loop()

    @initialize(
        a=SPECS, b=st.one_of(st.none(), SPECS), probing=PROBINGS, minutes=EXPECTED, adaptive=st.booleans()
    )
    def begin(
        self, a: LaneSpec, b: LaneSpec | None, probing: Probing, minutes: float | None, adaptive: bool
    ) -> None:
        lanes: dict[Lane, LaneSpec] = {"a": a} if b is None else {"a": a, "b": b}
        self.run = SimulatedRun(
            lanes,
            probing=probing,
            limits=Limits(minutes=minutes),
            sharing="adaptive" if adaptive else "together",
        )
        self._play_in_loop(0.0)

    @rule(seconds=st.sampled_from([0.01, 0.3, 1.0, 2.5, 20.0, 70.0, 200.0]))
    def time_passes(self, seconds: float) -> None:
        self._play_in_loop(seconds)

    @rule(lane=LANE)
    def somebody_pauses(self, lane: Lane) -> None:
        self.run.hold(lane)

    @rule(lane=LANE)
    def somebody_resumes(self, lane: Lane) -> None:
        self.run.let_go(lane)

    @rule()
    def somebody_asks_for_a_probe(self) -> None:
        self.run.measuring.prober.ask()

    @rule(after=st.sampled_from(["together", "sequential", "adaptive"]))
    def somebody_changes_the_sharing(self, after: str) -> None:
        self.run.change_sharing(after)  # type: ignore[arg-type]

    @rule(lane=LANE)
    def somebody_asks_for_a_window(self, lane: Lane) -> None:
        self.run.measuring.time_window(lane, 1.0, 5, False)

    @rule(lane=LANE)
    def a_lane_is_stopped(self, lane: Lane) -> None:
        self.run.stop(lane)

    @rule(lane=LANE)
    def a_lane_dies(self, lane: Lane) -> None:
        if lane in self.run.device.lanes:
            self.run.die(lane)

    @rule(lane=LANE, hangs=st.booleans())
    def a_lane_hangs_or_is_back(self, lane: Lane, hangs: bool) -> None:
        if lane in self.run.device.lanes:
            self.run.device.lanes[lane].hang(hangs)

    @rule(lane=LANE, takes=st.booleans())
    def a_pipe_is_full_or_has_room(self, lane: Lane, takes: bool) -> None:
        if lane in self.run.device.lanes:
            self.run.device.lanes[lane].takes_commands = takes

    @rule(lane=LANE, spec=SPECS)
    def a_lane_joins(self, lane: Lane, spec: LaneSpec) -> None:
        found = self.run.device.lanes.get(lane)
        if found is None or found.has_ended:
            self._play_in_loop(1.0)  # its end is read first
            self.run.join(lane, spec)

    @precondition(lambda self: hasattr(self, "run"))
    @invariant()
    def at_most_one_is_held_for_a_probe_and_only_while_one_is_under_way(self) -> None:
        held = [lane for lane in LANES if "probe" in self.run.held(lane)]
        assert len(held) <= 1
        if held:
            assert self.run.measuring.prober.is_probing

    @precondition(lambda self: hasattr(self, "run"))
    @invariant()
    def no_shared_span_overlaps_a_hold(self) -> None:
        for why in ("probe", "asked", "turn"):
            assert overlap_s(self.run.shared, self.run.hold_times(why)) <= 1e-9

    def teardown(self) -> None:
        """Let everything that is asked be over: then nobody stands still, and what was told can be folded."""
        try:
            if hasattr(self, "run"):
                self._come_to_rest()
        finally:
            self._loop.close()

    def _come_to_rest(self) -> None:
        for lane in LANES:
            if lane in self.run.device.lanes:
                self.run.device.lanes[lane].hang(False)
                self.run.device.lanes[lane].takes_commands = True
        self.run.change_sharing("together")
        for lane in LANES:
            self.run.let_go(lane)
        self._play_in_loop(400.0)
        self._loop.run_until_complete(self.run.measuring.end())
        self._loop.run_until_complete(self.run.play(10.0))
        assert not self.run.standing
        assert not any(self.run.held(lane) for lane in LANES)
        assert all(span.t0 <= span.t1 <= span.t for span in self.run.of(SoloSpan) if span.complete)
        self.run.folded()
        self.run.events.close()

    def _play_in_loop(self, seconds: float) -> None:
        async def play() -> None:
            if not self._begun:
                self._begun = True
                self.run.measuring.start()
            await self.run.play(seconds)
            assert self.run.is_measured

        self._loop.run_until_complete(play())

    _begun = False


TestProbing = ProbingMachine.TestCase
TestProbing.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)


class ProbingAtLength(ProbingMachine):
    """The same with many more runs."""


TestProbingAtLength = pytest.mark.slow(ProbingAtLength.TestCase)
TestProbingAtLength.settings = settings(max_examples=250, stateful_step_count=40, deadline=None)
