"""The daemon alone, against a stand-in of NVIDIA's control program that fails in each way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.equipment import wait_for
from tests.process.mps_stage import PROGRAM, MpsStandIn, daemons_of, home_in
from training.preflight.mps import check_left_daemons
from training.record.mps_home import MpsHome, forget_dead_homes, identity_of, left_daemons
from training.supervisor.mps_control import MpsControl, MpsError, daemon_environment, find_program
from training.supervisor.mps_daemon import MpsDaemon, MpsTimes
from training.supervisor.mps_watch import MpsWatch

TIMES = MpsTimes(answer_s=1.5, start_s=1.5, quit_s=1.0, signal_s=1.5)
PATIENT = MpsTimes(answer_s=20.0, start_s=20.0, quit_s=20.0, signal_s=20.0)
SLOW = pytest.mark.slow
"""A failure of a kind that another case of the same test has."""

DEVICE = "GPU-11111111-2222-3333-4444-555555555555"


@pytest.fixture
def stand_in(tmp_path: Path) -> MpsStandIn:
    return MpsStandIn(tmp_path)


@pytest.fixture
def home() -> Iterator[MpsHome]:
    """A home with a short path; whatever serves it is ended with the test."""
    with tempfile.TemporaryDirectory(prefix="mps-") as folder:
        home = home_in(Path(folder))
        yield home
        for pid in list(daemons_of(home.pipes)):
            os.kill(pid, signal.SIGKILL)


def control(home: MpsHome, stand_in: MpsStandIn, times: MpsTimes = PATIENT) -> MpsControl:
    environment = daemon_environment({**os.environ, **stand_in.variables}, home, DEVICE)
    return MpsControl(str(PROGRAM), environment, answer_s=times.answer_s)


def started(home: MpsHome, stand_in: MpsStandIn, *faults: str, times: MpsTimes = PATIENT) -> MpsDaemon:
    """A daemon that started well, and goes wrong from then on."""
    MpsDaemon.start(home, control(home, stand_in), PATIENT)
    stand_in.goes_wrong(*faults)
    identity = home.daemon()
    assert identity is not None
    return MpsDaemon(home, control(home, stand_in, times), identity, times)


def client_of(home: MpsHome) -> subprocess.Popen[bytes]:
    """A process that carries the daemon's pipes, as a worker does."""
    environment = {**os.environ, "CUDA_MPS_PIPE_DIRECTORY": str(home.pipes)}
    return subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env=environment)


def test_it_starts_lists_its_clients_and_quits(home: MpsHome, stand_in: MpsStandIn) -> None:
    daemon = MpsDaemon.start(home, control(home, stand_in), PATIENT)
    assert daemon.is_alive
    assert oct(home.pipes.stat().st_mode & 0o777) == "0o700"
    assert daemon.clients() == ()
    with client_of(home) as client:
        wait_for("the client", lambda: [one.pid for one in daemon.clients()] == [client.pid] or None)
        (listed,) = daemon.clients()
        daemon.terminate_client(listed)
        client.communicate(b"\n")
    assert daemon.stop() == ""
    assert not daemon.is_alive
    assert not home.base.exists()
    assert not list(daemons_of(home.pipes))
    commands = [command for _, command in stand_in.asked()]
    assert commands[0] == f"start_server -uid {os.getuid()}"
    assert f"terminate_client {listed.server_pid} {listed.pid}" in commands
    assert commands[-1] == "quit"
    assert {folder for folder, _ in stand_in.asked()} == {home.pipes}


def test_nothing_of_mps_is_inherited(home: MpsHome) -> None:
    inherited = {
        "CUDA_MPS_PIPE_DIRECTORY": "/x",
        "CUDA_MPS_ENABLE_PER_CTX_DEVICE_MULTIPROCESSOR_PARTITIONING": "1",
    }
    assert daemon_environment(inherited, home, DEVICE) == {
        "CUDA_MPS_PIPE_DIRECTORY": str(home.pipes),
        "CUDA_MPS_LOG_DIRECTORY": str(home.logs),
        "CUDA_VISIBLE_DEVICES": DEVICE,
    }
    assert find_program({"PATH": str(home.base)}) is None


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("no-start", "did not start: Failed to start the control daemon"),
        pytest.param("start-hangs", "did not start within 1.5 s", marks=SLOW),
        pytest.param("no-daemon", "is not there 1.5 s after it was started", marks=SLOW),
        pytest.param("foreign", "is not the one that was started: its PID file names process 1", marks=SLOW),
        ("dies", "refused start_server"),
        ("hangs", "did not answer start_server within 1.5 s"),
        pytest.param("refuses:start_server", "refused start_server: Failed to execute", marks=SLOW),
        pytest.param("nonsense:get_server_list", "answered get_server_list with ", marks=SLOW),
        pytest.param("no-server", "has no server 1.5 s after one was asked for", marks=SLOW),
    ],
)
def test_one_that_does_not_come_up_is_said_and_leaves_nothing(
    home: MpsHome, stand_in: MpsStandIn, fault: str, words: str
) -> None:
    stand_in.goes_wrong(fault)
    with pytest.raises(MpsError) as caught:
        MpsDaemon.start(home, control(home, stand_in, TIMES), TIMES)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list(daemons_of(home.pipes))


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        (("hangs:get_client_list",), "did not answer get_client_list within 1.5 s"),
        pytest.param(("refuses:get_server_list",), "refused get_server_list", marks=SLOW),
        (("nonsense:get_client_list",), "answered get_client_list with"),
    ],
)
def test_a_list_that_cannot_be_had_is_an_error(
    home: MpsHome, stand_in: MpsStandIn, faults: tuple[str, ...], words: str
) -> None:
    daemon = started(home, stand_in, *faults, times=TIMES)
    with pytest.raises(MpsError, match=words):
        daemon.clients()
    assert daemon.stop() == ""


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        (("ignores-quit",), "it did not quit within 1 s; ended by SIGTERM"),
        pytest.param(("hangs",), "it did not answer quit within 1.5 s; ended by SIGTERM", marks=SLOW),
        pytest.param(
            ("refuses:quit",), "it refused quit: Failed to execute quit; ended by SIGTERM", marks=SLOW
        ),
    ],
)
def test_one_that_does_not_quit_is_ended_by_signal(
    home: MpsHome, stand_in: MpsStandIn, faults: tuple[str, ...], words: str
) -> None:
    daemon = started(home, stand_in, *faults, times=TIMES)
    assert daemon.stop() == words
    assert not list(daemons_of(home.pipes))


