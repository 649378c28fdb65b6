"""`python -P -m tests.bench.hooked_fit PRESET SECONDS`: a lane's fit with every hook timed; prints one JSON object."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.agent.emitter import Emitter
from training.agent.gate import Gate
from training.agent.lane_plan import LaneHooksPlan
from training.preset_library import resolve
from training.worker.callback import LaneCallback
from training.worker.data import load_data
from training.worker.data.untuned import training_batches, validation_batches
from training.worker.models import build_model, compile_model

HOOKS = (
    "on_train_batch_begin", "on_train_batch_end", "on_epoch_begin", "on_epoch_end", "on_test_begin",
    "on_test_batch_begin", "on_test_batch_end", "on_test_end",
)  # fmt: skip
SKIPPED_STEPS = 20
"""The first steps trace and allocate."""


class TimedHooks(LaneCallback):
    """The lane's callback; adds up what is spent in it, and what steps take altogether."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.spent_s = dict.fromkeys(HOOKS, 0.0)
        self.calls = dict.fromkeys(HOOKS, 0)
        self.steps_s = 0.0
        self.timed_steps = 0
        self._before = time.perf_counter()

    def forget(self) -> None:
        """Begin the sums anew."""
        self.spent_s = dict.fromkeys(HOOKS, 0.0)
        self.calls = dict.fromkeys(HOOKS, 0)
        self.steps_s, self.timed_steps = 0.0, 0

    def nothing(self, batch: int, logs: Any = None) -> None:
        """What a hook costs that does nothing: the timing's own cost."""

    def step_ended(self, now: float) -> None:
        """Add one step."""
        self.steps_s += now - self._before
        self._before = now
        self.timed_steps += 1
        if self.step == SKIPPED_STEPS:
            self.forget()

    def epoch_began(self, now: float) -> None:
        """What lies before is no step's."""
        self._before = now


def _timed(name: str, hook: Callable[..., None]) -> Callable[..., None]:
    def timed(self: TimedHooks, first: Any = None, logs: Any = None) -> None:
        time.perf_counter()  # beside a long step the clock's own code is cold, and not to be taken for the hook's
        began = time.perf_counter()
        if name.startswith("on_test_") and name.endswith(("_begin", "_end")) and "batch" not in name:
            hook(self, logs)
        else:
            hook(self, first, logs)
        now = time.perf_counter()
        self.spent_s[name] += now - began
        self.calls[name] += 1
        if name == "on_train_batch_end":
            self.step_ended(now)
        elif name == "on_epoch_begin":
            self.epoch_began(now)

    return timed


for _name in HOOKS:
    setattr(TimedHooks, _name, _timed(_name, getattr(LaneCallback, _name)))


def _cost_of_timing(hooks: TimedHooks, calls: int = 200_000) -> float:
    """Seconds of a timed call that are the timing's."""
    timed = _timed("on_test_batch_end", TimedHooks.nothing)
    hooks.forget()
    for batch in range(calls):
        timed(hooks, batch, None)
    cost = hooks.spent_s["on_test_batch_end"] / calls
    hooks.forget()
    return cost


def main(reference: str, train_for_s: float) -> None:
    """Fit for so long and print the sums."""
    import keras

    preset = resolve(reference).preset
    assert preset is not None
    keras.utils.set_random_seed(preset.fit.seed)
    data = load_data(preset)
    model = build_model(preset, data.shape)
    compile_model(model, preset)
    gate = Gate()
    gate.tell({"do": "warm_up"})
    gate.tell({"do": "release"})
    with tempfile.TemporaryDirectory() as folder:
        emitter = Emitter(str(Path(folder) / "a.jsonl"), "a", time.monotonic())
        plan = LaneHooksPlan(
            batch_size=data.batch_size,
            steps_per_epoch=data.steps_per_epoch,
            samples_per_epoch=data.train_samples,
            warm_up_steps=3,
            train_for_s=train_for_s,
            say=lambda _text: None,
        )
        hooks = TimedHooks(emitter, gate, plan)
        timing_s = _cost_of_timing(hooks)
        began = time.perf_counter()
        model.fit(
            training_batches(data),
            epochs=1_000_000,
            validation_data=validation_batches(data),
            callbacks=[hooks],
            verbose=0,
        )
        fit_s = time.perf_counter() - began
        clock = time.pthread_getcpuclockid(emitter._thread.ident or 0)
        emitter_s = time.clock_gettime(clock)
        emitter.close()
    spent_s = {name: hooks.spent_s[name] - hooks.calls[name] * timing_s for name in HOOKS}
    told = {
        "steps": hooks.timed_steps,
        "steps_s": hooks.steps_s,
        "fit_s": fit_s,
        "spent_s": spent_s,
        "calls": hooks.calls,
        "timing_s": timing_s,
        "emitter_s": emitter_s,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
