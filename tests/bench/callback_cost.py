"""What the hooks take from a training: step by step, and where Keras runs ahead of them, as a ratio of rates."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from typing import Any

from tests.bench.figures import judge, percent, say, seconds

TARGETS = {"tiny-steps": 0.01, "cnn-small": 0.001}
STEP_HOOKS = ("on_train_batch_begin", "on_train_batch_end")
SECONDS = 15.0
AHEAD = (("jax", "lstm"), ("jax", "tiny-steps"), ("jax", "seed-binary"), ("torch", "tiny-steps"))
"""On these backends steps are dispatched ahead: what a hook costs cannot be added up there, only rates compared."""
AHEAD_TARGET = 0.02
PAIRS = 40
FIT_SECONDS = 0.4
"""Short, and in turns: what else the machine does is then the same for both of a pair."""


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
    for backend, preset in AHEAD:
        _compare(backend, preset, scale)


def _compare(backend: str, preset: str, scale: float) -> None:
    """Rates with and without hooks, in turns in one process."""
    told = _asked("interleaved_fit", preset, max(3, round(PAIRS * scale)), FIT_SECONDS, KERAS_BACKEND=backend)
    pairs = list(zip(told["hooked"], told["bare"], strict=True))
    rates, cpu = ([with_us[at] / without[at] for with_us, without in pairs] for at in (0, 1))
    bare = statistics.median(rate for _, (rate, _) in pairs)
    say(f"{preset} on {backend}: {bare:.0f} steps/s without hooks, {len(pairs)} pairs of fits")
    name, target = f"{preset} on {backend}: slower with hooks", f"{AHEAD_TARGET:g} below 1"
    judge(name, 1 - statistics.median(rates), AHEAD_TARGET, f"rates at {_median(rates)}", target)
    say(f"{preset} on {backend}: CPU time of a step with hooks at {_median(cpu)}")


def _median(ratios: list[float]) -> str:
    low, _, high = statistics.quantiles(ratios)
    return f"{statistics.median(ratios):.3f}, half of them between {low:.3f} and {high:.3f}"


def hooked_fit(preset: str, train_for_s: float) -> dict[str, Any]:
    """The sums of one fit whose hooks are timed."""
    return _asked("hooked_fit", preset, train_for_s)


def _asked(module: str, *arguments: object, **environment: str) -> dict[str, Any]:
    """What a process of its own measured."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "2", "CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-P", "-m", f"tests.bench.{module}", *map(str, arguments)],
        env={**os.environ, **quiet, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
