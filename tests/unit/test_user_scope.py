"""Starting a supervisor in a scope of its own, with a stand-in for `systemd-run`; in the end there always is one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.unit.places import SESSION, UID, machine
from training.supervisor.start import start_detached
from training.supervisor.user_scope import start_in_scope

STAND_IN = Path(__file__).parent.parent / "stand_ins" / "systemd"
LIVES = [sys.executable, "-c", "import signal; signal.pause()", "x"]


class Started:
    """Starts processes, and ends them."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment = environment
        self.log = log
        self.processes: list[subprocess.Popen[bytes]] = []

    def __call__(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process


def with_stand_in(folder: Path, does: str = "") -> dict[str, str]:
    """Variables under which `systemd-run` is the stand-in."""
    path = f"{STAND_IN}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "SYSTEMD_RUN_ASKED": str(folder / "asked"), "SYSTEMD_RUN_DOES": does}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Started]:
    started = Started(with_stand_in(tmp_path), tmp_path / "log")
    yield started
    for process in started.processes:
        process.kill()
        process.wait()


def test_the_process_is_the_command_and_was_asked_for_by_name(start: Started, tmp_path: Path) -> None:
    process = start_in_scope(start, LIVES, "20261122 2015/é")
    assert process is start.processes[0]
    assert process.poll() is None
    arguments = Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")
    assert arguments[1:-1] == [os.fsencode(one) for one in LIVES[1:]]
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[:4] == ["--user", "--scope", "--collect", "--quiet"]
    assert asked[4].startswith("--unit=dualtrain-20261122_2015__-")
    assert asked[5:] == ["--", *LIVES]


def test_two_of_one_name_are_two_scopes(start: Started, tmp_path: Path) -> None:
    units = set()
    for _ in range(2):
        assert start_in_scope(start, LIVES, "same") is not None
        units.add((tmp_path / "asked").read_text().splitlines()[4])
    assert len(units) == 2


def test_no_manager_that_answers_is_no_scope(start: Started) -> None:
    start.environment["SYSTEMD_RUN_DOES"] = "fails"
    assert start_in_scope(start, LIVES, "x") is None
    assert start.processes[0].poll() == 1
    assert "Failed to connect to bus" in start.log.read_text()


def test_one_that_does_not_answer_is_not_waited_for(start: Started) -> None:
    start.environment["SYSTEMD_RUN_DOES"] = "hangs"
    assert start_in_scope(start, LIVES, "x", patience_s=0.2) is None
    assert start.processes[0].poll() is not None


def test_no_program_is_no_scope(start: Started, tmp_path: Path) -> None:
    start.environment["PATH"] = str(tmp_path)
    assert start_in_scope(start, LIVES, "x") is None


def test_what_it_might_put_a_variable_in_for_is_not_given_to_it(start: Started, tmp_path: Path) -> None:
    assert start_in_scope(start, [*LIVES, "/home/$USER"], "x") is None
    assert not (tmp_path / "asked").exists()


# The start of a supervisor ---------------------------------------------------------------------------------------


def started(tmp_path: Path, does: str, **place: object) -> tuple[str, str]:
    """Start a module that owns nothing, on a machine; returns what the log holds and what was asked for a scope."""
    folder, root = tmp_path / "run $1" if place.pop("dollar", False) else tmp_path / "run", tmp_path / "root"
    folder.mkdir()
    variables = {**with_stand_in(tmp_path, does), "XDG_RUNTIME_DIR": f"/run/user/{UID}"}
    machine(root, **place)  # type: ignore[arg-type]
    process = start_detached("platform", folder, tmp_path / "log", environment=variables, root=root)
    assert process.wait(60) == 0
    asked = tmp_path / "asked"
    return (tmp_path / "log").read_text(), asked.read_text() if asked.exists() else ""


def test_a_supervisor_that_the_session_would_end_gets_a_scope(tmp_path: Path) -> None:
    log, asked = started(tmp_path, "", has_manager=True)
    assert "Linux" in log
    assert asked.splitlines()[-4:] == ["-P", "-m", "platform", str(tmp_path / "run")]


@pytest.mark.parametrize("does", ["fails", ""])
def test_it_starts_all_the_same_where_there_is_none(tmp_path: Path, does: str) -> None:
    log, asked = started(tmp_path, does, has_manager=bool(does))
    assert "Linux" in log
    assert bool(asked) == bool(does)


@pytest.mark.parametrize(
    "place",
    [
        {"conf": "[Login]\nKillUserProcesses=no\n", "has_manager": True},
        {"group": "0::/\n", "has_manager": True},
        {
            "group": SESSION.replace("session-3.scope", f"user@{UID}.service/app.slice/x.scope"),
            "has_manager": True,
        },
        {"has_manager": True, "dollar": True},
    ],
)
def test_nothing_is_asked_where_it_is_not_needed(tmp_path: Path, place: dict[str, object]) -> None:
    log, asked = started(tmp_path, "", **place)
    assert "Linux" in log
    assert not asked
