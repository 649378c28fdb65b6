"""The owner of a run carries out what its policy wants, and is held up by no worker that does not take it."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from msgspec import structs

from tests.unit.made_runs import plan
from tests.unit.simulated_run import KeptEvents
from tests.unit.stand_in_worker import StandInWorker, training_supervisor
from training.control.protocol import Request
from training.plan import Lane, Plan, Probing
from training.record.contention_records import Held
from training.record.event_records import Joined, LaneEnded, Launched, Note
from training.record.lane_records import Finished
from training.supervisor.lane_run import LaneRun
from training.supervisor.supervisor import Supervisor


@pytest.fixture
def events() -> KeptEvents:
    """What the supervisor tells."""
    return KeptEvents()


def ends(supervisor: Supervisor, lane: Lane) -> None:
    """The lane's process is gone, as its exit tells."""
    run = supervisor.lanes[lane]
    run.finished = Finished(5.0, "completed", 10, 10, 1)
    run.worker = None
    supervisor._ended(run, 0)


class TestTurns:
    @pytest.mark.timeout(20)
    def test_a_lane_that_is_just_ending_does_not_hold_up_a_change(
        self, tmp_path: Path, events: KeptEvents
    ) -> None:
        supervisor, workers = training_supervisor(tmp_path / "run", plan(), events)
        workers["b"].takes_commands = False  # its process is gone, and its exit not yet seen
        supervisor.change_sharing("sequential", "asked")
        assert not [one for one in events.kept if isinstance(one, Held)]
        ends(supervisor, "b")
        assert not workers["a"].told

    @pytest.mark.timeout(20)
    def test_a_waiting_lane_that_is_just_ending_does_not_either(
        self, tmp_path: Path, events: KeptEvents
    ) -> None:
        supervisor, workers = training_supervisor(tmp_path / "run", plan(), events)
        supervisor.change_sharing("sequential", "asked")
        workers["b"].takes_commands = False
        ends(supervisor, "a")
        supervisor.decide()
        assert not supervisor.measuring.why_held("b")

    def test_a_lane_whose_pipe_is_full_is_told_later(self, tmp_path: Path, events: KeptEvents) -> None:
        supervisor, workers = training_supervisor(tmp_path / "run", plan(), events)
        workers["b"].takes_commands = False
        supervisor.change_sharing("sequential", "asked")
        workers["b"].takes_commands = True
        supervisor.decide()
        assert workers["b"].told == [("pause", "b")]
        workers["b"].takes_commands = False
        ends(supervisor, "a")
        workers["b"].takes_commands = True
        supervisor._tick()
        assert workers["b"].told == [("pause", "b"), ("resume", "b")]

    def test_the_one_that_waits_goes_on_when_the_other_has_ended(
        self, tmp_path: Path, events: KeptEvents
    ) -> None:
        supervisor, workers = training_supervisor(tmp_path / "run", plan(), events)
        supervisor.change_sharing("sequential", "asked")
        ends(supervisor, "a")
        assert workers["b"].told == [("pause", "b"), ("resume", "b")]

    def test_a_person_who_paused_the_one_that_waits_has_it_stay(
        self, tmp_path: Path, events: KeptEvents
    ) -> None:
        supervisor, workers = training_supervisor(tmp_path / "run", plan(), events)
        supervisor.change_sharing("sequential", "asked")
        supervisor.answer(Request("pause", "b"))
        ends(supervisor, "a")
        assert workers["b"].told == [("pause", "b")]
        assert supervisor.answer(Request("resume", "b")).ok
        assert workers["b"].told == [("pause", "b"), ("resume", "b")]


class TestOneProcess:
    def both(self, tmp_path: Path, events: KeptEvents) -> tuple[Supervisor, StandInWorker]:
        supervisor, workers = training_supervisor(tmp_path / "run", plan(sharing="one-process"), events)
        assert workers["a"] is workers["b"]
        return supervisor, workers["a"]

    def test_is_not_signalled_for_one_lane_that_does_not_stop(
        self, tmp_path: Path, events: KeptEvents
    ) -> None:
        supervisor, worker = self.both(tmp_path, events)
        supervisor.answer(Request("stop", "a"))
        supervisor.lanes["a"].signal_after_s = 0.0
        supervisor._tick()
        assert not worker.signals
        supervisor.answer(Request("stop", "b"))
        supervisor._tick()
        assert worker.signals[0] == signal.SIGTERM

    def test_goes_on_with_the_other_lane_when_one_has_finished(
        self, tmp_path: Path, events: KeptEvents
    ) -> None:
        supervisor, worker = self.both(tmp_path, events)
        ends(supervisor, "b")
        supervisor.answer(Request("stop", "a"))
        supervisor.lanes["a"].signal_after_s = 0.0
        supervisor._tick()
        assert worker.signals[0] == signal.SIGTERM

    def test_that_hangs_in_its_start_is_signalled(self, tmp_path: Path, events: KeptEvents) -> None:
        supervisor, worker = self.both(tmp_path, events)
        supervisor._ending.give_up(supervisor.lanes["a"], "still importing", supervisor.lanes)
        assert worker.signals[0] == signal.SIGTERM


class TestThenStop:
    def test_stops_both_once_every_block_is_taken(self, tmp_path: Path, events: KeptEvents) -> None:
        planned: Plan = structs.replace(plan(), probing=Probing(blocks=2, then_stop=True))
        supervisor, workers = training_supervisor(tmp_path / "run", planned, events)
        supervisor.measuring.budget.blocks_begun = supervisor.measuring.budget.blocks_counted = 1
        supervisor._block_done()
        assert not workers["a"].told
        supervisor.measuring.budget.blocks_begun = supervisor.measuring.budget.blocks_counted = 2
        supervisor._block_done()
        assert workers["a"].told == [("stop", "a")]
        assert workers["b"].told == [("stop", "b")]


class TestJoin:
    def test_measures_the_new_pair_from_the_beginning(self, tmp_path: Path, events: KeptEvents) -> None:
        supervisor, _ = training_supervisor(tmp_path / "run", plan(), events)
        ends(supervisor, "b")
        launched: list[Lane] = []
        supervisor._launch = launched.append  # type: ignore[method-assign, assignment]
        supervisor.measuring.budget.blocks_begun = 5
        before = supervisor.measuring.paces["b"]
        supervisor.join(structs.replace(plan().lanes["a"], preset_name="newcomer"), "b", "me")
        (joined,) = [one for one in events.kept if isinstance(one, Joined)]
        assert (joined.lane, joined.replaces, joined.by) == ("b", "seed-regression", "me")
        assert joined.replaced is not None
        assert joined.replaced.preset_name == "seed-regression"
        assert joined.earlier_records == "b-1.jsonl"
        assert supervisor.measuring.budget.blocks_begun == 0
        assert supervisor.measuring.paces["b"] is not before
        assert isinstance(supervisor.lanes["b"], LaneRun)
        assert set(launched) == {"b"}
        assert not [one for one in events.kept if isinstance(one, Launched | Note)]
        assert [one.lane for one in events.kept if isinstance(one, LaneEnded)] == ["b"]
