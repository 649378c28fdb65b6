"""`training.worker --try PRESET`: a few steps of a preset on the CPU, as a lane would take them, and what they told."""

from __future__ import annotations

import json
import math
import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training.preset import Preset, PresetError, apply_overrides, load_preset, preset_digest
from training.preset.backend import DEFAULT_BACKEND
from training.preset.own_code import names_code
from training.worker.describe import keep_what_is_built, prepare_without_gpu
from training.worker.failures import LOG_HINT, name_failure
from training.worker.frameworks.kept_out import keep_keras_from_tensorflow
from training.worker.own_code import made_in, place_of

STEPS = 3
"""The first is compiled; of the others the quicker one counts."""


def try_preset(path: str, overrides: Sequence[str], answer: Path, digest: str) -> int:
    """Write the answer about one preset, with what is set beside its file. Returns the exit code.

    Args:
        path: the preset's file.
        overrides: keys set anew.
        answer: the file for the figures, or for `{"error": …}`, in JSON.
        digest: of the preset that is meant: one that has changed since is not run.
    """
    preset = None
    try:
        preset = apply_overrides(load_preset(Path(path)), overrides)
        if preset_digest(preset) != digest:
            raise PresetError("it has changed since it was read")
        prepare_without_gpu(preset)
        told = _tried(preset)
    except PresetError as error:
        told = {"error": str(error)}
    except Exception as error:
        made = None if preset is None else made_in(preset)
        failure = name_failure(error, on_gpu=False, place=place_of(error), made_in=made)
        hint = "" if failure.hint == LOG_HINT else failure.hint  # here is no log
        told = {"error": f"{failure.message.removesuffix('.')}. {hint}" if hint else failure.message}
    answer.write_text(json.dumps(told), encoding="utf-8")
    return 1 if "error" in told else 0


def _tried(preset: Preset) -> dict[str, Any]:
    import keras

    if preset.fit.backend != DEFAULT_BACKEND:
        keep_keras_from_tensorflow()

    from training.worker.data import load_data
    from training.worker.data.untuned import training_batches, validation_batches
    from training.worker.models import build_model, compile_model

    keras.utils.set_random_seed(preset.fit.seed)
    keras.mixed_precision.set_global_policy(preset.device.precision)
    data = load_data(preset)
    model = build_model(preset, data.shape)
    compile_model(model, preset)
    if names_code(preset):
        from training.worker.models.fitting import see_it_fits

        see_it_fits(model, data, preset)
        keep_what_is_built(preset, model, data)
    timer = _timer(keras)
    model.fit(
        training_batches(data),
        # An epoch may be shorter than that.
        epochs=STEPS,
        steps_per_epoch=data.asked_steps,
        callbacks=[timer],
        verbose=0,
    )
    if not timer.seconds:
        raise ValueError("an epoch without a single batch")
    if data.validation is not None:
        model.evaluate(validation_batches(data), steps=1, verbose=0)
    return {
        "parameters": sum(math.prod(weight.shape) for weight in model.weights),
        "batch_size": data.batch_size,
        "steps": len(timer.seconds),
        "step_s": min(timer.seconds),
        "peak_rss_bytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,  # told in KiB on Linux
    }


def _timer(keras: Any) -> Any:
    class Timer(keras.callbacks.Callback):  # type: ignore[misc]
        """Times a few steps and ends the training."""

        def __init__(self) -> None:
            super().__init__()
            self.seconds: list[float] = []
            self._began_s = 0.0

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
            self._began_s = time.monotonic()

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
            self.seconds.append(time.monotonic() - self._began_s)
            if len(self.seconds) >= STEPS:
                self.model.stop_training = True

    return Timer()
