"""A loss that is not a number: stop, or go on and mark it, as the preset says."""

from __future__ import annotations

import json

import pytest

from tests.process.equipment import Stage
from training.analysis.history import RunHistory
from training.record.lane_records import NonFinite, Progress

DIVERGES = ("fit.learning_rate=100", 'fit.optimizer="sgd"')


@pytest.mark.slow
def test_both_ways(stage: Stage) -> None:
    settings = [part for lane in "ab" for one in DIVERGES for part in ("--set", f"{lane}.{one}")]
    settings += ["--set", 'b.fit.on_nan="continue"']
    viewer = stage.headless("seed-regression", "seed-regression", "--steps", "120", "--json", *settings)
    assert viewer.wait() == 1
    lanes = json.loads(viewer.out)["lanes"]
    stopped, marked = lanes["a"], lanes["b"]
    seen = {
        "a": viewer.run.lane_record("a", NonFinite).step,
        "b": viewer.run.lane_record("b", NonFinite).step,
    }
    assert (stopped["status"], stopped["error"]["kind"]) == ("failed", "nan-loss")
    assert stopped["error"]["message"] == f"The loss is not a finite number at step {seen['a']}"
    assert "learning rate" in stopped["error"]["hint"]
    assert stopped["steps"] == seen["a"]
    assert (marked["status"], marked["steps"], marked["error"]) == ("completed", 120, None)
    told = [record for record in viewer.run.lane("b") if isinstance(record, Progress)]
    assert sum(record.nonfinite for record in told) == 120 - seen["b"] + 1
    history = RunHistory(viewer.run.folder)
    history.refresh()
    state = history.state().lanes["b"]
    assert (state.nonfinite_step, state.step, state.phase) == (seen["b"], 120, "completed")
    assert "NaN" not in viewer.out
    assert "not a finite number" in viewer.err
