"""What is asked of a run from outside is carried out, or refused with one sentence; no process is behind it here."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from msgspec import structs

from tests.unit.made_runs import plan
from tests.unit.simulated_run import KeptEvents
from tests.unit.stand_in_worker import StandInWorker, supervisor_of, training_supervisor
from training.control.protocol import Reply, Request
from training.plan import Lane, LanePlan, Plan, PlannedDevice, Probing, Sharing
from training.preset.script import ScriptSpec
from training.preset.script_document import script_preset
from training.record.contention_records import Held, LetGo
from training.record.event_records import Asked, Joined, SharingChanged
from training.supervisor.answering import Answering
from training.supervisor.supervisor import Supervisor

Made = tuple[Supervisor, dict[Lane, StandInWorker], KeptEvents]
SECOND: LanePlan = structs.replace(plan().lanes["b"], preset_name="newcomer")


def made(tmp_path: Path, planned: Plan | None = None) -> Made:
    events = KeptEvents()
    supervisor, workers = training_supervisor(tmp_path / "run", planned or plan(), events)
    return supervisor, workers, events


def alone(sharing: Sharing = "together") -> Plan:
    """One lane."""
    planned = plan(sharing=sharing)
    return structs.replace(planned, lanes={"a": planned.lanes["a"]})


def why(reply: Reply) -> str:
    """The sentence of a refusal: one line, no full stop."""
    assert not reply.ok
    assert reply.why
    assert "\n" not in reply.why
    assert not reply.why.endswith(".")
    return reply.why


class TestPause:
    def test_holds_the_lane_and_resume_lets_it_go(self, tmp_path: Path) -> None:
        supervisor, workers, events = made(tmp_path)
        assert supervisor.answer(Request("pause", "a", by="me")).ok
        assert supervisor.answer(Request("pause", "a")).ok
        assert workers["a"].told == [("pause", "a")]
        assert supervisor.answer(Request("resume", "a")).ok
        assert workers["a"].told == [("pause", "a"), ("resume", "a")]
        assert not workers["b"].told
        assert [one.lane for one in events.kept if isinstance(one, Held | LetGo)] == ["a", "a"]

    def test_of_both_holds_both(self, tmp_path: Path) -> None:
        supervisor, workers, _ = made(tmp_path)
        assert supervisor.answer(Request("pause")).ok
        assert [worker.told for worker in workers.values()] == [[("pause", "a")], [("pause", "b")]]

    def test_does_not_resume_who_waits_for_its_turn_and_says_so(self, tmp_path: Path) -> None:
        supervisor, workers, _ = made(tmp_path)
        supervisor.answer(Request("share", sharing="sequential"))
        supervisor.answer(Request("pause", "b"))
        told = supervisor.answer(Request("resume", "b"))
        assert why(told) == "lane b still stands still: it is the other's turn"
        assert workers["b"].told == [("pause", "b")]
        assert supervisor.answer(Request("resume")).ok

    def test_does_not_resume_who_is_held_for_a_probe(self, tmp_path: Path) -> None:
        supervisor, workers, _ = made(tmp_path)
        supervisor.measuring.hold("a", "probe")
        assert why(supervisor.answer(Request("resume", "a"))) == (
            "lane a still stands still: a probe times the other"
        )
        assert workers["a"].told == [("pause", "a")]

    def test_of_a_lane_without_a_process_is_refused(self, tmp_path: Path) -> None:
        supervisor = supervisor_of(tmp_path / "run", plan(), KeptEvents())
        assert why(supervisor.answer(Request("pause", "a"))) == (
            "the lane has no process that could take this now"
        )
        supervisor, workers, _ = made(tmp_path)
        workers["a"].takes_commands = False
        assert why(supervisor.answer(Request("pause", "a"))) == (
            "the lane has no process that could take this now"
        )


class TestLanes:
    def test_that_are_none_or_have_ended_are_refused(self, tmp_path: Path) -> None:
        supervisor, _, _ = made(tmp_path, alone())
        assert why(supervisor.answer(Request("pause", "b"))) == "this run has no lane b"
        supervisor, _, _ = made(tmp_path)
        supervisor.lanes["b"].enter("ended", 5.0)
        assert why(supervisor.answer(Request("stop", "b"))) == "that lane has ended already"
        supervisor.lanes["a"].enter("ended", 5.0)
        assert why(supervisor.answer(Request("stop"))) == "both lanes have ended"

    def test_are_told_with_their_stages(self, tmp_path: Path) -> None:
        supervisor, _, events = made(tmp_path)
        assert supervisor.answer(Request("status")).stages == {"a": "released", "b": "released"}
        assert not any(isinstance(one, Asked) for one in events.kept)


class TestStop:
    def test_stops_those_named(self, tmp_path: Path) -> None:
        supervisor, workers, events = made(tmp_path)
        assert supervisor.answer(Request("stop", "b", by="x" * 200)).ok
        assert workers["b"].told == [("stop", "b")]
        assert not workers["a"].told
        (asked,) = [one for one in events.kept if isinstance(one, Asked)]
        assert len(asked.by) == 80

    def test_of_a_lane_that_is_held_is_told_to_it(self, tmp_path: Path) -> None:
        supervisor, workers, _ = made(tmp_path)
        supervisor.answer(Request("share", sharing="sequential"))
        assert supervisor.answer(Request("stop", "b")).ok
        assert workers["b"].told == [("pause", "b"), ("stop", "b")]
        assert not supervisor.measuring.lives("b")

    def test_kill_signals_those_named(self, tmp_path: Path) -> None:
        supervisor, workers, _ = made(tmp_path)
        assert supervisor.answer(Request("kill", "b")).ok
        assert workers["b"].signals == [signal.SIGKILL]
        assert not workers["a"].signals

    def test_kill_of_one_lane_of_a_process_is_refused_and_of_both_is_not(self, tmp_path: Path) -> None:
        supervisor, workers, _ = made(tmp_path, plan(sharing="one-process"))
        assert why(supervisor.answer(Request("kill", "a"))) == (
            "one process trains both lanes: stop this one, or kill both"
        )
        assert not workers["a"].signals
        assert supervisor.answer(Request("kill")).ok
        assert workers["a"].signals == [signal.SIGKILL]

    def test_kill_of_the_last_lane_of_a_process_ends_it(self, tmp_path: Path) -> None:
        supervisor, workers, _ = made(tmp_path, plan(sharing="one-process"))
        supervisor.lanes["b"].worker = None
        supervisor.lanes["b"].enter("ended", 5.0)
        assert supervisor.answer(Request("kill", "a")).ok
        assert workers["a"].signals == [signal.SIGKILL]


class TestProbe:
    def test_is_taken_or_refused_by_the_prober(self, tmp_path: Path) -> None:
        supervisor, _, _ = made(tmp_path)
        assert supervisor.answer(Request("probe")).ok
        supervisor.answer(Request("pause", "a"))
        assert "resume the paused one first" in why(supervisor.answer(Request("probe")))

    def test_of_one_lane_alone_is_refused(self, tmp_path: Path) -> None:
        supervisor, _, _ = made(tmp_path, alone())
        assert why(supervisor.answer(Request("probe"))) == "a probe needs both lanes training"


class TestShare:
    def test_changes_the_sharing_and_holds_one_lane(self, tmp_path: Path) -> None:
        supervisor, workers, events = made(tmp_path)
        assert supervisor.answer(Request("share", sharing="sequential", by="me")).ok
        assert supervisor.sharing == "sequential"
        assert (workers["a"].told, workers["b"].told) == ([], [("pause", "b")])
        (changed,) = [one for one in events.kept if isinstance(one, SharingChanged)]
        assert changed.because == "asked by me"
        assert supervisor.answer(Request("share", sharing="together")).ok
        assert workers["b"].told == [("pause", "b"), ("resume", "b")]

    @pytest.mark.parametrize("after", [None, "mps", "one-process"])
    def test_to_what_needs_a_new_start_is_refused(self, tmp_path: Path, after: Sharing | None) -> None:
        supervisor, _, _ = made(tmp_path)
        assert why(supervisor.answer(Request("share", sharing=after))) == (
            "a run that trains can go over to together, sequential, adaptive"
        )

    def test_of_one_process_is_refused(self, tmp_path: Path) -> None:
        supervisor, _, _ = made(tmp_path, plan(sharing="one-process"))
        assert why(supervisor.answer(Request("share", sharing="sequential"))) == (
            "a run under one-process cannot be changed: start a new one for sequential"
        )

    def test_to_what_is_already_is_refused(self, tmp_path: Path) -> None:
        supervisor, _, _ = made(tmp_path)
        assert why(supervisor.answer(Request("share", sharing="together"))) == (
            "the lanes share the device that way already: together"
        )

    def test_on_a_device_of_one_process_is_sequential_alone(self, tmp_path: Path) -> None:
        supervisor, _, _ = made(tmp_path, plan(sharing="sequential", one_process=True))
        for after in ("together", "adaptive"):
            assert "EXCLUSIVE_PROCESS" in why(supervisor.answer(Request("share", sharing=after)))

    def test_to_adaptive_without_probes_is_refused(self, tmp_path: Path) -> None:
        planned = structs.replace(plan(), probing=Probing(enabled=False))
        supervisor, _, _ = made(tmp_path, planned)
        assert "goes by probes" in why(supervisor.answer(Request("share", sharing="adaptive")))
        assert supervisor.answer(Request("share", sharing="sequential")).ok


class TestJoin:
    def test_of_a_preset_whose_backend_is_not_installed_is_refused(self, tmp_path: Path) -> None:
        supervisor, _, events = made(tmp_path, alone())
        answering = Answering(supervisor, missing=lambda backend: (backend,))
        assert why(answering.answer(Request("join", planned=SECOND))) == (
            "it trains on TensorFlow, which is not installed here: pip install 'dualtrain'"
        )
        assert not any(isinstance(one, Joined) for one in events.kept)

    def test_of_a_script_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        supervisor, _, events = made(tmp_path, alone())
        script = ScriptSpec(path=str(tmp_path / "gone.py"), cwd=str(tmp_path))
        planned = LanePlan("gone.py", "script", script_preset(script, "gone"))
        assert "gone.py is no file that can be read" in why(
            supervisor.answer(Request("join", planned=planned))
        )
        assert not any(isinstance(one, Joined) for one in events.kept)

    def test_that_the_memory_does_not_do_for_is_refused_unless_forced(self, tmp_path: Path) -> None:
        supervisor, _, events = made(tmp_path, alone())
        asked: list[Plan] = []

        def no_room(planned: Plan) -> str:
            asked.append(planned)
            return "does not fit: it is too large"

        answering = Answering(supervisor, why_no_room=no_room)
        assert why(answering.answer(Request("join", planned=SECOND))) == "does not fit: it is too large"
        assert not any(isinstance(one, Joined) for one in events.kept)
        (together,) = asked
        assert {lane: spec.preset_name for lane, spec in together.lanes.items()} == {
            "a": alone().lanes["a"].preset_name,
            "b": "newcomer",
        }
        (tmp_path / "run" / f"half-{os.getpid()}-plan.json").mkdir()  # what comes after that fails here
        forced = answering.answer(Request("join", planned=SECOND, force_fit=True))
        assert "the run's files cannot be changed" in why(forced)
        assert len(asked) == 1

    def test_takes_no_account_of_who_has_ended(self, tmp_path: Path) -> None:
        supervisor, _, _ = made(tmp_path)
        supervisor.lanes["b"].enter("ended", 5.0)
        asked: list[Plan] = []

        def no_room(planned: Plan) -> str:
            asked.append(planned)
            return "no"

        Answering(supervisor, why_no_room=no_room).answer(Request("join", planned=SECOND))
        assert asked[0].lanes["b"] == SECOND

    def test_is_refused_where_there_is_no_place(self, tmp_path: Path) -> None:
        supervisor, _, _ = made(tmp_path)
        assert why(supervisor.answer(Request("join", planned=SECOND))) == (
            "both lanes train: one has to end before another can join"
        )
        assert why(supervisor.answer(Request("join"))) == "nothing to join was named"

    def test_of_one_process_is_refused(self, tmp_path: Path) -> None:
        supervisor, _, _ = made(tmp_path, plan(sharing="one-process"))
        supervisor.lanes["b"].enter("ended", 5.0)
        assert "a lane cannot join a run in one process" in why(
            supervisor.answer(Request("join", planned=SECOND))
        )

    def test_of_lanes_with_instances_of_their_own_is_refused(self, tmp_path: Path) -> None:
        own: dict[Lane, PlannedDevice] = {"a": PlannedDevice("gpu", "MIG")}
        supervisor, _, _ = made(tmp_path, structs.replace(alone(), lane_devices=own))
        assert "MIG instances" in why(supervisor.answer(Request("join", planned=SECOND)))

    def test_of_a_run_that_is_being_stopped_is_refused(self, tmp_path: Path) -> None:
        supervisor, _, _ = made(tmp_path, alone())
        supervisor.answer(Request("stop"))
        assert why(supervisor.answer(Request("join", planned=SECOND))) == "the run is ending: start a new one"

    def test_where_files_cannot_be_changed_is_refused_and_changes_nothing(self, tmp_path: Path) -> None:
        supervisor, _, events = made(tmp_path, alone())
        (tmp_path / "run" / f"half-{os.getpid()}-plan.json").mkdir()
        assert "the run's files cannot be changed" in why(supervisor.answer(Request("join", planned=SECOND)))
        assert list(supervisor.plan.lanes) == ["a"]
        assert list(supervisor.lanes) == ["a"]
        assert not any(isinstance(one, Joined) for one in events.kept)


class TestPassedOn:
    def test_a_window_has_a_number_that_no_other_has(self, tmp_path: Path) -> None:
        supervisor, workers, _ = made(tmp_path)
        first = supervisor.measuring.time_window("a", 1.0, 3, False)
        reply = supervisor.answer(Request("window", "a", seconds=1.5, steps=7))
        assert reply.ok
        assert reply.window_id not in (None, first)
        assert workers["a"].details[-1] == {"id": reply.window_id, "seconds": 1.5, "steps": 7}

    def test_a_checkpoint_of_both_goes_to_both(self, tmp_path: Path) -> None:
        supervisor, workers, _ = made(tmp_path)
        assert supervisor.answer(Request("checkpoint")).ok
        assert [worker.told for worker in workers.values()] == [[("checkpoint", "a")], [("checkpoint", "b")]]
