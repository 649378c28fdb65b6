"""Ctrl-C on the headless command."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from tests.process.equipment import Stage, wait_for
from training.plan import LANES
from training.record.event_records import Asked


def test_once_stops_gracefully_with_models_saved(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "seed-regression", "--minutes", "9", "--json")
    for lane in LANES:
        viewer.run.trains(lane)
    viewer.signal(signal.SIGINT)
    assert viewer.wait() == 130
    assert "Ctrl-C again kills" in viewer.err
    assert "Traceback" not in viewer.err
    lanes = json.loads(viewer.out)["lanes"]
    for lane in lanes.values():
        assert (lane["status"], lane["exit_code"], lane["error"]) == ("stopped", 0, None)
        assert Path(lane["model_path"]).name == "model.keras"
        assert Path(lane["model_path"]).is_file()
    assert [(one.what, one.by) for one in viewer.run.events() if isinstance(one, Asked)] == [
        ("stop", "Ctrl-C")
    ]
    stage.wait_until_clean()


def test_twice_kills(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "seed-regression", "--minutes", "9", "--json")
    viewer.run.pid("b")
    viewer.signal(signal.SIGINT)
    wait_for("the first to be taken", lambda: "Ctrl-C again kills" in viewer.err, saw=lambda: viewer.err)
    viewer.signal(signal.SIGINT)
    assert viewer.wait() == 130
    lanes = json.loads(viewer.out)["lanes"]
    assert {lane["status"] for lane in lanes.values()} == {"stopped"}
    assert "Traceback" not in viewer.err
    stage.wait_until_clean()


def test_before_the_run_began_is_an_interrupt_too(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "seed-regression", "--minutes", "9", "--json")
    wait_for("the supervisor's start", lambda: viewer.run.folder.plan.exists() or None)
    viewer.signal(signal.SIGINT)
    assert viewer.wait() == 130
    assert "Traceback" not in viewer.err
    stage.wait_until_clean()
