"""A pair from the command line to its report, in a plain terminal of 256 colours."""

from __future__ import annotations

import re

from tests.terminal.conftest import Opened
from tests.terminal.terminal import ALTERNATE_SCREEN_OFF, ALTERNATE_SCREEN_ON
from training.record.liveness import liveness

TRUE_COLOUR = re.compile(rb"\x1b\[[0-9;]*\b[34]8;2;")
ANY_COLOUR = re.compile(rb"\x1b\[[0-9;]*\b[34]8;5;")


def test_from_launch_to_report(dualtrain: Opened) -> None:
    terminal = dualtrain("run", "seed-binary", "seed-regression", "--steps", "400")
    terminal.wait_for("A  Seed: binary classifier", "B  Seed: regression", "importing")
    terminal.wait_for(r"loss +\d\.\d+", timeout_s=60)
    steps = r"steps +400  in 16 epochs.*"
    terminal.wait_for("Both trainings completed", "seed-binary.*seed-regression", steps * 2, timeout_s=60)

    terminal.press("l")
    terminal.wait_for("╭─ loss", "ended")
    terminal.press("enter")
    terminal.wait_for("Both trainings completed")
    terminal.press("q")
    assert terminal.wait_for_exit() == 0
    assert liveness(dualtrain.only_run) == "ended"

    assert terminal.output.startswith(ALTERNATE_SCREEN_ON)
    assert ALTERNATE_SCREEN_OFF in terminal.output
    assert not TRUE_COLOUR.search(terminal.output)
    assert ANY_COLOUR.search(terminal.output)
