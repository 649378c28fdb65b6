"""Where no screen can be shown: choosing is refused in one sentence with exit code 2; a named pair is told in lines."""

from __future__ import annotations

import subprocess

from tests.terminal.conftest import Opened
from tests.terminal.terminal import COMMAND


def test_dumb_terminal(dualtrain: Opened) -> None:
    terminal = dualtrain(environment={"TERM": "dumb"})
    assert terminal.wait_for_exit() == 2
    (sentence,) = terminal.output.decode().splitlines()
    assert "TERM=dumb" in sentence
    assert "`--plain` of run, retry and attach" in sentence
    assert "\x1b" not in sentence
    assert dualtrain.runs == []


def test_dumb_terminal_and_a_pair(dualtrain: Opened) -> None:
    terminal = dualtrain(
        "run", "seed-binary", "seed-regression", "--steps", "40", environment={"TERM": "dumb"}, columns=160
    )
    assert terminal.wait_for_exit(timeout_s=90) == 0
    assert "TERM=dumb cannot show the screen: a line for each lane" in terminal.output.decode()
    assert b"step 40/40" in terminal.output
    assert b"\x1b" not in terminal.output


def test_piped(dualtrain: Opened) -> None:
    done = subprocess.run(
        [COMMAND],
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
