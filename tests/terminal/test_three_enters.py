"""The shortest way: the bare command, three presses of Enter, two trainings."""

from __future__ import annotations

from tests.terminal.conftest import Opened
from training.analysis.report import read_report


def test_three_enters_train_the_defaults(dualtrain: Opened) -> None:
    terminal = dualtrain()
    terminal.wait_for("Lane A", "Lane B", "▸ seed-binary", "▸ seed-regression")
    terminal.press("enter", "enter", "enter")
    terminal.wait_for(r"A  Seed: binary classifier.*B  Seed: regression")
    terminal.wait_for(r"loss +\d\.\d+.*loss +\d\.\d+", timeout_s=60)

    terminal.press("q")
    terminal.wait_for("The run is live", "Stop both lanes: A")
    terminal.press("s")
    terminal.wait_for("seed-binary", "seed-regression", "stopped", "record +/", timeout_s=60)
    terminal.press("q")
    assert terminal.wait_for_exit() == 0

    report = read_report(dualtrain.only_run.report)
    assert {lane: told.preset for lane, told in report.lanes.items()} == {
        "a": "seed-binary",
        "b": "seed-regression",
    }
    assert all(told.status == "stopped" and told.steps > 0 for told in report.lanes.values())
