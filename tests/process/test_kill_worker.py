"""kill -9 of one worker: the other lane is not touched by it."""

from __future__ import annotations

import json
import os
import signal

from tests.process.equipment import Stage


def test_killed_in_training(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "seed-regression", "--steps", "1500", "--json")
    viewer.run.trains("b")
    os.kill(viewer.run.pid("b"), signal.SIGKILL)
    assert viewer.wait() == 1
    lanes = json.loads(viewer.out)["lanes"]
    assert (lanes["a"]["status"], lanes["a"]["steps"], lanes["a"]["error"]) == ("completed", 1500, None)
    assert (lanes["b"]["status"], lanes["b"]["exit_code"]) == ("failed", -9)
    assert lanes["b"]["error"]["kind"] == "killed"
    assert "signal 9" in lanes["b"]["error"]["message"]
    assert "dmesg" in lanes["b"]["error"]["hint"]
    assert 10 < lanes["b"]["steps"] < 1500
    assert stage.command("report").stdout.count("seed-regression: failed") == 1


def test_killed_in_warm_up_releases_the_other_at_once(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "seed-regression", "--steps", "60", "--json")
    os.kill(viewer.run.pid("b"), signal.SIGKILL)
    assert viewer.wait() == 1  # long before barrier_s, which is three minutes
    lanes = json.loads(viewer.out)["lanes"]
    assert (lanes["a"]["status"], lanes["a"]["steps"]) == ("completed", 60)
    assert (lanes["b"]["status"], lanes["b"]["steps"], lanes["b"]["model_path"]) == ("failed", 0, None)
