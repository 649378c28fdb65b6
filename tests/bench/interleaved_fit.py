"""`python -P -m tests.bench.interleaved_fit PRESET ROUNDS SECONDS`: fits with and without a lane's hooks, in turns.

On the backend that KERAS_BACKEND names. Prints one JSON object: of each fit, "bare" and "hooked" in the order in which
they were made, the steps per second and the CPU seconds of the whole process per step.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import keras

from training.agent.emitter import Emitter
from training.agent.gate import Gate
from training.agent.lane_plan import LaneHooksPlan
from training.preset_library import resolve
from training.worker.callback import lane_callback
from training.worker.data import load_data
from training.worker.data.training_data import TrainingData
from training.worker.data.untuned import training_batches
from training.worker.frameworks.kept_out import keep_keras_from_tensorflow
from training.worker.models import build_model, compile_model

Rates = tuple[float, float]
"""Steps per second, CPU seconds per step."""
FIRST_STEPS = 60
"""The first fit compiles; the second says how many epochs take the time wanted."""


class Clock(keras.callbacks.Callback):  # type: ignore[misc]
    """Times a fit from its first epoch on: what it takes to begin is the same with and without hooks."""

    def __init__(self) -> None:
        super().__init__()
        self.began_s: float | None = None
        self.took_s = self.cpu_s = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Note the first."""
        if self.began_s is None:
            self.began_s, self.cpu_s = time.perf_counter(), -time.process_time()

    def on_train_end(self, logs: Any = None) -> None:
        """By now every batch has been told of."""
        self.took_s = time.perf_counter() - (self.began_s or 0.0)
        self.cpu_s += time.process_time()


class Fits:
    """Fits of one compiled model, which goes on training from one to the next."""

    def __init__(self, reference: str, folder: Path) -> None:
        preset = resolve(reference).preset
        assert preset is not None
        self._data: TrainingData = load_data(preset)
        steps = self._data.steps_per_epoch
        assert steps is not None, "its data say how many steps make an epoch"
        self._steps_per_epoch = steps
        self._model: Any = build_model(preset, self._data.shape)
        compile_model(self._model, preset)
        self._folder = folder
        self._made = 0

    def epochs_for(self, seconds: float) -> int:
        """How many epochs take about so long."""
        least = max(1, FIRST_STEPS // self._steps_per_epoch)
        self.bare(least)
        rate, _ = self.bare(least)
        return max(least, round(rate * seconds / self._steps_per_epoch))

    def bare(self, epochs: int) -> Rates:
        """A fit with nothing of ours in it."""
        return self._rates(epochs, [])

    def hooked(self, epochs: int) -> Rates:
        """A fit with a lane's hooks, which write as in a run."""
        self._made += 1
        gate = Gate()
        gate.tell({"do": "warm_up"})
        gate.tell({"do": "release"})
        emitter = Emitter(str(self._folder / f"{self._made}.jsonl"), "a", time.monotonic())
        plan = LaneHooksPlan(
            batch_size=self._data.batch_size,
            steps_per_epoch=self._steps_per_epoch,
            samples_per_epoch=self._data.train_samples,
            warm_up_steps=3,
            say=lambda _text: None,
        )
        rates = self._rates(epochs, [lane_callback(emitter, gate, plan)])
        emitter.close()
        return rates

    def _rates(self, epochs: int, callbacks: list[Any]) -> Rates:
        clock = Clock()
        batches = training_batches(self._data)
        self._model.fit(batches, epochs=epochs, callbacks=[*callbacks, clock], verbose=0)
        steps = epochs * self._steps_per_epoch
        return steps / clock.took_s, clock.cpu_s / steps


def main(reference: str, rounds: int, seconds: float) -> None:
    """Make the fits, the order within a pair alternating, and print their rates."""
    if os.environ.get("KERAS_BACKEND") != "tensorflow":
        keep_keras_from_tensorflow()
    with tempfile.TemporaryDirectory() as folder:
        fits = Fits(reference, Path(folder))
        epochs = fits.epochs_for(seconds)
        fits.hooked(epochs)
        rates: dict[str, list[Rates]] = {"bare": [], "hooked": []}
        ways = {"bare": fits.bare, "hooked": fits.hooked}
        for index in range(rounds):
            for name in sorted(ways, reverse=index % 2 == 1):
                rates[name].append(ways[name](epochs))
    print(json.dumps(rates))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
