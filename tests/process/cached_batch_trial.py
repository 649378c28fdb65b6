"""Train presets with and without being asked for steps on one batch at hand; tell as JSON what came of each.

Runs in a process of its own: `-m tests.process.cached_batch_trial TRIAL…`. A trial is a preset with what else it is
about behind colons: `fp16` and `xla`, `steps` to train in our step loop rather than in `fit`, `fails` and `unwanted`
for an end after a few steps. Operations are deterministic and threads fixed, so that two trainings of one seed that
differ at all do differ in what they did.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
import time
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf  # noqa: TID251 - its threads and its determinism are set here

from tests.process.step_loop_trial import SINGLE, Told, by_fit, by_steps, digest, exactly
from training.agent.emitter import Emitter
from training.agent.gate import Gate
from training.agent.lane_plan import LaneHooksPlan
from training.launch import LaunchRequest, plan_lanes
from training.preset import Preset
from training.worker.cached_batch import CachedBatch
from training.worker.callback import lane_callback
from training.worker.data import load_data
from training.worker.models import build_model, compile_model

SIZES = SINGLE | {"mobilenet": ("data.samples=70", "data.size=32", "fit.batch_size=16", "model.alpha=0.35")}
OVERRIDES = {"fp16": "device.precision='mixed_float16'", "xla": "device.xla=true"}
ASKED_AT = (3, 6)
"""Steps before which it is asked: inside an epoch, and elsewhere than at its beginning in any of the trials."""
STEPS = 8
WANTED = 5
"""For so many steps, where it is not for all."""


class Wanted:
    """Whether the steps are still wanted."""

    def __init__(self, more: Sequence[str]) -> None:
        self._more = more
        self._left = WANTED

    def __call__(self) -> bool:
        self._left -= 1
        if self._left > 0:
            return True
        if "fails" in self._more:
            raise RuntimeError("no more of this")
        return "unwanted" not in self._more


class Asks(keras.callbacks.Callback):  # type: ignore[misc]
    """Asks at its steps, before the hooks come to the same batch."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self._gate = gate
        self._begun = 0

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        if self._begun in ASKED_AT:
            asked = {"cached_batch": True, "id": self._begun, "seconds": 0.0, "steps": STEPS}
            self._gate.tell({"do": "window", **asked})
        self._begun += 1


class Kept(Emitter):
    """Keeps the windows; nothing is written."""

    def __init__(self) -> None:
        self.dropped = 0
        self.windows: list[dict[str, Any]] = []

    def now(self) -> float:
        return time.monotonic()

    def emit(
        self, kind: str, /, droppable: bool = False, unhurried: bool = False, late: Any = None, **fields: Any
    ) -> None:
        if kind == "window":
            self.windows.append(fields)


def trained(preset: Preset, more: Sequence[str], *, asked: bool) -> dict[str, Any]:
    """What comes of a training: every call, the history, all variables, and how often its step was traced."""
    random.seed(5)
    np.random.seed(5)
    keras.utils.set_random_seed(preset.fit.seed)
    data = load_data(preset)
    model = build_model(preset, data.shape)
    compile_model(model, preset)
    traces = _count_traces(model)
    gate, emitter, told = Gate(), Kept(), Told()
    said: list[str] = []
    gate.tell({"do": "release"})
    cached = CachedBatch(
        model,
        data,
        now=emitter.now,
        synchronize=lambda: None,
        is_wanted=Wanted(more),
    )
    hooks = lane_callback(
        emitter,
        gate,
        LaneHooksPlan(
            batch_size=data.batch_size,
            steps_per_epoch=data.steps_per_epoch,
            samples_per_epoch=data.train_samples,
            warm_up_steps=1,
            say=said.append,
            time_cached_batch=cached.time,
        ),
    )
    train = by_steps if "steps" in more else by_fit
    train(model, data, [*([Asks(gate)] if asked else []), hooks, told])
    return {
        "calls": told.calls,
        "history": exactly(model.history.history),
        "model": digest([variable.numpy() for variable in model.variables]),
        "optimizer": digest([variable.numpy() for variable in model.optimizer.variables]),
        "metrics": digest([variable.numpy() for variable in model.metrics_variables]),
        "generators": hashlib.sha256(repr((random.getstate(), np.random.get_state())).encode()).hexdigest(),
        "step": hooks.step,
        "traces": traces,
        "windows": emitter.windows,
        "failures": [line for line in said if "hook failed" in line],
    }


def _count_traces(model: Any) -> list[int]:
    """How often TensorFlow runs the step's Python: once more for every kind of batch that it was not traced for."""
    count = [0]
    step = model.train_step

    def counted(data: Any) -> Any:
        count[0] += 1
        return step(data)

    model.train_step = counted
    return count


def main() -> None:
    """Try each; one line of JSON for each."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(2)
    tf.config.experimental.enable_op_determinism()
    for trial in sys.argv[1:]:
        name, *more = trial.split(":")
        overrides = [
            f"a.{one}" for one in (*SIZES[name], *(OVERRIDES[one] for one in more if one in OVERRIDES))
        ]
        preset = plan_lanes(LaunchRequest({"a": name}, overrides=overrides))["a"].preset
        told = {
            "plain": trained(preset, more, asked=False),
            "asked": trained(preset, more, asked=True),
        }
        print("RESULT " + json.dumps({"trial": trial, **told}), flush=True)


if __name__ == "__main__":
    main()
