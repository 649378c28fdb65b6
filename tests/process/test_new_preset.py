"""A preset that `presets new` wrote, and one that `presets show --toml` printed, train as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.process.equipment import Stage


@pytest.mark.slow
def test_what_was_made_trains(stage: Stage, tmp_path: Path) -> None:
    made = stage.command("presets", "new", "mine")
    assert made.returncode == 0, made.stderr
    assert "dualtrain-tui run user:mine" in made.stdout
    shown = stage.command("presets", "show", "seed-binary", "--set", "fit.batch_size=50", "--toml")
    path = tmp_path / "shown.toml"
    path.write_text(shown.stdout, encoding="utf-8")
    viewer = stage.headless("user:mine", str(path), "--steps", "40", "--no-probe", "--json")
    assert viewer.wait() == 0, viewer.err + viewer.run.told()
    lanes = json.loads(viewer.out)["lanes"]
    assert [(lanes[lane]["status"], lanes[lane]["steps"]) for lane in "ab"] == [("completed", 40)] * 2
    assert [lanes[lane]["samples"] for lane in "ab"] == [40 * 64, 40 * 50]
