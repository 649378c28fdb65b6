"""The command of `--notify`: what it may be, what it is told, and what becomes of it."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from tests.unit.waiting import wait_for
from training.lane_notice import LaneNotice, NotifyError, notify_in_background, parse_notify
from training.plan import NotifyCommand

NOTICE = LaneNotice("a", "completed", "20261122-2015", "seed-binary")


def python(folder: Path, code: str) -> NotifyCommand:
    return NotifyCommand((sys.executable, "-c", code), str(folder))


def failures_of(command: NotifyCommand, *, quiet: bool = True) -> list[str]:
    """Run it to its end; returns what was told of it."""
    told: list[str] = []
    notify_in_background(command, NOTICE, told.append, quiet=quiet).join(60)
    return told


def test_the_text_is_split_as_a_shell_would_and_names_its_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "tell me"
    program.write_text("#!/bin/sh\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    expected = NotifyCommand((str(program), "a b", "$HOME", "*"), str(tmp_path))
    for text in ("'tell me' 'a b' $HOME '*'", "'./tell me' \"a b\" $HOME *", f"'{program}' a\\ b '$HOME' *"):
        assert parse_notify(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "name a command"),
        ("   ", "name a command"),
        ("'unclosed", "cannot be split into words"),
        ("no-such-command-here --x", "no-such-command-here: there is no such command"),
        ("/etc/passwd", "/etc/passwd: there is no such command that can be run"),
        ("./nowhere", "there is no such command"),
    ],
)
def test_what_is_no_command_is_one_sentence(text: str, words: str) -> None:
    with pytest.raises(NotifyError, match=words):
        parse_notify(text)


def test_it_is_told_in_its_environment_and_nothing_of_it_steers_a_terminal() -> None:
    hostile = LaneNotice("b", "failed", "run\x1b[2J", "x\ny\0\u202ez" + "n" * 1000)
    assert hostile.variables == {
        "DUALTRAIN_LANE": "b",
        "DUALTRAIN_OUTCOME": "failed",
        "DUALTRAIN_RUN": "run\\x1b[2J",
        "DUALTRAIN_PRESET": hostile.variables["DUALTRAIN_PRESET"],
    }
    preset = hostile.variables["DUALTRAIN_PRESET"]
    assert preset.startswith("x y\\x00\\u202ezn")
    assert preset.isprintable()
    assert len(preset) < 250


def test_it_runs_in_its_folder_with_a_session_of_its_own_and_no_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    code = (
        "import os, pathlib, sys\n"
        "told = [os.environ[f'DUALTRAIN_{name}'] for name in ('LANE', 'OUTCOME', 'RUN', 'PRESET')]\n"
        "told += [str(os.getsid(0) == os.getpid()), repr(sys.stdin.read()), str('PYTHONSAFEPATH' in os.environ)]\n"
        "pathlib.Path('told').write_text(' '.join(told))\n"
    )
    assert failures_of(python(tmp_path, code)) == []
    assert (tmp_path / "told").read_text() == "a completed 20261122-2015 seed-binary True '' False"


def test_a_failure_is_told_in_one_line(tmp_path: Path) -> None:
    (why,) = failures_of(python(tmp_path, "import sys; sys.exit('\\x1b[31mno\\n')"))
    assert why.startswith(f"--notify: {sys.executable} -c ")
    assert why.endswith("failed with exit code 1")
    assert why.isprintable()
    (why,) = failures_of(python(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"))
    assert why.endswith("was ended by signal 15")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (NotifyCommand(("/nowhere/at-all",), "/"), "cannot be started: No such file"),
        (NotifyCommand((sys.executable,), "/nowhere/at-all"), "cannot be started: No such file"),
        (NotifyCommand((sys.executable, "a\0b"), "/"), "cannot be started: embedded null byte"),
    ],
)
def test_what_cannot_be_started_any_more_is_told_and_never_raised(command: NotifyCommand, words: str) -> None:
    (why,) = failures_of(command)
    assert words in why


def test_whoever_starts_it_does_not_wait_for_it(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    thread = notify_in_background(python(tmp_path, "open('gate').read()"), NOTICE, print, quiet=True)
    assert thread.is_alive()
    with gate.open("w") as opened:
        opened.write("go")
    wait_for(lambda: not thread.is_alive())
