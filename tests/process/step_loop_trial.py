"""Train presets in `fit`, in our step loop, and two at a time in turns; tell as JSON what came of each.

Runs in a process of its own, by its path: `step_loop_trial.py FOLDER TRIAL…`. A trial is a preset, `stopped`, two
presets with a + between, or `failing` and such a pair, whose first lane then fails inside a step. Operations are
deterministic and threads fixed, so that two trainings of one seed that differ at all do differ in what they did.
"""

from __future__ import annotations

import functools
import hashlib
import json
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
import tensorflow as tf  # noqa: TID251 - its threads and its determinism are set here

from training.agent.emitter import Emitter
from training.agent.gate import Gate
from training.launch import LaunchRequest, make_plan, plan_lanes
from training.plan import LANES, LanePlan, Limits, PlannedDevice
from training.preset import Preset
from training.record.run_folder import RunFolder
from training.worker.both_lanes import train_both
from training.worker.data import load_data
from training.worker.data.training_data import TrainingData
from training.worker.lane_training import LaneTraining
from training.worker.models import build_model, compile_model
from training.worker.step_loop import fit_in_steps

EPOCHS = 3
SMALL_IMAGES = ("data.samples=70", "data.size=8", "fit.batch_size=16")
SINGLE: dict[str, tuple[str, ...]] = {
    "seed-binary": ("data.samples=300",),
    "seed-regression": ("data.samples=150", "model.dropout=0.4", "fit.optimizer='adamw'"),
    "input-bound": (*SMALL_IMAGES, "data.blur_passes=1", "fit.learning_rate=0.01"),
    "autoencoder": (*SMALL_IMAGES, "fit.validation_split=0"),
    "cnn-small": SMALL_IMAGES,
    "lstm": ("data.samples=100", "data.length=8", "model.units=[8]"),
}
"""With dropout, with arrays and with a PyDataset, with smaller last batches, with and without a validation."""
OTHER_PRECISION = ("device.precision='mixed_bfloat16'", "fit.seed=7")
"""What the first lane of a pair has besides."""


class Told(keras.callbacks.Callback):  # type: ignore[misc]
    """Keeps every call of Keras with its numbers, exactly."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Any] = []

    def on_train_begin(self, logs: Any = None) -> None:
        self._keep("train begins", 0, {"of": self.params["steps"], "epochs": self.params["epochs"]})

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._keep("epoch begins", epoch, logs)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._keep("batch begins", batch, logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._keep("batch", batch, logs)

    def on_test_begin(self, logs: Any = None) -> None:
        self._keep("test begins", 0, logs)

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        self._keep("test batch begins", batch, logs)

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        self._keep("test batch", batch, logs)

    def on_test_end(self, logs: Any = None) -> None:
        self._keep("test", 0, logs)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._keep("epoch", epoch, logs)

    def on_train_end(self, logs: Any = None) -> None:
        self._keep("train", 0, logs)

    def _keep(self, what: str, number: int, logs: Any) -> None:
        self.calls.append([what, number, {name: float(value).hex() for name, value in (logs or {}).items()}])


class RunsOut(keras.utils.PyDataset):  # type: ignore[misc]
    """Arrays that give a few batches, and then an error as of a pipeline."""

    BATCHES = 5

    def __init__(self, data: TrainingData) -> None:
        super().__init__()
        self._data = data
        self._left = self.BATCHES + 2  # Keras looks at two for their shapes

    def __len__(self) -> int:
        steps = self._data.steps_per_epoch
        assert steps is not None
        return steps

    def __getitem__(self, index: int) -> Any:
        self._left -= 1
        if self._left < 0:
            raise MemoryError("no room for another batch")
        taken = slice(index * self._data.batch_size, (index + 1) * self._data.batch_size)
        return self._data.x[taken], self._data.y[taken]


class Failing(LaneTraining):
    """A lane whose data runs out."""

    def make_data(self) -> TrainingData:
        data = LaneTraining.make_data(self)
        return replace(data, x=RunsOut(data), y=None)


class StopInside(keras.callbacks.Callback):  # type: ignore[misc]
    """Ends a training inside its second epoch."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self._epoch == 1 and batch == 2:
            self.model.stop_training = True


Train = Callable[[Any, TrainingData, list[Any]], None]


def by_fit(model: Any, data: TrainingData, callbacks: list[Any]) -> None:
    """Train as Keras does."""
    model.fit(
        data.x,
        data.y,
        batch_size=None if data.y is None else data.batch_size,
        epochs=EPOCHS,
        validation_data=data.validation,
        callbacks=callbacks,
        verbose=0,
    )


