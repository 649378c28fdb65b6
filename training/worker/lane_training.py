"""What a lane's training is made of, in whichever way it is stepped: data, model, hooks, its end and its failure."""

from __future__ import annotations

import json
import math
import shutil
import traceback
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.agent.emitter import Emitter
from training.agent.gate import Gate
from training.agent.lane_plan import LaneHooksPlan
from training.plan import Lane, LanePlan, Plan
from training.preset.data import EntryData
from training.preset.own_code import names_code
from training.record.log_tail import log_tail
from training.record.run_folder import RunFolder
from training.worker.checkpoints import Checkpoints
from training.worker.failures import LaneFailureError, name_failure
from training.worker.lane_log import Say, say_on_stdout
from training.worker.length import Length, lane_length
from training.worker.own_code import made_in, own_imports, place_of

if TYPE_CHECKING:
    from training.worker.cached_batch import CachedBatch
    from training.worker.data.training_data import TrainingData
    from training.worker.frameworks import Framework

WARM_UP_STEPS = 3
_ITEM_BYTES = {"float64": 8, "int64": 8, "float16": 2, "bfloat16": 2, "int8": 1, "uint8": 1, "bool": 1}


@dataclass(frozen=True, slots=True)
class ReadyToFit:
    """A compiled model with its data, for so many epochs."""

    model: Any
    data: TrainingData
    epochs: int


