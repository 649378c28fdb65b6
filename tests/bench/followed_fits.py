"""`OUT ROUNDS TIMED STEPS`, run as a lane's script: fits in turns with our callback and without, then with it timed.

Its steps are small: what is added to each weighs most there.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np

STEP_HOOKS = ("on_train_batch_begin", "on_train_batch_end")
FIT_HOOKS = (
    "begin_fit",
    "on_params",
    "on_train_begin",
    "on_epoch_begin",
    "on_epoch_end",
    "on_train_end",
    "end_fit",
)
BATCH_SIZE = 32
SKIPPED_ROUNDS = 2
"""The first ones trace and allocate."""


def small_model() -> Any:
    made = keras.Sequential(
        [keras.Input((16,)), keras.layers.Dense(32, activation="relu"), keras.layers.Dense(1)]
    )
    made.compile("adam", "mse")
    return made


class Spent:
    """Processor time in the hooks, of whichever thread calls them."""

    def __init__(self, hooks: type) -> None:
        self.notes: list[float] = []
        """Of each call: several threads may add to it at once."""
        for name in (*STEP_HOOKS, *FIT_HOOKS):
            setattr(hooks, name, self._timed(getattr(hooks, name)))

    def _timed(self, hook: Any) -> Any:
        def timed(hooks: Any, *arguments: Any, **named: Any) -> Any:
            time.thread_time()  # beside a long step the clock's own code is cold, and not to be taken for the hook's
            began = time.thread_time()
            result = hook(hooks, *arguments, **named)
            self.notes.append(time.thread_time() - began)
            return result

        return timed


def measure(rounds: int, timed: int, steps: int) -> dict[str, Any]:
    keras.utils.set_random_seed(1)
    x = np.random.default_rng(1).random((BATCH_SIZE * steps, 16), dtype=np.float32)
    y = x.sum(axis=1)
    trained = small_model()
    ways = {"followed_s": keras.Model.fit, "bare_s": keras.Model.fit.__wrapped__}
    took: dict[str, list[float]] = {name: [] for name in ways}

    def seconds_of_step(fit: Any) -> float:
        began = time.perf_counter()
        fit(trained, x, y, epochs=1, batch_size=BATCH_SIZE, verbose=0, shuffle=False)
        return (time.perf_counter() - began) / steps

    for number in range(rounds + SKIPPED_ROUNDS):
        for name in sorted(ways, reverse=number % 2 == 1):
            took_s = seconds_of_step(ways[name])
            if number >= SKIPPED_ROUNDS:
                took[name].append(took_s)
    timing_s = cost_of_timing()
    spent = Spent(sys.modules["_dualtrain_agent.script_hooks"].ScriptHooks)
    for _ in range(timed):
        seconds_of_step(keras.Model.fit)
    hooks_s = sum(spent.notes) - len(spent.notes) * timing_s
    return {**took, "hooks_s": hooks_s / (timed * steps), "timing_s": timing_s}


def cost_of_timing(calls: int = 100_000) -> float:
    """What a note holds of a hook that does nothing: the clock's own part of it."""

    class Nothing:
        def nothing(self, batch: int, logs: Any = None) -> None: ...

    for name in (*STEP_HOOKS, *FIT_HOOKS):
        setattr(Nothing, name, Nothing.nothing)
    spent, hooks = Spent(Nothing), Nothing()
    for batch in range(calls):
        getattr(hooks, STEP_HOOKS[0])(batch, None)
    return sum(spent.notes) / calls


if __name__ == "__main__":
    out, *sizes = sys.argv[1:]
    Path(out).write_text(json.dumps(measure(*map(int, sizes))))
