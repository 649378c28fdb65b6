"""The real screen on terminals that are not the usual one, and in a shell that sends it to the background."""

from __future__ import annotations

import re
import signal

import pytest

from tests.terminal.conftest import LongRun
from tests.terminal.terminal import ALTERNATE_SCREEN_OFF, ALTERNATE_SCREEN_ON, COMMAND, Terminal
from training.record.liveness import liveness

MOUSE_ON = b"\x1b[?1000h"
STYLES = re.compile(rb"\x1b\[([0-9;]*)m")
MANY_COLOURS = re.compile(rb"[34]8;[25];")
ANY_COLOUR = {b"%d" % code for base in (30, 40, 90, 100) for code in range(base, base + 8)} | {b"38", b"48"}
TRAINS = "training|validating"


def colours(output: bytes) -> set[bytes]:
    """Which codes were sent that are a colour."""
    return {code for style in STYLES.findall(output) for code in style.split(b";")} & ANY_COLOUR


def opened(long_run: LongRun, *options: str, **environment: str) -> Terminal:
    """A screen on the run, once it trains; by what stands there in ASCII as well."""
    terminal = long_run.dualtrain("attach", *options, environment=environment)
    terminal.wait_for(TRAINS, r"loss +\d\.\d+", timeout_s=60)
    return terminal


def leave(terminal: Terminal) -> bytes:
    """Leave at once; returns everything that was written."""
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit(timeout_s=5) == 0
    return terminal.output


def test_the_usual_one_has_256_colours_curves_and_no_mouse(long_run: LongRun) -> None:
    terminal = opened(long_run)
    terminal.wait_for("linear axis")
    output = leave(terminal)
    assert MANY_COLOURS.search(output)
    assert "│".encode() in output
    assert MOUSE_ON not in output


def test_the_mouse_is_taken_where_it_is_asked_for(long_run: LongRun) -> None:
    output = leave(opened(long_run, "--mouse"))
    assert MOUSE_ON in output
    assert output.rfind(b"\x1b[?1000l") > output.rfind(MOUSE_ON)


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        (("--ascii",), {}),
        ((), {"TERM": "linux"}),
        ((), {"LC_ALL": "C"}),
        ((), {"DUALTRAIN_ASCII": "yes"}),
        ((), {"LC_ALL": "C", "PYTHONIOENCODING": "iso8859-1"}),
    ],
    ids=["option", "console", "C locale", "variable", "latin-1"],
)
def test_every_byte_is_ascii(long_run: LongRun, options: tuple[str, ...], environment: dict[str, str]) -> None:
    terminal = opened(long_run, *options, **environment)
    for key in "123456":
        terminal.press(key)
    terminal.wait_for("contention")
    output = leave(terminal)
    assert output.isascii()
    assert b"\\u" not in output  # nor written out


def test_sixteen_colours_are_the_terminals_own(long_run: LongRun) -> None:
    output = leave(opened(long_run, TERM="xterm"))
    assert colours(output)
    assert not MANY_COLOURS.search(output)


def test_no_color_sends_none(long_run: LongRun) -> None:
    assert colours(leave(opened(long_run, NO_COLOR="1"))) == set()


def test_a_chosen_theme_is_shown(long_run: LongRun) -> None:
    assert b"48;5;231" in leave(opened(long_run, "--theme", "dualtrain-light"))


def test_a_dumb_terminal_gets_lines(long_run: LongRun) -> None:
    terminal = long_run.dualtrain("attach", environment={"TERM": "dumb", "DUALTRAIN_PLAIN_INTERVAL_S": "0.5"}, columns=160)
    terminal.wait_for(r"A seed-binary .*step \d+", r"B seed-regression .*step \d+", "TERM=dumb")
    terminal.press("ctrl+c")
    assert terminal.wait_for_exit() == 0
    assert "the run goes on" in terminal.text
    assert b"\x1b" not in terminal.output
    assert liveness(long_run.folder) == "live"


@pytest.fixture
def shell(long_run: LongRun) -> Terminal:
    """A shell with job control."""
    terminal = long_run.dualtrain.enter_context(
        Terminal(
            ["/bin/bash", "--norc", "--noprofile", "-i"],
            environment={**long_run.dualtrain.environment, "PS1": "shell> ", "HISTFILE": ""},
        )
    )
    terminal.wait_for("shell> ")
    return terminal


def bring_back(shell: Terminal) -> None:
    """Bring the screen to the foreground, and wait until it is drawn again, whole."""
    before = shell.output_size
    shell.press("fg", "enter")
    shell.wait_until(
        lambda: all(name in shell.output[before:] for name in (b"loss", b"contention", b"Leave")),
        what="the screen, drawn again",
    )
    shell.wait_for("1 loss", "6 contention", TRAINS, "q Leave")


def test_ctrl_z_gives_the_shell_back_and_fg_the_screen(long_run: LongRun, shell: Terminal) -> None:
    shell.press(f"{COMMAND} attach", "enter")
    shell.wait_for("1 loss", TRAINS, timeout_s=60)
    for times in (1, 2, 3):
        shell.press("ctrl+z")
        shell.wait_for("Stopped", "shell> $")
        assert shell.output.count(ALTERNATE_SCREEN_OFF) == times
        shell.press("echo it is a shell again", "enter")
        shell.wait_for("^it is a shell again")
        bring_back(shell)
        assert shell.output.count(ALTERNATE_SCREEN_ON) == times + 1
        shell.press("2")
        shell.wait_for("RSS per process")
        shell.press("1")
        shell.wait_for("linear axis")
    shell.press("q")
    shell.wait_for("The run is live")
    shell.press("d")
    shell.wait_for("the run goes on: dualtrain-tui attach", "shell> $")
    shell.press("exit", "enter")
    assert shell.wait_for_exit() == 0
    assert liveness(long_run.folder) == "live"


def test_in_the_background_it_waits_and_asked_to_end_it_ends(long_run: LongRun, shell: Terminal) -> None:
    shell.press(f"{COMMAND} attach", "enter")
    shell.wait_for("1 loss", TRAINS, timeout_s=60)
    shell.press("ctrl+z")
    shell.wait_for("Stopped", "shell> $")
    shell.press("bg", "enter")

    def has_stopped_again() -> bool:
        shell.press("enter")  # bash tells it before its next prompt
        return shell.output.count(b"Stopped") > 1

    shell.wait_until(has_stopped_again, what="the job to stop in the background")
    bring_back(shell)
    shell.press("ctrl+q")
    shell.wait_for("the run goes on", "shell> $")
    shell.process.send_signal(signal.SIGHUP)
    assert liveness(long_run.folder) == "live"