def by_steps(model: Any, data: TrainingData, callbacks: list[Any]) -> None:
    """Train as we do."""
    for _ in fit_in_steps(model, data, EPOCHS, callbacks):
        pass


def trained(preset: Preset, train: Train, *more: Any) -> dict[str, Any]:
    """What comes of a training: every call, the history, the weights and the optimizer's variables."""
    data = load_data(preset)
    model = build_model(preset, data.shape)
    compile_model(model, preset)
    told = Told()
    train(model, data, [told, *more])
    return {
        "calls": told.calls,
        "history": exactly(model.history.history),
        "weights": digest([variable.numpy() for variable in model.variables]),
        "optimizer": digest([variable.numpy() for variable in model.optimizer.variables]),
        "trained": digest(model.get_weights()),
    }


@functools.cache
def by_fit_alone(preset_as_json: bytes) -> dict[str, Any]:
    """What comes of a training in `fit`; the same for the same preset."""
    return trained(msgspec.json.decode(preset_as_json, type=Preset), by_fit)


def exactly(history: dict[str, list[float]]) -> dict[str, list[str]]:
    """A history's numbers, every bit of them."""
    return {name: [float(value).hex() for value in values] for name, values in sorted(history.items())}


def digest(arrays: list[Any]) -> str:
    """One word for all their bits."""
    whole = hashlib.sha256()
    for array in arrays:
        whole.update(np.ascontiguousarray(array).tobytes())
    return whole.hexdigest()


def lanes_of(a: str, b: str, *, alike: bool = True) -> dict[Any, LanePlan]:
    """The presets of a pair at their small sizes; the first with a seed and a precision of its own unless `alike`."""
    first = () if alike else OTHER_PRECISION
    overrides = [f"a.{one}" for one in (*SINGLE[a], *first)] + [f"b.{one}" for one in SINGLE[b]]
    return plan_lanes(LaunchRequest({"a": a, "b": b}, overrides=overrides))


def in_turns(
    folder: Path, lanes: dict[Any, LanePlan], kind_of_a: type[LaneTraining] = LaneTraining
) -> dict[str, Any]:
    """Train two in this process as a worker does, told everything beforehand."""
    folder.mkdir()
    plan = make_plan("trial", lanes, PlannedDevice("cpu", "CPU"), "one-process", Limits(epochs=EPOCHS))
    changed = threading.Condition()
    trainings = []
    for lane in LANES:
        gate = Gate(changed)
        gate.tell({"do": "warm_up"})
        gate.tell({"do": "release"})
        emitter = Emitter(str(folder / f"{lane}.jsonl"), lane, 0.0)
        kind = kind_of_a if lane == "a" else LaneTraining
        trainings.append(kind(lane, plan, RunFolder(folder), emitter, gate, alone=False))
    code = train_both(trainings, changed)
    for training in trainings:
        training.emitter.close()
    return {"code": code} | {lane: kept(folder / lane) for lane in LANES}


def kept(folder: Path) -> dict[str, Any]:
    """What a lane left in its folder; nothing of one that failed."""
    if not (folder / "model.keras").exists():
        return {}
    history = json.loads((folder / "history.json").read_text(encoding="utf-8"))
    model = keras.models.load_model(folder / "model.keras")
    return {"history": exactly(history), "trained": digest(model.get_weights())}


def main() -> None:
    """Try each; one line of JSON for each."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(2)
    tf.config.experimental.enable_op_determinism()
    for number, trial in enumerate(sys.argv[2:]):
        print(
            "RESULT " + json.dumps({"trial": trial, **tried(trial, Path(sys.argv[1]) / str(number))}),
            flush=True,
        )


def tried(trial: str, folder: Path) -> dict[str, Any]:
    """What came of one trial in `fit`, and what in ours."""
    if trial.startswith("failing "):
        lanes = lanes_of(*trial.removeprefix("failing ").split("+"))
        alone = {"b": by_fit_alone(msgspec.json.encode(lanes["b"].preset))}
        return {"fit": alone, "ours": in_turns(folder, lanes, Failing)}
    if "+" in trial:
        lanes = lanes_of(*trial.split("+"), alike=False)
        alone = {lane: by_fit_alone(msgspec.json.encode(lanes[lane].preset)) for lane in LANES}
        return {"fit": alone, "ours": in_turns(folder, lanes)}
    name = "seed-binary" if trial == "stopped" else trial
    preset = lanes_of(name, name)["a"].preset
    if trial == "stopped":
        return {
            "fit": trained(preset, by_fit, StopInside()),
            "ours": trained(preset, by_steps, StopInside()),
        }
    return {"fit": by_fit_alone(msgspec.json.encode(preset)), "ours": trained(preset, by_steps)}


if __name__ == "__main__":
    main()
