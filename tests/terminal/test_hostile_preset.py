"""A preset file from somewhere else cannot steer the terminal, neither by what it says nor by its name."""

from __future__ import annotations

from pathlib import Path

from tests.terminal.conftest import Opened

# sets the window's title, clears the screen, rings, and turns text around
TITLE = r"\u001b]0;owned\u0007\u001b[2J\u0007\u202eevil \u009b31m [bold red]loud[/]"
NAME = "\x1b[31mred\x1b]0;owned\x07"
PRESET = f"""
title = "{TITLE}"
description = "{TITLE}"
stresses = "{TITLE}"
[model]
name = "mlp"
hidden = [4]
[data]
name = "tabular-binary"
samples = 100
features = 10
[fit]
loss = "binary_crossentropy"
epochs = 2
batch_size = 32
"""
SEEN = r"\\x1b\]0;owned\\x07"
HARMFUL = (b"owned\x07", b"\x1b]0;owned", b"\x07\xe2\x80\xae", b"\xc2\x9b31m", "\u202e".encode(), b"\x1b[31m")


def test_pick_screen(dualtrain: Opened, tmp_path: Path) -> None:
    folder = tmp_path / "presets"
    folder.mkdir()
    (folder / f"{NAME}.toml").write_text(PRESET, encoding="utf-8")
    (folder / "broken.toml").write_text(f'title = "{TITLE}', encoding="utf-8")
    terminal = dualtrain(cwd=tmp_path)
    terminal.wait_for("seed-binary", "16 of 18|11 of 18")
    terminal.press("/", "red")
    terminal.wait_for(r"\\x1b\[31mred", SEEN)
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0
    assert not [one for one in HARMFUL if one in terminal.output]


def test_live_screen(dualtrain: Opened, tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.toml"
    path.write_text(PRESET, encoding="utf-8")
    terminal = dualtrain("run", str(path), "seed-regression")
    terminal.wait_for("A  .*" + SEEN, "B  Seed: regression", "importing")
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0
    assert not [one for one in HARMFUL if one in terminal.output]
