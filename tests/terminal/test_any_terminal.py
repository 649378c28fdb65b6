"""The real screen on terminals that are not the usual one, and in a shell that sends it to the background."""

from __future__ import annotations

import re

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
def test_every_byte_is_ascii(
    long_run: LongRun, options: tuple[str, ...], environment: dict[str, str]
) -> None:
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
    terminal = long_run.dualtrain(
        "attach", environment={"TERM": "dumb", "DUALTRAIN_PLAIN_INTERVAL_S": "0.5"}, columns=160
    )
    terminal.wait_for(r"A seed-binary .*step \d+", r"B seed-regression .*step \d+", "TERM=dumb")
    terminal.press("ctrl+c")
    assert terminal.wait_for_exit() == 0
    assert "the run goes on" in terminal.text
    assert b"\x1b" not in terminal.output
    assert liveness(long_run.folder) == "live"


class Shell:
    """A shell with job control; what it says is looked for in what came after the last thing typed."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self._before = 0

    @property
    def said(self) -> bytes:
        """Everything since the last thing typed."""
        return self.terminal.output[self._before :]

    def type(self, *keys: str) -> None:
        """Press keys."""
        self._before = self.terminal.output_size
        self.terminal.press(*keys)

    def prompts(self, *words: bytes) -> None:
        """Wait until it has said these and asks for a command."""
        self.terminal.wait_until(
            lambda: all(word in self.said for word in words) and self.said.rstrip().endswith(b"shell>"),
            what=f"{words} and a prompt",
        )

    def leaves(self) -> None:
        """Leave the screen at once."""
        self.type("ctrl+q")
        self.prompts(b"the run goes on")

    def draws(self) -> None:
        """Wait until the whole live screen was written, and shows the run."""
        whole = (b"running", b"training", b"loss", b"memory", b"contention", b"Leave")
        self.terminal.wait_until(lambda: all(word in self.said for word in whole), what="the whole screen")

    def times(self, sequence: bytes) -> int:
        """How often this was written so far."""
        return self.terminal.output.count(sequence)


@pytest.fixture
def shell(long_run: LongRun) -> Shell:
    """A shell in which the screen was opened."""
    command = ["/bin/bash", "--norc", "--noprofile", "-i"]
    environment = {**long_run.dualtrain.environment, "PS1": "shell> ", "HISTFILE": ""}
    shell = Shell(long_run.dualtrain.enter_context(Terminal(command, environment=environment)))
    shell.prompts()
    shell.type(f"{COMMAND} attach", "enter")
    shell.draws()
    return shell


def test_ctrl_z_gives_the_shell_back_and_fg_the_screen(long_run: LongRun, shell: Shell) -> None:
    for times in (1, 2, 3):
        shell.type("ctrl+z")
        shell.prompts(b"Stopped")
        assert shell.times(ALTERNATE_SCREEN_OFF) == times
        shell.type("echo $((41 + 1))", "enter")
        shell.prompts(b"42")
        shell.type("fg", "enter")
        shell.draws()
        assert shell.times(ALTERNATE_SCREEN_ON) == times + 1
        shell.type("2")
        shell.terminal.wait_for("RSS per process")
        shell.type("1")
        shell.terminal.wait_for("linear axis")
    shell.type("q")
    shell.terminal.wait_for("The run is live")
    shell.type("d")
    shell.prompts(b"the run goes on: dualtrain-tui attach")
    shell.type("exit", "enter")
    assert shell.terminal.wait_for_exit() == 0
    assert liveness(long_run.folder) == "live"


def test_ctrl_z_stops_also_what_started_it(long_run: LongRun, shell: Shell) -> None:
    shell.leaves()
    shell.type(f"sh -c '{COMMAND} attach; true'", "enter")
    shell.draws()
    shell.type("ctrl+z")
    shell.prompts(b"Stopped")
    shell.type("fg", "enter")
    shell.draws()
    shell.leaves()
    assert liveness(long_run.folder) == "live"


def test_what_is_ended_in_the_background_ends(long_run: LongRun, shell: Shell) -> None:
    shell.type("ctrl+z")
    shell.prompts(b"Stopped")
    shell.type("kill %1", "enter")
    shell.terminal.wait_until(lambda: b"the run goes on" in shell.said, what="the viewer's last words")

    def has_ended() -> bool:
        shell.terminal.press("enter")  # bash tells it before its next prompt
        return b"Exit 143" in shell.said

    shell.terminal.wait_until(has_ended, what="the job's end")
    assert liveness(long_run.folder) == "live"


def test_without_a_shell_ctrl_z_leaves_nothing_behind(long_run: LongRun) -> None:
    terminal = opened(long_run)
    terminal.press("ctrl+z")
    terminal.wait_for("no shell behind this screen")
    leave(terminal)


def test_with_its_errors_in_a_file_the_screen_stays_on_the_terminal(long_run: LongRun, shell: Shell) -> None:
    shell.leaves()
    shell.type(f"{COMMAND} attach 2>/dev/null", "enter")
    shell.draws()
    shell.leaves()


def test_in_the_background_it_waits_for_its_terminal(long_run: LongRun, shell: Shell) -> None:
    shell.type("ctrl+z")
    shell.prompts(b"Stopped")
    stopped = shell.times(b"Stopped")
    shell.type("bg", "enter")

    def has_stopped_again() -> bool:
        shell.terminal.press("enter")  # bash tells it before its next prompt
        return shell.times(b"Stopped") > stopped

    shell.terminal.wait_until(has_stopped_again, what="the job to stop in the background")
    shell.type("fg", "enter")
    shell.draws()
    shell.leaves()
    assert liveness(long_run.folder) == "live"