@dataclass(slots=True)
class LaneTraining:
    """One lane in this process."""

    lane: Lane
    plan: Plan
    folder: RunFolder
    emitter: Emitter
    gate: Gate
    say: Say = say_on_stdout
    alone: bool = True
    """Whether the process trains no other lane: else its memory is not this one's, and its thread waits for none."""
    hooks: Any = None
    checkpoints: Checkpoints | None = None
    cached_batch: CachedBatch | None = None
    on_gpu: bool = False
    """Whether the framework trains on a GPU; false until it is set up."""

    @property
    def lane_plan(self) -> LanePlan:
        """This lane's part of the plan."""
        return self.plan.lanes[self.lane]

    @property
    def makes_data_on_host(self) -> bool:
        """Whether making its data leaves the device alone; a function of the user's own may use it as it likes."""
        return not isinstance(self.lane_plan.preset.data, EntryData)

    def make_data(self) -> TrainingData:
        """Make or fetch the preset's data, on the host; or call the function of the user's own that does.

        Raises:
            DataError: it cannot be had.
            Exception: the user's own function fails.
        """
        from training.worker import callback, models  # noqa: F401 - their imports need not wait for the token either
        from training.worker.data import load_data

        return load_data(self.lane_plan.preset)

    def prepare(self, framework: Framework, data: TrainingData | None) -> ReadyToFit:
        """Set the device up, build and compile the model, and make its hooks.

        Args:
            framework: what the device is set up in.
            data: what was made already; None where it is to be made once the device is set up.

        Raises:
            LaneFailureError: there is no GPU though one was chosen, or the user's own functions do not make a training.
            Exception: such a function fails.
        """
        import keras

        from training.worker.models import build_model, compile_model

        preset = self.lane_plan.preset
        set_up = framework.set_up(self.plan.device_of(self.lane), preset.device, self.plan.if_no_gpu)
        self.on_gpu = set_up.device != "CPU"
        if set_up.no_gpu is not None:
            self.emitter.emit("no_gpu", why=set_up.no_gpu.why, remedy=set_up.no_gpu.remedy)
        keras.utils.set_random_seed(preset.fit.seed)
        keras.mixed_precision.set_global_policy(preset.device.precision)
        if data is None:
            data = self.make_data()
        model = build_model(preset, data.shape)
        compile_model(model, preset)
        if names_code(preset):
            self._see_and_describe(model, data)
        length = lane_length(preset.fit, self.plan.limits, data.steps_per_epoch)
        self._tell_built(model, data, length, set_up.device)
        self._make_hooks(framework, model, data, length)
        return ReadyToFit(model, data, length.epochs)

    def _see_and_describe(self, model: Any, data: TrainingData) -> None:
        """A model of the user's own may not have its weights yet; nobody could tell of it before."""
        from training.worker.describe import keep_what_is_built
        from training.worker.models.fitting import see_it_fits

        see_it_fits(model, data, self.lane_plan.preset)
        keep_what_is_built(self.lane_plan.preset, model, data)

    def _make_hooks(self, framework: Framework, model: Any, data: TrainingData, length: Length) -> None:
        from training.worker.callback import lane_callback

        preset = self.lane_plan.preset
        self.checkpoints = Checkpoints(
            self.folder.lane_folder(self.lane),
            preset.checkpoint,
            self.emitter,
            partial(_save, framework, model),
            _parameter_bytes(model),
        )
        self.cached_batch = self._make_cached_batch(framework, model, data)
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
                framework_memory=framework.memory if self.alone else _not_known,
                say=self.say,
                stands_in_place=self.alone,
                time_cached_batch=None if self.cached_batch is None else self.cached_batch.time,
            ),
        )

    def _make_cached_batch(self, framework: Framework, model: Any, data: TrainingData) -> CachedBatch | None:
        """None where the framework's steps cannot be taken and undone; a window on it is then told as not had."""
        if not framework.times_cached_batches:
            return None
        from training.worker.cached_batch import CachedBatch  # goes into TensorFlow's own trainer

        return CachedBatch(
            model,
            data,
            now=self.emitter.now,
            synchronize=framework.synchronize,
            is_wanted=lambda: not self.gate.attention,
            say=self.say,
        )

    def _tell_built(self, model: Any, data: TrainingData, length: Length, device_name: str) -> None:
        self.emitter.emit(
            "built",
            parameters=sum(math.prod(weight.shape) for weight in model.weights),
            parameter_bytes=_parameter_bytes(model),
            batch_size=data.batch_size,
            train_samples=data.train_samples,
            validation_samples=data.validation_samples,
            steps_per_epoch=data.steps_per_epoch,
            planned_epochs=length.planned_epochs,
            planned_steps=length.planned_steps(data.steps_per_epoch),
            device=device_name,
        )

    def conclude(self, history: dict[str, list[float]]) -> None:
        """Save what was trained and tell that the lane has finished.

        Raises:
            LaneFailureError: the loss was not a number, the model is not what was trained, or it cannot be saved.
        """
        hooks = self.hooks
        if self.cached_batch is not None and self.cached_batch.state_lost:
            raise LaneFailureError(
                "state-lost",
                f"The model could not be put back after a measurement: {self.cached_batch.state_lost}",
                "Run again with --no-probe; the last checkpoint, where there is one, is from before or just after it.",
            )
        if hooks.ran_dry:
            raise LaneFailureError(
                "bad-data",
                f"The data ran out at step {hooks.step}: epoch {hooks.epoch} had {hooks.ran_dry}",
                "Return data that go on, or fewer steps; the last checkpoint holds what was trained.",
            )
        if hooks.nan_stop:
            raise LaneFailureError(
                "nan-loss",
                f"The loss is not a finite number at step {hooks.step}",
                'Lower the learning rate, or set fit.on_nan = "continue" to train on and mark it.',
            )
        self._write_history(history)
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

    @property
    def _history_path(self) -> Path:
        return self.folder.lane_folder(self.lane) / "history.json"

    def _write_history(self, history: dict[str, list[float]]) -> None:
        self._history_path.parent.mkdir(mode=0o700, exist_ok=True)
        numbers = {name: [float(value) for value in values] for name, values in history.items()}
        self._history_path.write_text(json.dumps(numbers), encoding="utf-8")

    def let_go(self) -> None:
        """Drop the model once the lane has ended."""
        self.hooks = self.checkpoints = self.cached_batch = None

    def finish_early(self) -> None:
        """Tell that the lane was stopped before it began."""
        self.emitter.emit(
            "finished", status="stopped", step=0, samples=0, epochs=0, reason=self.gate.stop_reason
        )

    def fail(self, error: Exception) -> None:
        """Tell what the lane failed of, in its log and as a record."""
        self.say("".join(traceback.format_exception(error)).rstrip())
        place, made = place_of(error), made_in(self.lane_plan.preset)
        failure = name_failure(error, on_gpu=self.on_gpu, place=place, made_in=made)
        step = 0 if self.hooks is None else self.hooks.step
        tail = log_tail(self.folder.lane_log(self.lane))
        self.emitter.emit(
            "error", kind=failure.kind, message=failure.message, hint=failure.hint, step=step, log_tail=tail
        )


def _parameter_bytes(model: Any) -> int:
    from keras import backend

    return sum(
        math.prod(weight.shape) * _ITEM_BYTES.get(backend.standardize_dtype(weight.dtype), 4)
        for weight in model.weights
    )


def _save(framework: Framework, model: Any, path: Path) -> None:
    framework.hold_state(model)
    with own_imports.named_as_written():
        model.save(path)


def _not_known() -> None:
    return None
