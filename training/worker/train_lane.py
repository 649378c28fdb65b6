"""One lane's life: import, wait for its turn, build, warm up, train, save."""

from __future__ import annotations

import contextlib
import faulthandler
import json
import math
import shutil
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.agent.emitter import Emitter
from training.agent.gate import Gate
from training.agent.lane_plan import LaneHooksPlan
from training.plan import Lane, LanePlan, Plan
from training.record.log_tail import log_tail
from training.record.run_folder import RunFolder
from training.worker.checkpoints import Checkpoints
from training.worker.failures import LaneFailureError, name_failure
from training.worker.length import Length, lane_length

if TYPE_CHECKING:
    from training.worker.data.training_data import TrainingData
    from training.worker.framework import TensorFlow

WARM_UP_STEPS = 3
_ITEM_BYTES = {"float64": 8, "int64": 8, "float16": 2, "bfloat16": 2, "int8": 1, "uint8": 1, "bool": 1}


@dataclass(slots=True)
class LaneTraining:
    """One lane in this process."""

    lane: Lane
    plan: Plan
    folder: RunFolder
    emitter: Emitter
    gate: Gate
    hooks: Any = None
    checkpoints: Checkpoints | None = None
    on_gpu: bool = False
    """Whether the framework trains on a GPU; false until it is set up."""

    @property
    def lane_plan(self) -> LanePlan:
        """This lane's part of the plan."""
        return self.plan.lanes[self.lane]

    def run(self) -> int:
        """Train; returns the exit code: 0 ended in order, 1 failed with an error record."""
        faulthandler.enable()
        try:
            framework = self._import_framework()
            data = self._make_data()
            self.gate.wait_for_token()
            if self.gate.stop_asked:
                self._finish_early()
                return 0
            self._train(framework, data)
            self._finish()
        except Exception as error:
            self._fail(error)
            return 1
        return 0

    def _import_framework(self) -> TensorFlow:
        began = time.monotonic()
        from training.worker.framework import TensorFlow

        framework = TensorFlow()
        import keras  # noqa: F401 - imported here so that the time and the versions are told

        self.emitter.emit(
            "imported",
            seconds=round(time.monotonic() - began, 3),
            versions=framework.versions(),
            threads=framework.threads(),
        )
        return framework

    def _make_data(self) -> TrainingData:
        """Before the token is there: data is made on the host and by whichever lane is waiting anyway."""
        from training.worker import callback, models  # noqa: F401 - their imports need not wait for the token either
        from training.worker.data import load_data

        return load_data(self.lane_plan.preset)

    def _train(self, framework: TensorFlow, data: TrainingData) -> None:
        import keras

        from training.worker.callback import lane_callback
        from training.worker.models import build_model, compile_model

        preset = self.lane_plan.preset
        set_up = framework.set_up(self.plan.device_of(self.lane), preset.device, self.plan.if_no_gpu)
        self.on_gpu = set_up.device != "CPU"
        if set_up.no_gpu is not None:
            self.emitter.emit("no_gpu", why=set_up.no_gpu.why, remedy=set_up.no_gpu.remedy)
        keras.utils.set_random_seed(preset.fit.seed)
        keras.mixed_precision.set_global_policy(preset.device.precision)
        model = build_model(preset, data.shape)
        compile_model(model, preset)
        length = lane_length(preset.fit, self.plan.limits, data.steps_per_epoch)
        self._tell_built(model, data, length, set_up.device)
        self.checkpoints = Checkpoints(
            self.folder.lane_folder(self.lane),
            preset.checkpoint,
            self.emitter,
            model.save,
            _parameter_bytes(model),
        )
        planned_steps = length.planned_steps(data.steps_per_epoch)
        self.hooks = lane_callback(
            self.emitter,
            self.gate,
            LaneHooksPlan(
                batch_size=data.batch_size,
                steps_per_epoch=data.steps_per_epoch,
                samples_per_epoch=data.train_samples,
                warm_up_steps=min(WARM_UP_STEPS, planned_steps or WARM_UP_STEPS),
                stop_at_step=length.stop_at_step,
                train_for_s=length.train_for_s,
                stop_on_nan=preset.fit.on_nan == "stop",
                checkpoints=self.checkpoints,
                synchronize=framework.synchronize,
                framework_memory=framework.memory,
                say=_say,
            ),
        )
        history = _fit(model, data, length, self.hooks)
        if self.hooks.nan_stop:
            raise LaneFailureError(
                "nan-loss",
                f"The loss is not a finite number at step {self.hooks.step}",
                'Lower the learning rate, or set fit.on_nan = "continue" to train on and mark it.',
            )
        self._write_history(history)

    def _tell_built(self, model: Any, data: TrainingData, length: Length, device_name: str) -> None:
        self.emitter.emit(
            "built",
            parameters=int(model.count_params()),
            parameter_bytes=_parameter_bytes(model),
            batch_size=data.batch_size,
            train_samples=data.train_samples,
            validation_samples=data.validation_samples,
            steps_per_epoch=data.steps_per_epoch,
            planned_epochs=length.planned_epochs,
            planned_steps=length.planned_steps(data.steps_per_epoch),
            device=device_name,
        )

    def _finish(self) -> None:
        hooks = self.hooks
        stopped = self.gate.stop_reason is not None and not hooks.reached_limit
        self.emitter.emit(
            "finished",
            status="stopped" if stopped else "completed",
            step=hooks.step,
            samples=hooks.samples,
            epochs=hooks.epochs_done,
            reason=self.gate.stop_reason if stopped else hooks.reached_limit or "epochs",
            model_path=str(self._save_model()),
            history_path=str(self._history_path),
        )

    def _save_model(self) -> Path:
        """The last checkpoint is the trained model: written once, linked under the name people look for."""
        assert self.checkpoints is not None
        error = self.checkpoints.save(self.hooks.step)
        if error is not None:
            raise LaneFailureError(
                "file-error",
                f"Trained, but the model cannot be saved: {error}",
                "Make room on the disk; the last checkpoint, where there is one, holds most of it.",
            )
        path = self.folder.lane_folder(self.lane) / "model.keras"
        path.unlink(missing_ok=True)
        try:
            path.hardlink_to(self.checkpoints.last_path)
        except OSError:
            shutil.copyfile(self.checkpoints.last_path, path)
        return path

    def _finish_early(self) -> None:
        self.emitter.emit(
            "finished", status="stopped", step=0, samples=0, epochs=0, reason=self.gate.stop_reason
        )

    def _fail(self, error: Exception) -> None:
        with contextlib.suppress(OSError):  # the log's disk may be full; the error record tries for longer
            traceback.print_exc()
            sys.stderr.flush()
        failure = name_failure(error, on_gpu=self.on_gpu)
        step = 0 if self.hooks is None else self.hooks.step
        tail = log_tail(self.folder.lane_log(self.lane))
        self.emitter.emit(
            "error", kind=failure.kind, message=failure.message, hint=failure.hint, step=step, log_tail=tail
        )

    @property
    def _history_path(self) -> Path:
        return self.folder.lane_folder(self.lane) / "history.json"

    def _write_history(self, history: dict[str, list[float]]) -> None:
        self._history_path.parent.mkdir(mode=0o700, exist_ok=True)
        numbers = {name: [float(value) for value in values] for name, values in history.items()}
        self._history_path.write_text(json.dumps(numbers), encoding="utf-8")


def _fit(model: Any, data: TrainingData, length: Length, hooks: Any) -> dict[str, list[float]]:
    batching = {} if data.y is None else {"batch_size": data.batch_size}
    history = model.fit(
        data.x,
        data.y,
        epochs=length.epochs,
        validation_data=data.validation,
        callbacks=[hooks],
        verbose=0,
        **batching,
    )
    return dict(history.history)


def _parameter_bytes(model: Any) -> int:
    from keras import backend

    return sum(
        math.prod(weight.shape) * _ITEM_BYTES.get(backend.standardize_dtype(weight.dtype), 4)
        for weight in model.weights
    )


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # the log's disk may be full
        print(text, flush=True)
