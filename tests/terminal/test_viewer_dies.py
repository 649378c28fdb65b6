"""The viewer that launched a run dies: the run goes on to its end, and `attach` shows it whole."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from tests.terminal.conftest import Opened, wait_for_end
from tests.terminal.terminal import Terminal
from training.analysis.report import read_report
from training.record.liveness import liveness

STEPS = 800


def hang_up(terminal: Terminal) -> None:
    terminal.hang_up()
    terminal.process.wait(10)
    assert terminal.process.returncode == 143  # it ended by itself, in order


def kill(terminal: Terminal) -> None:
    terminal.process.send_signal(signal.SIGKILL)
    terminal.process.wait(10)


@pytest.mark.parametrize("die", [hang_up, pytest.param(kill, marks=pytest.mark.slow)])
def test_run_goes_on(dualtrain: Opened, die: Callable[[Terminal], None]) -> None:
    arguments = ("run", "seed-binary", "seed-regression", "--steps", str(STEPS))
    terminal = dualtrain(*arguments)
    terminal.wait_for(r"loss +\d\.\d+", timeout_s=60)
    die(terminal)
    folder = dualtrain.only_run
    assert liveness(folder) == "live"

    wait_for_end(folder)
    report = read_report(folder.report)
    assert [lane.steps for lane in report.lanes.values()] == [STEPS, STEPS]
    assert report.outcome == "completed"

    attached = dualtrain("attach")
    attached.wait_for(r"│ completed .*│ completed", "800/800.*800/800", "seed-binary", "ended")
    attached.press("q")
    assert attached.wait_for_exit() == 0
