"""Wrap the few methods of Keras through which a script trains, as soon as the script has imported it."""

import functools
import sys
from typing import Any, Callable, Dict

from .fit_watch import FitWatch, KerasPackage
from .never_raises import what_failed
from .own_loop import OwnLoop
from .script_lane import ScriptLane

MODELS = {
    "keras.src.models.model": "keras.src",  # Keras 3
    "keras.src.engine.training": "keras.src",  # 2.13 to 2.15, as TensorFlow has it
    "keras.engine.training": "keras",  # 2.6 to 2.12
    "tf_keras.src.engine.training": "tf_keras.src",  # Keras 2 beside TensorFlow 2.16 and newer
    "tf_keras.engine.training": "tf_keras",
    "tensorflow.python.keras.engine.training": "tensorflow.python.keras",  # TensorFlow 2.5 and older
}
"""Modules in which a class `Model` is, and the package that it is of."""
OPTIMIZERS = {
    "keras.src.optimizers.base_optimizer": ("BaseOptimizer", "apply"),  # Keras 3: `apply_gradients` calls it
    "keras.src.optimizers.optimizer": ("_BaseOptimizer", "apply_gradients"),
    "keras.optimizers.optimizer": ("_BaseOptimizer", "apply_gradients"),
    "keras.optimizers.optimizer_experimental.optimizer": ("_BaseOptimizer", "apply_gradients"),
    "tf_keras.src.optimizers.optimizer": ("_BaseOptimizer", "apply_gradients"),
    "keras.src.optimizers.legacy.optimizer_v2": ("OptimizerV2", "apply_gradients"),
    "keras.optimizers.legacy.optimizer_v2": ("OptimizerV2", "apply_gradients"),
    "keras.optimizers.optimizer_v2.optimizer_v2": ("OptimizerV2", "apply_gradients"),
    "keras.optimizer_v2.optimizer_v2": ("OptimizerV2", "apply_gradients"),
    "tf_keras.src.optimizers.legacy.optimizer_v2": ("OptimizerV2", "apply_gradients"),
    "tensorflow.python.keras.optimizer_v2.optimizer_v2": ("OptimizerV2", "apply_gradients"),
}
"""Modules in which a class is whose method takes a step."""
_IS_OURS = "_dualtrain_watches"
_CALLBACKS_AT = 5
"""Where `callbacks` stands among the arguments of `fit` behind the model, in every Keras so far."""


class KerasPatches:
    """What is done to each module of Keras once it is there; twice does no more than once."""

    def __init__(self, lane: ScriptLane, watch: FitWatch, loop: OwnLoop) -> None:
        self._lane = lane
        self._watch = watch
        self._loop = loop

    def by_module(self) -> Dict[str, Callable[[Any], None]]:
        """What to call with which module."""
        calls: Dict[str, Callable[[Any], None]] = {}
        for name, package in MODELS.items():
            calls[name] = functools.partial(self._guarded, self._patch_model, package)
        for name, place in OPTIMIZERS.items():
            calls[name] = functools.partial(self._guarded, self._patch_optimizer, place)
        return calls

    def _guarded(self, patch: Callable[[Any, Any], None], what: Any, module: Any) -> None:
        try:
            patch(what, module)
        except Exception:
            self._lane.hooks.report_own_failure(what_failed())

    def _patch_model(self, package: str, module: Any) -> None:
        model = getattr(module, "Model", None)
        if model is None or hasattr(model.fit, _IS_OURS):
            return
        _replace(model, "fit", _watched_fit(model.fit, package, self._watch))
        _replace(model, "train_on_batch", _watched_batch(model.train_on_batch, package, self._watch))
        for name in ("evaluate", "predict"):
            _replace(model, name, _watched_aside(getattr(model, name), name, self._watch))

    def _patch_optimizer(self, place: Any, module: Any) -> None:
        class_name, method = place
        optimizer = getattr(module, class_name, None)
        if optimizer is None or hasattr(getattr(optimizer, method), _IS_OURS):
            return
        package = module.__name__.partition(".optimizer")[0]
        _replace(
            optimizer, method, _watched_apply(getattr(optimizer, method), package, self._watch, self._loop)
        )


def _replace(owner: Any, name: str, wrapper: Any) -> None:
    setattr(wrapper, _IS_OURS, True)
    wrapper.autograph_info__ = {}  # AutoGraph is to call it as it is, and not to convert it
    setattr(owner, name, wrapper)


def _watched_fit(original: Any, package_name: str, watch: FitWatch) -> Any:
    position = _position_of_callbacks(original)

    @functools.wraps(original)
    def fit(self: Any, *arguments: Any, **named: Any) -> Any:
        package = _package(package_name)
        watched = package and watch.begin_fit(self, package, arguments, named, position)
        if not watched:
            return original(self, *arguments, **named)
        try:
            return original(self, *watched.arguments, **watched.named)
        finally:
            watched.end()

    return fit


def _watched_batch(original: Any, package_name: str, watch: FitWatch) -> Any:
    @functools.wraps(original)
    def train_on_batch(self: Any, *arguments: Any, **named: Any) -> Any:
        if not watch.begin_batch(package_name):
            return original(self, *arguments, **named)
        result, is_whole = None, False
        try:
            result = original(self, *arguments, **named)
            is_whole = True
            return result
        finally:
            watch.end_batch(result, is_whole)

    return train_on_batch


def _watched_aside(original: Any, what: str, watch: FitWatch) -> Any:
    @functools.wraps(original)
    def aside(self: Any, *arguments: Any, **named: Any) -> Any:
        end = watch.begin_aside(what, named)
        if end is None:
            return original(self, *arguments, **named)
        try:
            return original(self, *arguments, **named)
        finally:
            end()

    return aside


def _watched_apply(original: Any, package_name: str, watch: FitWatch, loop: OwnLoop) -> Any:
    @functools.wraps(original)
    def apply(self: Any, *arguments: Any, **named: Any) -> Any:
        if watch.counts_elsewhere or not loop.begin_step(self, package_name):
            return original(self, *arguments, **named)
        result = original(self, *arguments, **named)
        loop.end_step()
        return result

    return apply


def _package(name: str) -> Any:
    """The callback classes of a Keras, which has imported them before anything is fitted; None where it has not."""
    callbacks = sys.modules.get(name + ".callbacks")
    base = getattr(callbacks, "Callback", None)
    if base is None:
        return None
    return KerasPackage(name, base, getattr(callbacks, "CallbackList", None))


def _position_of_callbacks(fit: Any) -> int:
    while hasattr(fit, "__wrapped__"):
        fit = fit.__wrapped__
    try:
        code = fit.__code__
        return int(code.co_varnames[: code.co_argcount].index("callbacks")) - 1
    except (AttributeError, ValueError):
        return _CALLBACKS_AT
