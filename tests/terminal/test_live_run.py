"""What can happen to a screen that looks at a live run; the run does not mind any of it."""

from __future__ import annotations

import signal

import pytest

from tests.terminal.conftest import LongRun
from tests.terminal.terminal import ALTERNATE_SCREEN_OFF, Terminal
from training.record.liveness import liveness

LOSS = r"loss +\d\.\d+"
BOTH_TRAIN = rf"{LOSS}.*{LOSS}"
# what stands first in the left card
LANE_A_PAUSED = "^│ paused"
LANE_A_TRAINS = "^│ (training|validating)"


@pytest.fixture
def attached(long_run: LongRun) -> Terminal:
    """A screen on the run, once both lanes train."""
    terminal = long_run.dualtrain("attach")
    terminal.wait_for(BOTH_TRAIN, timeout_s=60)
    return terminal


def test_two_screens_at_once(long_run: LongRun, attached: Terminal) -> None:
    other = long_run.dualtrain("attach", long_run.folder.name, columns=160, rows=48)
    other.wait_for(BOTH_TRAIN, "memory", "utilisation")
    attached.press("p")
    for screen in (attached, other):
        screen.wait_for(LANE_A_PAUSED)
    other.press("p")
    for screen in (attached, other):
        screen.wait_for(LANE_A_TRAINS)


def test_every_size(attached: Terminal) -> None:
    attached.resize(160, 48)
    attached.wait_for("╭─ memory", "╭─ utilisation", "╭─ loss", "╭─ events")
    attached.resize(60, 16)
    attached.wait_for("loss")
    attached.wait_until(lambda: "╭─ memory" not in attached.text, what="one panel alone")
    attached.resize(40, 10)
    attached.wait_for("terminal too small")
    attached.resize(80, 24)
    attached.wait_for(BOTH_TRAIN)
    assert attached.process.poll() is None


def test_asks_before_it_leaves(long_run: LongRun, attached: Terminal) -> None:
    attached.press("q")
    attached.wait_for("The run is live", "Detach")
    attached.press("d")
    assert attached.wait_for_exit() == 0
    assert f"attach {long_run.folder.name}".encode() in attached.output


@pytest.mark.parametrize(
    ("leave", "exit_code"),
    [
        (lambda terminal: terminal.press("ctrl+q"), 0),
        (lambda terminal: terminal.process.send_signal(signal.SIGTERM), 143),
        (lambda terminal: terminal.process.send_signal(signal.SIGHUP), 143),
    ],
    ids=["ctrl+q", "SIGTERM", "SIGHUP"],
)
def test_leaves_at_once(long_run: LongRun, attached: Terminal, leave: object, exit_code: int) -> None:
    assert callable(leave)
    leave(attached)
    assert attached.wait_for_exit(timeout_s=5) == exit_code
    restored, _, after = attached.output.rpartition(ALTERNATE_SCREEN_OFF)
    assert restored
    assert f"the run goes on: dualtrain-tui attach {long_run.folder.name}".encode() in after
    assert liveness(long_run.folder) == "live"
