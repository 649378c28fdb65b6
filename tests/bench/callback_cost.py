"""What the hooks take from a training, step by step."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from tests.bench.figures import judge, percent, say, seconds

TARGETS = {"tiny-steps": 0.01, "cnn-small": 0.001}
STEP_HOOKS = ("on_train_batch_begin", "on_train_batch_end")
SECONDS = 15.0


def measure(scale: float) -> None:
    """Each preset alone, in a process like a worker's."""
    for preset, target in TARGETS.items():
        told = hooked_fit(preset, SECONDS * scale)
        steps, step_s = told["steps"], told["steps_s"] / told["steps"]
        spent = told["spent_s"]
        in_steps_s = sum(spent[name] for name in STEP_HOOKS) / steps
        share, whole = in_steps_s / step_s, sum(spent.values()) / told["fit_s"]
        say(f"{preset}: {steps} steps of {seconds(step_s)}, in their hooks {seconds(in_steps_s)} each")
        judge(f"{preset}: hooks over steps", share, target, percent(share), percent(target))
        say(f"{preset}: hooks of epochs and validations too, over the whole fit: {percent(whole)}")
        emitter_s = told["emitter_s"] / told["fit_s"]
        say(f"{preset}: the writing thread beside it: {percent(emitter_s)} of one core")


def hooked_fit(preset: str, train_for_s: float) -> dict[str, Any]:
    """The sums of one fit whose hooks are timed."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tests.bench.hooked_fit", preset, str(train_for_s)],
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2", "CUDA_VISIBLE_DEVICES": "-1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
