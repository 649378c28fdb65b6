"""The pick screen in a real terminal: a preset typed anew and saved, and the command in the terminal's clipboard."""

from __future__ import annotations

import base64
import re

from tests.terminal.conftest import Opened
from training.preset import load_preset
from training.preset_library import user_folder


def test_an_edited_preset_is_saved_and_its_command_copied(dualtrain: Opened) -> None:
    terminal = dualtrain()
    terminal.wait_for("▸ seed-binary", "dualtrain-tui run seed-binary seed-regression")
    terminal.press("e")
    terminal.wait_for("Edit lane A", "▸ batch size +32")
    terminal.press("0")
    terminal.wait_for("found 0; allowed: a whole number from 1 to 1048576")
    terminal.press("\x15", "64")
    terminal.wait_for("▸ batch size +64")
    terminal.press("w")
    terminal.wait_for("> my-seed-binary")
    terminal.press("\r")
    terminal.wait_for("▸ my-seed-binary", "run user:my-seed-binary seed-regression")
    assert load_preset(user_folder() / "my-seed-binary.toml").fit.batch_size == 64
    terminal.press("y")
    terminal.wait_until(lambda: b"\x1b]52;c;" in terminal.output, what="OSC 52")
    copied = re.findall(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07", terminal.output)
    assert [base64.b64decode(one) for one in copied] == [
        b"dualtrain-tui run user:my-seed-binary seed-regression"
    ]
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0
