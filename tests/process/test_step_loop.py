"""Our step loop is equal to `fit`, bit by bit, and two lanes in turns to each alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

TRIAL = Path(__file__).with_name("step_loop_trial.py")
FAILING = "failing seed-binary+seed-regression"


def _tried(folder: Path, *trials: str) -> dict[str, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-P", str(TRIAL), str(folder), *trials],
        env=os.environ | {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=230,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = [json.loads(line[7:]) for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert [one["trial"] for one in found] == list(trials)
    return {one["trial"]: one for one in found}


def _equal_to_fit(one: dict[str, Any]) -> None:
    fit, ours = one["fit"], one["ours"]
    assert ours["calls"] == fit["calls"]  # every batch's loss and metrics among them
    assert ours["history"] == fit["history"]
    assert ours["weights"] == fit["weights"]
    assert ours["optimizer"] == fit["optimizer"]


def _equal_to_alone(one: dict[str, Any], lanes: str = "ab") -> None:
    for lane in lanes:
        alone, in_turns = one["fit"][lane], one["ours"][lane]
        assert in_turns["history"] == alone["history"]
        assert in_turns["trained"] == alone["trained"]


def test_losses_and_weights_are_those_of_fit_and_in_turns_those_of_each_alone(tmp_path: Path) -> None:
    """Dropout, shuffled arrays, a PyDataset, smaller last batches, validation; another seed and precision beside it."""
    found = _tried(tmp_path, "seed-regression", "input-bound+seed-regression", FAILING)
    single = found["seed-regression"]
    _equal_to_fit(single)
    batches = [call for call in single["fit"]["calls"] if call[0] == "batch"]
    assert len(batches) == 12
    assert len({call[2]["loss"] for call in batches}) == 12
    assert {"loss", "mae", "val_loss", "val_mae"} == set(single["fit"]["history"])
    _equal_to_alone(found["input-bound+seed-regression"])
    assert found["input-bound+seed-regression"]["ours"]["code"] == 0

    # an exception inside a step of one is an end of that one alone
    assert found[FAILING]["ours"]["code"] == 1
    assert found[FAILING]["ours"]["a"] == {}
    error = json.loads((tmp_path / "2" / "a.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert (error["k"], error["kind"], error["step"]) == ("error", "host-memory", 5)
    assert "no room for another batch" in error["message"]
    _equal_to_alone(found[FAILING], "b")


@pytest.mark.slow
def test_so_are_those_of_other_presets_and_of_a_training_that_is_stopped(tmp_path: Path) -> None:
    found = _tried(
        tmp_path,
        *("seed-binary", "input-bound", "autoencoder", "cnn-small", "lstm", "stopped"),
        *("seed-regression+input-bound", "cnn-small+seed-binary"),
    )
    for trial, one in found.items():
        if "+" in trial:
            _equal_to_alone(one)
        else:
            _equal_to_fit(one)
    assert found["stopped"]["fit"]["calls"][-1][0] == "train"
    assert len(found["stopped"]["fit"]["history"]["loss"]) == 2
    assert "val_loss" not in found["autoencoder"]["fit"]["history"]
