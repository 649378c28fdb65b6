"""Two real trainings under a stand-in of MPS, over a simulated driver: proved, limited, ended, or together and why."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path

import pytest

from tests.process.equipment import Run, Stage, Viewer, processes_with, wait_for
from tests.process.mps_stage import MpsStandIn, daemons_of
from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.scenario import Device, Scenario
from training.plan import LANES, MPS_WARNING
from training.record.event_records import (
    BarrierOpened,
    CleanedUp,
    LaneEnded,
    Launched,
    MpsEnded,
    MpsStarted,
    MpsVerified,
    Note,
    SharingChanged,
)
from training.record.liveness import read_facts
from training.record.mps_home import left_daemons
from training.record.run_home import runtime_home

WITH_GPU = Path(__file__).parent.parent / "stand_ins" / "tensorflow_with_gpu"
EXCLUSIVE_PROCESS = 3
"""nvml.h, nvmlComputeMode_t."""

GPU = ("--sharing", "mps", "--if-no-gpu", "cpu")


@pytest.fixture
def mps(stage: Stage, simulated_driver: SimulatedDriver, tmp_path: Path) -> MpsStandIn:
    """What is launched on the stage finds one GPU and the stand-in."""
    stand_in = MpsStandIn(tmp_path)
    stage.environment |= simulated_driver.environment | stand_in.variables
    return stand_in


def launched(stage: Stage, *arguments: str) -> Viewer:
    return stage.headless("seed-binary", "seed-regression", *GPU, *arguments, "--json", device="gpu")


def pipes_of(run: Run) -> Path:
    return Path(run.event(MpsStarted).pipe_folder)


def environment_of(pid: int) -> dict[str, str]:
    pairs = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


def test_both_are_clients_of_the_runs_own_daemon_which_goes_with_them(stage: Stage, mps: MpsStandIn) -> None:
    stage.environment["CUDA_MPS_PIPE_DIRECTORY"] = "/nonexistent/of-somebody-else"
    viewer = launched(stage, "--steps", "60", "--mps-share", "a=60,b=40", "--mps-memory", "b=2048")
    run = viewer.run
    seen = {lane: environment_of(run.pid(lane)) for lane in LANES}
    assert viewer.wait() == 0, viewer.err + run.told()
    started = run.event(MpsStarted)
    for lane in LANES:
        assert seen[lane]["CUDA_MPS_PIPE_DIRECTORY"] == started.pipe_folder
        assert seen[lane]["CUDA_MPS_LOG_DIRECTORY"] == started.log_folder
    assert seen["a"]["CUDA_MPS_ACTIVE_THREAD_PERCENTAGE"] == "60"
    assert "CUDA_MPS_PINNED_DEVICE_MEM_LIMIT" not in seen["a"]
    assert seen["b"]["CUDA_MPS_ACTIVE_THREAD_PERCENTAGE"] == "40"
    assert seen["b"]["CUDA_MPS_PINNED_DEVICE_MEM_LIMIT"] == "0=2048M"
    assert (started.shares_percent, started.pinned_memory_mib) == ({"a": 60, "b": 40}, {"b": 2048})
    kinds = (MpsStarted, Launched, MpsVerified, BarrierOpened, LaneEnded, SharingChanged, MpsEnded, CleanedUp)
    order = [type(one).__name__ for one in run.events() if isinstance(one, kinds)]
    assert order == [
        "MpsStarted", "Launched", "Launched", "MpsVerified", "MpsVerified", "BarrierOpened",
        "LaneEnded", "LaneEnded", "MpsEnded", "CleanedUp",
    ]  # fmt: skip
    assert sorted(one.lanes for one in run.events() if isinstance(one, MpsVerified)) == [("a",), ("b",)]
    assert run.event(MpsEnded).error == ""
    notes = [one.message for one in run.events() if isinstance(one, Note)]
    assert MPS_WARNING in notes
    assert any(note.startswith("CUDA_MPS_PIPE_DIRECTORY is left out") for note in notes)
    assert {pipes for pipes, _ in mps.asked()} == {Path(started.pipe_folder)}
    stage.wait_until_clean()
    assert not Path(started.pipe_folder).parent.exists()


@pytest.mark.slow
def test_a_daemon_that_does_not_start_means_together_and_why(stage: Stage, mps: MpsStandIn) -> None:
    mps.goes_wrong("no-start")
    viewer = launched(stage, "--steps", "60")
    run = viewer.run
    seen = environment_of(run.pid("a"))
    assert viewer.wait() == 0, viewer.err + run.told()
    changed = run.event(SharingChanged)
    assert (changed.before, changed.after) == ("mps", "together")
    assert changed.because.startswith("its MPS daemon did not start: Failed to start the control daemon")
    assert seen["CUDA_MPS_PIPE_DIRECTORY"].endswith("/no-mps")
    order = [type(one) for one in run.events() if isinstance(one, SharingChanged | Launched | MpsStarted)]
    assert order == [SharingChanged, Launched, Launched]
    stage.wait_until_clean()


@pytest.mark.slow
def test_a_lane_that_is_not_listed_means_together_and_the_daemon_goes(stage: Stage, mps: MpsStandIn) -> None:
    mps.goes_wrong("no-clients")
    viewer = launched(stage, "--minutes", "9")
    run = viewer.run
    changed = run.event(SharingChanged)
    assert changed.because in (
        "lane a trains on the CPU",
        "lane b trains on the CPU",
    )  # there is no CUDA here
    assert run.event(MpsEnded).t < run.event(BarrierOpened).t
    for lane in LANES:
        run.trains(lane)
    assert not any(isinstance(one, MpsVerified) for one in run.events())
    viewer.signal(signal.SIGINT)
    assert viewer.wait() == 130
    lanes = json.loads(viewer.out)["lanes"]
    assert {lane["status"] for lane in lanes.values()} == {"stopped"}
    stage.wait_until_clean()


@pytest.mark.slow
def test_a_lane_on_the_gpu_gets_its_time_to_appear(stage: Stage, mps: MpsStandIn) -> None:
    mps.goes_wrong("no-clients")
    stage.environment["PYTHONPATH"] = str(WITH_GPU)
    viewer = launched(stage, "--steps", "60")
    assert viewer.wait() == 0, viewer.err + viewer.run.told()
    changed = viewer.run.event(SharingChanged)
    assert re.fullmatch(
        r"its MPS daemon does not list lane [ab] \(process \d+\) as a client", changed.because
    )
    stage.wait_until_clean()


@pytest.mark.slow
def test_clients_of_another_pid_namespace_are_counted(stage: Stage, mps: MpsStandIn) -> None:
    mps.goes_wrong("strange-pids")
    viewer = launched(stage, "--steps", "60")
    assert viewer.wait() == 0, viewer.err + viewer.run.told()
    proven = [one.lanes for one in viewer.run.events() if isinstance(one, MpsVerified)]
    assert sorted(proven) == [("a",), ("b",)]
    assert not any(isinstance(one, SharingChanged) for one in viewer.run.events())
    stage.wait_until_clean()


@pytest.mark.slow
def test_a_daemon_that_dies_beside_trainings_is_told_and_harms_nobody(stage: Stage, mps: MpsStandIn) -> None:
    viewer = launched(stage, "--minutes", "9")
    run = viewer.run
    for lane in LANES:
        run.trains(lane)
    os.kill(run.event(MpsStarted).daemon_pid, signal.SIGKILL)
    run.event(Note, lambda note: note.message.endswith("has ended by itself"))
    for lane in LANES:
        run.advances(lane)
    viewer.signal(signal.SIGINT)
    assert viewer.wait() == 130
    assert "has ended by itself" in run.event(MpsEnded).error
    stage.wait_until_clean()


@pytest.mark.slow
def test_an_exclusive_gpu_without_mps_takes_them_in_turn(
    stage: Stage, mps: MpsStandIn, simulated_driver: SimulatedDriver
) -> None:
    simulated_driver.play(Scenario(devices=(Device(compute_mode=EXCLUSIVE_PROCESS),)))
    mps.goes_wrong("no-server")
    viewer = launched(stage, "--steps", "60")
    assert viewer.wait() == 0, viewer.err + viewer.run.told()
    assert viewer.run.event(SharingChanged).after == "sequential"
    order = [type(one) for one in viewer.run.events() if isinstance(one, Launched | LaneEnded)]
    assert order == [Launched, LaneEnded, Launched, LaneEnded]
    stage.wait_until_clean()


@pytest.mark.slow
def test_when_the_supervisor_is_killed_the_daemon_goes_after_the_workers(
    stage: Stage, mps: MpsStandIn
) -> None:
    viewer = launched(stage, "--minutes", "9")
    run = viewer.run
    for lane in LANES:
        run.trains(lane)
    pipes = pipes_of(run)
    assert len(list(daemons_of(pipes))) == 2
    facts = read_facts(run.folder)
    assert facts is not None
    os.kill(facts.pid, signal.SIGKILL)
    viewer.wait()
    stage.wait_until_clean()
    assert not pipes.parent.exists()
    assert not list(daemons_of(pipes))
    assert [command for _, command in mps.asked()][-1] == "quit"


@pytest.mark.slow
def test_without_its_watcher_the_supervisor_still_ends_the_daemon(stage: Stage, mps: MpsStandIn) -> None:
    viewer = launched(stage, "--minutes", "9")
    run = viewer.run
    run.trains("b")
    pipes = pipes_of(run)
    (watcher,) = [
        pid
        for pid in processes_with(f"DUALTRAIN_HOME={stage.environment['DUALTRAIN_HOME']}")
        if b"training.supervisor.mps_watcher" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    os.kill(watcher, signal.SIGKILL)
    assert left_daemons(runtime_home()) == ()
    viewer.signal(signal.SIGINT)
    assert viewer.wait() == 130
    assert run.event(MpsEnded).error == ""
    stage.wait_until_clean()
    assert not pipes.parent.exists()


@pytest.mark.slow
def test_a_killed_lane_is_terminated_through_the_daemon_first(stage: Stage, mps: MpsStandIn) -> None:
    viewer = launched(stage, "--minutes", "9")
    run = viewer.run
    for lane in LANES:
        run.trains(lane)
    pid = run.pid("a")
    os.kill(pid, signal.SIGSTOP)  # so that it does not end by itself in time
    viewer.signal(signal.SIGINT)
    wait_for("the first to be taken", lambda: "Ctrl-C again kills" in viewer.err, saw=lambda: viewer.err)
    viewer.signal(signal.SIGINT)
    assert viewer.wait() == 130
    commands = [command for _, command in mps.asked()]
    assert any(command.startswith("terminate_client") and command.endswith(f" {pid}") for command in commands)
    stage.wait_until_clean()
