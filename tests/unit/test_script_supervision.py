"""How the run's owner deals with scripts and programs: ends, pauses as processes, refusals, launches."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from tests.unit.made_runs import append, made_run, plan, preset
from tests.unit.simulated_run import KeptEvents
from tests.unit.stand_in_worker import StandInWorker, training_supervisor
from training.control.protocol import Request
from training.one_process import why_not_one_process
from training.plan import Lane, LanePlan, Limits, Plan, PlannedDevice, Sharing
from training.preflight.scripts import check_scripts
from training.preset.script import ScriptSpec
from training.preset.script_document import script_preset
from training.record.event_records import ProcessContinued, ProcessStopped, Signalled
from training.record.lane_records import Built, Error, Finished, Progress, Warm
from training.record.run_folder import RunFolder
from training.record.script_records import Limit, NoGate, Telemetry
from training.supervisor.lane_run import LaneRun
from training.supervisor.launch_environment import RUN_VARIABLE
from training.supervisor.script_end import script_ended
from training.supervisor.script_launch import script_command, script_environment
from training.supervisor.silence import fell_silent
from training.supervisor.stopped_group import StoppedGroup
from training.supervisor.supervisor import Supervisor
from training.supervisor.worker_process import WorkerProcess

Owner = Callable[..., tuple[Supervisor, StandInWorker]]
SCRIPT, PROGRAM = (
    ScriptSpec(path="train.py", args=("3",), cwd="/work"),
    ScriptSpec(exec=("sleep", "3"), cwd="/"),
)
FINISHED = Finished(t=1.0, status="completed", step=5, samples=0, epochs=1, reason="the script ended")
STOPPED = Finished(t=1.0, status="stopped", step=5, samples=0, epochs=1, reason="test")
ERROR = Error(t=1.0, kind="script-error", message="The script failed: X", hint="h")
CPU = PlannedDevice(kind="cpu", name="CPU")
GPU = PlannedDevice(kind="gpu", name="GPU", uuid="GPU-1")


def planned(script: ScriptSpec = SCRIPT) -> LanePlan:
    return LanePlan("train.py", "script", script_preset(script, "train.py"))


def with_script(script: ScriptSpec = SCRIPT, **options: object) -> Plan:
    """A preset beside a script."""
    made = plan(**options)  # type: ignore[arg-type]
    return structs.replace(made, lanes={"a": made.lanes["a"], "b": planned(script)})


class TestEnds:
    @pytest.mark.parametrize(
        ("script", "exit_code", "error", "finished", "stop_asked", "signals", "status", "told"),
        [
            (SCRIPT, 0, None, FINISHED, False, 0, "completed", "the script ended"),
            (SCRIPT, 0, None, None, False, 0, "completed", ""),  # os._exit
            (SCRIPT, 0, None, STOPPED, True, 0, "stopped", "test"),
            (SCRIPT, 0, None, FINISHED, True, 0, "stopped", "asked to stop"),
            (SCRIPT, 0, None, structs.replace(FINISHED, reason="steps"), True, 0, "completed", "steps"),
            (SCRIPT, 1, ERROR, None, False, 0, "failed", "The script failed: X"),
            (SCRIPT, 1, ERROR, None, True, 0, "failed", "The script failed: X"),
            (SCRIPT, 1, None, None, True, 1, "stopped", "asked to stop"),
            (SCRIPT, 3, None, FINISHED, False, 0, "failed", "The script ended with exit code 3"),
            (SCRIPT, -11, None, FINISHED, False, 0, "failed", "The script was killed by signal 11 (SIGSEGV)"),
            (SCRIPT, -15, None, None, True, 0, "stopped", "asked to stop"),
            (PROGRAM, 9, None, None, True, 0, "stopped", "asked to stop"),
            (PROGRAM, 9, None, None, False, 0, "failed", "The program ended with exit code 9"),
            (SCRIPT, None, None, None, True, 0, "stopped", "asked to stop"),
        ],
    )  # fmt: skip
    def test_the_exit_code_decides(
        self, script: ScriptSpec, exit_code: int | None, error: Error | None, finished: Finished | None,
        stop_asked: bool, signals: int, status: str, told: str,
    ) -> None:  # fmt: skip
        ended = script_ended(script, exit_code, error, finished, stop_asked, signals)
        assert (ended.status, ended.message) == (status, told)

    @pytest.mark.parametrize(
        ("script", "exit_code", "signals", "status"),
        [
            (PROGRAM, -15, 0, "completed"),
            (PROGRAM, 9, 0, "completed"),
            (SCRIPT, 0, 0, "completed"),
            (SCRIPT, -15, 1, "completed"),
            (SCRIPT, 1, 1, "completed"),
            (SCRIPT, 1, 0, "failed"),  # before anything was signalled
        ],
    )
    def test_one_that_is_ended_at_its_length_has_completed(
        self, script: ScriptSpec, exit_code: int, signals: int, status: str
    ) -> None:
        ended = script_ended(script, exit_code, None, None, True, signals, reached="minutes")
        assert ended.status == status
        assert status == "failed" or ended.message == "minutes"

    def test_the_bound_counts_only_where_nobody_asked_before(self, tmp_path: Path) -> None:
        for name, asked_first, status in (("x", False, "completed"), ("y", True, "stopped")):
            run = LaneRun("a", made_run(tmp_path / name), script=PROGRAM)
            run.stop_asked = asked_first
            append(run.folder.lane_records("a"), Limit(t=1.0, step=0, reached="minutes"))
            list(run.read_records(1.0))
            run.stop_asked = True
            assert (run.end_record(-15, 2.0).status, run.end_record(-15, 2.0).exit_code) == (status, -15)

    def test_a_log_that_tells_of_memory_names_the_failure(self, tmp_path: Path) -> None:
        run = LaneRun("a", made_run(tmp_path / "made"), script=PROGRAM)
        run.folder.lane_log("a").write_text("step 3\nCUDA_ERROR_OUT_OF_MEMORY: out of memory\n")
        ended = run.end_record(1, 2.0)
        assert (ended.kind, ended.status) == ("out-of-memory", "failed")
        assert ended.log_tail[0] == "step 3"


class TestStages:
    def run_of(self, tmp_path: Path) -> LaneRun:
        run = LaneRun("b", made_run(tmp_path / "made"), script=SCRIPT)
        run.enter("warming", 1.0)
        return run

    def read(self, run: LaneRun, *records: object) -> str:
        append(run.folder.lane_records("b"), *records)  # type: ignore[arg-type]
        list(run.read_records(2.0))
        return run.standing.stage

    def test_one_without_steps_keeps_nobody_waiting(self, tmp_path: Path) -> None:
        run = self.run_of(tmp_path)
        assert self.read(run, Telemetry(t=1.0, steps="none")) == "warm"
        told = [run.telemetry]
        assert self.read(run, Telemetry(t=2.0, steps="each"), Warm(t=3.0, step=3, seconds=1.0)) == "warm"
        assert [*told, run.telemetry] == ["none", "each"]

    def test_polled_steps_are_warm_when_they_are(self, tmp_path: Path) -> None:
        run = self.run_of(tmp_path)
        assert self.read(run, Telemetry(t=1.0, steps="polled")) == "warming"
        assert self.read(run, Warm(t=3.0, step=3, seconds=1.0)) == "warm"

    def test_a_device_that_is_not_known_is_not_used_yet(self, tmp_path: Path) -> None:
        run = self.run_of(tmp_path)
        sizes: dict[str, Any] = {
            "parameters": 0,
            "parameter_bytes": 0,
            "batch_size": 0,
            "train_samples": 0,
            "validation_samples": 0,
        }
        self.read(run, Built(t=1.0, **sizes, steps_per_epoch=0))
        assert run.uses_device_since_s is None


class TestPauses:
    @pytest.fixture
    def events(self) -> KeptEvents:
        return KeptEvents()

    @pytest.fixture
    def owner(self, tmp_path: Path, events: KeptEvents) -> Iterator[Owner]:
        """Whatever it stopped goes on afterwards, so that no guard is left."""
        made: list[Supervisor] = []

        def own(sharing: Sharing = "together") -> tuple[Supervisor, StandInWorker]:
            supervisor, workers = training_supervisor(tmp_path / "run", with_script(sharing=sharing), events)
            made.append(supervisor)
            return supervisor, workers["b"]

        yield own
        for supervisor in made:
            for run in supervisor.lanes.values():
                supervisor._pauses.go_on(run)

    def test_one_that_passes_no_gate_is_stopped_as_processes(self, owner: Owner, events: KeptEvents) -> None:
        supervisor, worker = owner()
        supervisor.lanes["b"].telemetry = "none"
        assert supervisor.answer(Request("pause", "b")).ok
        assert worker.signals == [signal.SIGSTOP]
        assert not worker.told
        assert [one.lane for one in events.kept if isinstance(one, ProcessStopped)] == ["b"]
        assert supervisor.measuring.paces["b"].stands_still
        assert supervisor.answer(Request("resume", "b")).ok
        assert worker.signals == [signal.SIGSTOP, signal.SIGCONT]
        assert [one.lane for one in events.kept if isinstance(one, ProcessContinued)] == ["b"]
        assert not supervisor.measuring.paces["b"].stands_still

    def test_one_that_tells_its_steps_is_asked(self, owner: Owner) -> None:
        supervisor, worker = owner()
        assert supervisor.answer(Request("pause", "b")).ok
        assert (worker.told, worker.signals) == ([("pause", "b")], [])

    def test_a_stop_finds_it_going_on(self, owner: Owner) -> None:
        supervisor, worker = owner()
        supervisor.lanes["b"].telemetry = "none"
        supervisor.answer(Request("pause", "b"))
        supervisor.answer(Request("stop", "b"))
        assert worker.signals == [signal.SIGSTOP, signal.SIGCONT]
        assert worker.told == [("stop", "b")]
        assert supervisor.lanes["b"].stopped is None

    def test_never_under_mps(self, owner: Owner) -> None:
        supervisor, worker = owner("mps")
        supervisor.lanes["b"].telemetry = "none"
        reply = supervisor.answer(Request("pause", "b"))
        assert not reply.ok
        assert "under MPS no process is stopped by a signal" in reply.why
        assert not worker.signals

    def test_one_that_was_held_before_it_was_known_to_pass_no_gate(
        self, tmp_path: Path, owner: Owner
    ) -> None:
        supervisor, worker = owner()
        supervisor.answer(Request("pause", "b"))
        append(RunFolder(tmp_path / "run").lane_records("b"), Telemetry(t=5.0, steps="none"))
        supervisor._read(worker)
        assert worker.signals == [signal.SIGSTOP]

    def test_a_bound_that_its_loop_does_not_keep_to_ends_it(self, tmp_path: Path, owner: Owner) -> None:
        supervisor, worker = owner()
        append(RunFolder(tmp_path / "run").lane_records("b"), Limit(t=5.0, step=9, reached="minutes"))
        supervisor._read(worker)
        assert worker.told == [("stop", "b")]
        assert worker.details[0]["reason"] == "--minutes is reached, in a loop that no fit takes"
        run = supervisor.lanes["b"]
        assert run.reached == "minutes"
        assert run.signal_after_s is not None
        assert (
            run.signal_after_s <= supervisor.now()
        )  # at once: it could overshoot its length by all the patience

    def test_a_kill_while_it_is_ended_at_its_length_is_no_end_at_its_length(
        self, tmp_path: Path, owner: Owner
    ) -> None:
        supervisor, worker = owner()
        append(RunFolder(tmp_path / "run").lane_records("b"), Limit(t=5.0, step=9, reached="minutes"))
        supervisor._read(worker)
        assert supervisor.answer(Request("kill", "b")).ok
        assert supervisor.lanes["b"].end_record(-9, 6.0).status == "stopped"

    def test_one_that_can_stop_at_no_step_is_signalled_at_once(
        self, tmp_path: Path, owner: Owner, events: KeptEvents
    ) -> None:
        supervisor, worker = owner()
        run = supervisor.lanes["b"]
        supervisor.answer(Request("stop", "b"))
        supervisor._ending.escalate(run, supervisor.lanes)
        assert not worker.signals
        append(RunFolder(tmp_path / "run").lane_records("b"), NoGate(t=5.0, why="no step"))
        supervisor._read(worker)
        supervisor._ending.escalate(run, supervisor.lanes)
        assert worker.signals == [signal.SIGTERM, signal.SIGCONT]
        assert [(one.signal, one.why) for one in events.kept if isinstance(one, Signalled)] == [
            ("SIGTERM", "no step")
        ]

    def test_one_that_is_another_program_now_is_signalled_at_once(self, owner: Owner) -> None:
        supervisor, worker = owner()
        run = supervisor.lanes["b"]
        worker.silent_since_s = supervisor.now() - 5.0
        assert fell_silent(run, supervisor.now()) is not None
        supervisor.answer(Request("stop", "b"))
        supervisor._ending.escalate(run, supervisor.lanes)
        assert worker.signals == [signal.SIGTERM, signal.SIGCONT]

    @pytest.mark.parametrize(
        ("ask", "told"),
        [
            ("checkpoint", "lane b is a script or program: its checkpoints are its own"),
            ("window", "lane b passes no gate"),
            ("probe", "a probe needs the steps of both lanes, and lane b shows none that can be timed"),
        ],
    )
    def test_what_it_cannot_be_asked(self, tmp_path: Path, owner: Owner, ask: str, told: str) -> None:
        supervisor, worker = owner()
        append(RunFolder(tmp_path / "run").lane_records("b"), Telemetry(t=5.0, steps="polled"))
        supervisor._read(worker)
        reply = supervisor.answer(Request(ask, None if ask == "probe" else "b"))  # type: ignore[arg-type]
        assert not reply.ok
        assert reply.why.startswith(told)

    def test_no_probe_beside_one_that_has_ended(self, tmp_path: Path, owner: Owner) -> None:
        supervisor, worker = owner()
        append(RunFolder(tmp_path / "run").lane_records("b"), Telemetry(t=5.0, steps="none"))
        supervisor._read(worker)
        supervisor.lanes["b"].worker = None
        supervisor.lanes["b"].enter("ended", 6.0)
        reply = supervisor.answer(Request("probe"))
        assert reply.why == "a probe needs both lanes training: lane b does not any more"


class TestStoppedGroup:
    @pytest.fixture
    def sleeper(self) -> Iterator[subprocess.Popen[bytes]]:
        process = subprocess.Popen(["sleep", "60"], start_new_session=True)
        yield process
        process.kill()
        process.wait()

    @staticmethod
    def becomes(pid: int, state: str) -> None:
        deadline = time.monotonic() + 10
        while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != state:
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def worker(self, process: subprocess.Popen[bytes]) -> WorkerProcess:
        worker = StandInWorker("b", pid=process.pid)
        worker.signal_group = lambda number: os.killpg(process.pid, number)  # type: ignore[method-assign]
        return worker

    def test_stops_and_goes_on(self, sleeper: subprocess.Popen[bytes]) -> None:
        stopped = StoppedGroup(self.worker(sleeper), 1.0)
        self.becomes(sleeper.pid, "T")
        stopped.go_on()
        self.becomes(sleeper.pid, "S")
        stopped.go_on()

    def test_goes_on_when_whoever_stopped_it_is_gone(self, sleeper: subprocess.Popen[bytes]) -> None:
        stopped = StoppedGroup(self.worker(sleeper), 1.0)
        self.becomes(sleeper.pid, "T")
        os.close(stopped._write_fd)  # as the end of this process would
        self.becomes(sleeper.pid, "S")
        stopped._write_fd = os.open(os.devnull, os.O_WRONLY)
        stopped.go_on()


class TestLaunch:
    def command(self, script: ScriptSpec, device: PlannedDevice = CPU) -> list[str]:
        folder = RunFolder(Path("/runs/x"))
        return script_command(
            script, "b", folder, Limits(steps=9), device, zero_s=1.5, commands_fd=7, doorbell_fd=8
        )

    def test_a_script_by_the_lanes_interpreter(self) -> None:
        interpreter, runner, start, *script = self.command(
            structs.replace(SCRIPT, python="/venv/bin/python"), GPU
        )
        assert interpreter == "/venv/bin/python"
        assert runner.endswith("agent/run_script.py")
        assert script == ["train.py", "3"]
        told = json.loads(start)
        assert (told["lane"], told["records"], told["steps"], told["on_gpu"]) == (
            "b",
            "/runs/x/b.jsonl",
            9,
            True,
        )
        assert self.command(SCRIPT)[0] == sys.executable

    def test_a_program_by_ours_with_nothing_of_the_users(self) -> None:
        words = self.command(PROGRAM)
        assert words[:3] == [sys.executable, "-I", "-S"]
        assert words[-2:] == ["sleep", "3"]
        assert json.loads(words[4])["program"]

    def environment(
        self, inherited: dict[str, str], device: PlannedDevice = CPU, **script: object
    ) -> dict[str, str]:
        spec = structs.replace(SCRIPT, **script)
        return script_environment(
            inherited, device, script_preset(spec, "x"), spec, RunFolder(Path("/runs/x"))
        )

    def test_what_it_has_as_its_user_has_it(self) -> None:
        given = {"PYTHONSAFEPATH": "1", "KERAS_BACKEND": "torch", "HOME": "/home/me"}
        environment = self.environment(given)
        assert "PYTHONSAFEPATH" not in environment
        assert environment["KERAS_BACKEND"] == "torch"
        assert "TF_CPP_MIN_LOG_LEVEL" not in environment
        assert environment["PYTHONUNBUFFERED"] == "1"
        assert environment["CUDA_VISIBLE_DEVICES"] == "-1"
        assert "KERAS_BACKEND" not in self.environment({})
        assert self.environment({"TF_CPP_MIN_LOG_LEVEL": "2"})["TF_CPP_MIN_LOG_LEVEL"] == "2"
        assert self.environment(given, backend="jax")["KERAS_BACKEND"] == "jax"

    def test_its_own_variables_stand_above_all_but_the_runs_mark(self) -> None:
        own = {"CUDA_VISIBLE_DEVICES": "0", RUN_VARIABLE: "another", "A": "b"}
        environment = self.environment({}, env=own)
        assert (environment["CUDA_VISIBLE_DEVICES"], environment["A"]) == ("0", "b")
        assert environment[RUN_VARIABLE] == "/runs/x"

    def test_on_a_gpu_no_framework_takes_all_of_it(self) -> None:
        environment = self.environment({}, GPU)
        assert environment["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
        assert environment["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"
        assert environment["CUDA_VISIBLE_DEVICES"] == "GPU-1"
        chosen = {"XLA_PYTHON_CLIENT_PREALLOCATE": "true"}
        assert self.environment(chosen, GPU)["XLA_PYTHON_CLIENT_PREALLOCATE"] == "true"


class TestBeforeALaunch:
    def checked(self, script: ScriptSpec) -> list[tuple[str, str]]:
        return [
            (one.state, one.message) for one in check_scripts(with_script(script), {"PATH": "/bin:/usr/bin"})
        ]

    def test_what_is_there(self, tmp_path: Path) -> None:
        (tmp_path / "train.py").write_text("")
        script = ScriptSpec(path="train.py", cwd=str(tmp_path), python="sh")
        assert self.checked(script) == [("pass", "lane b: train.py")]
        ((state, message),) = self.checked(PROGRAM)
        assert state == "info"
        assert "no steps, so no verdict" in message

    def test_what_is_not(self, tmp_path: Path) -> None:
        script = ScriptSpec(path="no.py", cwd=str(tmp_path / "no"), python=str(tmp_path / "python"))
        assert [message.partition(": ")[2] for state, message in self.checked(script) if state == "stop"] == [
            f"its folder {tmp_path}/no is not there",
            f"{tmp_path}/no/no.py is no file that can be read",
            f"there is no interpreter {tmp_path}/python",
        ]
        assert self.checked(ScriptSpec(exec=("no-such-program",), cwd="/"))[0][0] == "stop"

    def test_not_in_one_process(self) -> None:
        (why,) = why_not_one_process(with_script(sharing="one-process"))
        assert (
            why.message
            == "one process trains models that dualtrain builds, and lane b is a script or program"
        )


def test_a_lane_that_joins_may_be_a_script(tmp_path: Path) -> None:
    made = plan()
    lanes: dict[Lane, LanePlan] = {"a": made.lanes["a"]}
    supervisor, _ = training_supervisor(tmp_path / "run", structs.replace(made, lanes=lanes), KeptEvents())
    supervisor._launch = lambda lane: None  # type: ignore[method-assign]
    path = tmp_path / "train.py"
    path.write_text("print(1)\n")
    script = structs.replace(SCRIPT, path=str(path), cwd=str(tmp_path))
    assert supervisor.answer(Request("join", planned=planned(script))).ok
    assert supervisor.lanes["b"].script == script


def test_a_preset_is_no_script(tmp_path: Path) -> None:
    assert preset().script is None
    assert LaneRun("a", made_run(tmp_path / "made")).telemetry == "each"
    assert Progress(t=1, step=1, samples=0, epoch=1, epoch_step=1, steps=1, span_s=1.0).samples == 0
