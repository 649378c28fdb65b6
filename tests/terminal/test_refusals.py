"""Where no screen can be shown: one sentence, and exit code 2."""

from __future__ import annotations

import subprocess

import pytest

from tests.terminal.conftest import Opened
from tests.terminal.terminal import COMMAND

ASKED = [(), ("run", "seed-binary", "seed-regression")]


@pytest.mark.parametrize("arguments", ASKED)
def test_dumb_terminal(dualtrain: Opened, arguments: tuple[str, ...]) -> None:
    terminal = dualtrain(*arguments, environment={"TERM": "dumb"})
    assert terminal.wait_for_exit() == 2
    (sentence,) = terminal.output.decode().splitlines()
    assert "TERM=dumb" in sentence
    assert "--headless" in sentence
    assert "\x1b" not in sentence
    assert dualtrain.runs == []


@pytest.mark.parametrize("arguments", ASKED)
def test_piped(dualtrain: Opened, arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        [COMMAND, *arguments],
        env={**dualtrain.environment, "TERM": "xterm-256color"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    assert "needs a terminal" in sentence
    assert dualtrain.runs == []
