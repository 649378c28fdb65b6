"""What of a script's calls is a step's time and what is not: `fit`, `train_on_batch`, `evaluate`, `predict`."""

import time
import traceback
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Tuple

from .fit_callback import make_callback, with_callback
from .fit_facts import facts_of_fit
from .script_lane import ScriptLane

LONG_ASIDE_S = 0.5
"""What a script does beside its steps is told where it takes longer."""


class KerasPackage:
    """One Keras that a script imported: its own callback classes."""

    def __init__(self, name: str, callback_type: Any, callback_list_type: Any) -> None:
        self.name = name
        self.callback_type = callback_type
        self.callback_list_type = callback_list_type


class WatchedFit:
    """The arguments of a fit with our callback among them, and what to call when it is over."""

    def __init__(self, arguments: Tuple[Any, ...], named: Dict[str, Any], end: Callable[[], None]) -> None:
        self.arguments = arguments
        self.named = named
        self.end = end


class FitWatch:
    """Called by the wrappers of Keras's methods, before and after. None of it raises into the script."""

    def __init__(self, lane: ScriptLane) -> None:
        self.depth = 0
        """How many calls of what is watched are under way, one inside the other."""
        self._lane = lane
        self._hooks = lane.hooks
        self.fits = 0
        """How many have begun."""
        self._ours: Any = None
        """Our callback in the fit that is under way."""

    @property
    def counts_elsewhere(self) -> bool:
        """Whether the steps of now are told already, or nothing is to be told of them."""
        return self.depth > 0 or not self._lane.is_armed

    def begin_fit(
        self,
        model: Any,
        package: KerasPackage,
        arguments: Sequence[Any],
        named: Mapping[str, Any],
        position: int,
    ) -> Optional[WatchedFit]:
        """Take a fit in hand; None where it goes on as if we were not here.

        `position` is where `callbacks` stands among the arguments. A fit inside another is time aside.
        """
        if not self._lane.is_armed:
            return None
        if self.depth:
            return WatchedFit(tuple(arguments), dict(named), self._begin_aside("fit"))
        self.depth += 1
        try:
            return self._begin_fit(model, package, tuple(arguments), dict(named), position)
        except Exception:
            self.depth -= 1
            self._hooks.report_own_failure(traceback.format_exc())
            return None
        except BaseException:
            self.depth -= 1
            raise

    def begin_batch(self, package_name: str) -> bool:
        """The gate before a `train_on_batch` of this Keras; whether its end is to be told."""
        if self.counts_elsewhere:
            return False
        self._lane.keras_package = package_name
        self._lane.tell_telemetry("each")
        self._hooks.on_loop_step_begin()
        self.depth += 1
        return True

    def end_batch(self, result: Any, is_whole: bool) -> None:
        """A `train_on_batch` is over; `result` is what the script gets of it, where it came to its end."""
        self.depth -= 1
        if is_whole:
            self._hooks.on_loop_step_end(_loss_of(result))

    def begin_aside(self, what: str, named: Mapping[str, Any]) -> Optional[Callable[[], None]]:
        """Mark an `evaluate` or `predict` that is no fit's own validation; what to call when it is over."""
        if not self._lane.is_armed or named.get("_use_cached_eval_dataset"):
            return None
        held = getattr(named.get("callbacks"), "callbacks", None)
        if self._ours is not None and isinstance(held, list) and any(one is self._ours for one in held):
            return None
        return self._begin_aside(what)

    def _begin_fit(
        self,
        model: Any,
        package: KerasPackage,
        arguments: Tuple[Any, ...],
        named: Dict[str, Any],
        position: int,
    ) -> WatchedFit:
        lane, hooks = self._lane, self._hooks
        lane.trains_with(package.name)
        facts = facts_of_fit(self.fits + 1, model, arguments, named, lane.framework.device)
        self._ours = make_callback(package.callback_type, hooks)
        is_given_in_place = len(arguments) > position
        given = arguments[position] if is_given_in_place else named.get("callbacks")
        self.fits += 1
        with lane.lock:
            lane.tell_telemetry("each")
            hooks.begin_fit(model, facts)
        # After that: a list of the script's own tells its parameters here, and not again.
        callbacks, put_back = with_callback(given, self._ours, model, package.callback_list_type)
        if is_given_in_place:
            arguments = (*arguments[:position], callbacks, *arguments[position + 1 :])
        else:
            named["callbacks"] = callbacks

        def end() -> None:
            self.depth -= 1
            self._ours = None
            try:
                put_back()
                if not lane.is_armed:
                    return
                with lane.lock:
                    hooks.end_fit()
            except Exception:
                hooks.report_own_failure(traceback.format_exc())

        return WatchedFit(arguments, named, end)

    def _begin_aside(self, what: str) -> Callable[[], None]:
        began_s, is_within = time.monotonic(), self.depth > 0
        self.depth += 1

        def end() -> None:
            self.depth -= 1
            try:
                self._end_aside(what, time.monotonic() - began_s, is_within)
            except Exception:
                self._hooks.report_own_failure(traceback.format_exc())

        return end

    def _end_aside(self, what: str, seconds: float, is_within: bool) -> None:
        # Right inside a fit, or between two steps of a loop of the script's own.
        if self.depth == int(is_within) and (self._hooks.is_fitting or self._hooks.is_in_loop):
            self._hooks.took_aside(seconds)
        if seconds >= LONG_ASIDE_S:
            self._lane.emitter.emit(
                "aside", what=what, seconds=round(seconds, 6), within_fit=is_within or None
            )


def _loss_of(result: Any) -> Optional[float]:
    """The loss among what `train_on_batch` returns: a number, a list that begins with it, or a table."""
    if isinstance(result, Mapping):
        result = result.get("loss")
    elif isinstance(result, (list, tuple)):
        result = result[0] if result else None
    if result is None:
        return None
    try:
        return float(result)
    except Exception:
        return None