@pytest.mark.slow
def test_one_that_ignores_everything_is_killed(home: MpsHome, stand_in: MpsStandIn) -> None:
    stand_in.goes_wrong("ignores-term")
    daemon = started(home, stand_in, "ignores-quit", times=TIMES)
    stand_in.goes_wrong("ignores-quit")
    assert daemon.stop() == "it did not quit within 1 s; ended by SIGKILL"
    assert not daemon.is_alive


def test_a_dead_daemon_is_known_as_dead_and_its_pid_is_nobodys(home: MpsHome, stand_in: MpsStandIn) -> None:
    daemon = started(home, stand_in)
    os.kill(daemon.identity.pid, signal.SIGKILL)
    wait_for("its end", lambda: not daemon.is_alive or None)
    with pytest.raises(MpsError, match="has ended by itself"):
        daemon.clients()
    home.pid_file.write_text(f"{os.getpid()}\n")
    assert home.daemon() is None
    assert "has ended by itself" in daemon.stop()
    assert identity_of(os.getpid()) is not None


def test_another_daemon_of_the_same_user_is_not_touched(home: MpsHome, stand_in: MpsStandIn) -> None:
    with tempfile.TemporaryDirectory(prefix="mps-") as folder:
        other_home = home_in(Path(folder))
        other = MpsDaemon.start(other_home, control(other_home, stand_in), PATIENT)
        before = stand_in.asked()
        daemon = started(home, stand_in, "ignores-quit", times=TIMES)
        daemon.stop()
        assert {pipes for pipes, _ in stand_in.asked()[len(before) :]} == {home.pipes}
        assert other.is_alive
        stand_in.goes_wrong()
        assert other.stop() == ""


# The watcher -------------------------------------------------------------------------------------------------------


def watch(home: MpsHome, stand_in: MpsStandIn) -> MpsWatch:
    return MpsWatch(home, str(PROGRAM), DEVICE, {**os.environ, **stand_in.variables})


def test_a_watcher_that_is_dismissed_does_nothing(home: MpsHome, stand_in: MpsStandIn) -> None:
    watcher = watch(home, stand_in)
    daemon = started(home, stand_in)
    watcher.dismiss()
    wait_for("the watcher's end", lambda: identity_of(watcher.pid) is None or None)
    assert daemon.is_alive
    assert "quit" not in [command for _, command in stand_in.asked()]


def test_when_its_pipe_ends_it_waits_for_the_clients_then_quits_the_daemon(
    home: MpsHome, stand_in: MpsStandIn
) -> None:
    watcher = watch(home, stand_in)
    daemon = started(home, stand_in)
    with client_of(home) as client:
        os.kill(watcher.pid, signal.SIGTERM)
        os.close(watcher._write_fd)  # as the kernel does when the supervisor is killed
        asked = len(stand_in.asked())
        assert daemon.is_alive
        assert client.poll() is None
        assert "quit" not in [command for _, command in stand_in.asked()[:asked]]
        client.communicate(b"\n")
    wait_for("the daemon's end", lambda: not daemon.is_alive or None)
    wait_for("the watcher's end", lambda: identity_of(watcher.pid) is None or None)
    assert not home.base.exists()
    watcher._process.wait()


def test_with_both_gone_the_daemon_is_named_and_its_empty_folder_forgotten(
    home: MpsHome, stand_in: MpsStandIn
) -> None:
    runtime = home.base.parent
    watcher = watch(home, stand_in)
    daemon = started(home, stand_in)
    assert left_daemons(runtime) == ()  # the supervisor, this process, lives
    home.write_keepers()
    (left,) = left_daemons(runtime)
    assert left.pid == daemon.identity.pid
    assert str(home.pipes) in left.remedy
    (check,) = check_left_daemons(runtime)
    assert (check.state, check.remedy) == ("warn", left.remedy)
    forget_dead_homes(runtime)
    assert home.base.exists()
    os.kill(daemon.identity.pid, signal.SIGKILL)
    wait_for("its end", lambda: not daemon.is_alive or None)
    forget_dead_homes(runtime)
    assert not home.base.exists()
    watcher.dismiss()
