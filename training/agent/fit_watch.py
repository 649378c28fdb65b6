"""What of a script's calls is a step's time and what is not: `fit`, `train_on_batch`, `evaluate`, `predict`."""

import threading
import time
from threading import get_ident
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Tuple

from .fit_callback import make_callback, with_callback
from .fit_facts import facts_of_fit
from .never_raises import what_failed
from .script_lane import ScriptLane
from .uncounted_fit import UncountedFit

LONG_ASIDE_S = 0.5
"""What a script does beside its steps is told where it takes longer."""
AT_ONCE = (
    "two fits at once, in two threads: steps and losses are those of the first, the other's are not counted"
)


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
    """Called by the wrappers of Keras's methods, before and after. None of it raises into the script.

    Of fits that go on at once, in several threads, the first is followed.
    """

    def __init__(self, lane: ScriptLane) -> None:
        self._depths: Dict[int, int] = {}
        """By thread, how many calls of what is watched are under way in it, one inside the other; none without any."""
        self._fitting = False
        """Whether a fit is under way that is followed, or about to begin."""
        self._may_fit = threading.Lock()
        self._told_at_once = False
        self._lane = lane
        self._hooks = lane.hooks
        self.fits = 0
        """How many have begun."""
        self._ours: Any = None
        """Our callback in the fit that is under way."""

    @property
    def is_busy(self) -> bool:
        """Whether a call of what is watched is under way, in whatever thread."""
        return bool(self._depths)

    @property
    def counts_elsewhere(self) -> bool:
        """Whether the steps of now are told already, or nothing is to be told of them."""
        if self._fitting or get_ident() in self._depths or not self._lane.is_armed:
            return True
        return bool(self._hooks.reached_limit) and not self._hooks.is_in_loop

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
        if get_ident() in self._depths:
            return WatchedFit(tuple(arguments), dict(named), self._begin_aside("fit"))
        with self._may_fit:
            is_first, self._fitting = not self._fitting, True
        self._enter()
        try:
            begin = self._begin_fit if is_first else self._begin_beside
            return begin(model, package, tuple(arguments), dict(named), position)
        except BaseException as error:
            self._leave()
            self._fitting = self._fitting and not is_first
            if not isinstance(error, Exception):
                raise
            self._hooks.report_own_failure(what_failed())
            return None

    def begin_batch(self, package_name: str) -> bool:
        """The gate before a `train_on_batch` of this Keras; whether its end is to be told."""
        if self.counts_elsewhere:
            return False
        self._lane.keras_package = package_name
        self._lane.tell_telemetry("each")
        self._hooks.on_loop_step_begin()
        self._enter()
        return True

    def end_batch(self, result: Any, is_whole: bool) -> None:
        """A `train_on_batch` is over; `result` is what the script gets of it, where it came to its end."""
        self._leave()
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
        self.fits += 1
        if hooks.has_its_length():
            uncounted = UncountedFit(model, lambda: True, hooks.stand_aside, hooks.on_train_end)
            ours = make_callback(package.callback_type, uncounted)
        else:
            lane.trains_with(package.name)
            facts = facts_of_fit(self.fits, model, arguments, named, lane.framework.device)
            ours = make_callback(package.callback_type, hooks)
            with lane.lock:
                lane.tell_telemetry("each")
                hooks.begin_fit(model, facts)
        self._ours = ours
        # After that: a list of the script's own tells its parameters here, and not again.
        arguments, named, put_back = _with_ours(arguments, named, position, ours, model, package)

        def end() -> None:
            self._leave()
            self._ours = None
            try:
                put_back()
                if not lane.is_armed:
                    return
                with lane.lock:
                    hooks.end_fit()
            except Exception:
                hooks.report_own_failure(what_failed())
            finally:
                self._fitting = False

        return WatchedFit(arguments, named, end)

    def _begin_beside(
        self,
        model: Any,
        package: KerasPackage,
        arguments: Tuple[Any, ...],
        named: Dict[str, Any],
        position: int,
    ) -> WatchedFit:
        """Another goes on in another thread: this one stands still and ends as the lane does, and is not counted."""
        hooks, gate = self._hooks, self._lane.gate
        if not self._told_at_once:
            self._told_at_once = True
            self._lane.emitter.emit("remark", message=AT_ONCE)
        uncounted = UncountedFit(
            model, lambda: gate.stop_asked or bool(hooks.reached_limit), gate.wait_while_paused, _nothing
        )
        ours = make_callback(package.callback_type, uncounted)
        arguments, named, put_back = _with_ours(arguments, named, position, ours, model, package)

        def end() -> None:
            self._leave()
            try:
                put_back()
            except Exception:
                hooks.report_own_failure(what_failed())

        return WatchedFit(arguments, named, end)

    def _enter(self) -> None:
        thread = get_ident()
        self._depths[thread] = self._depths.get(thread, 0) + 1

    def _leave(self) -> None:
        thread = get_ident()
        depth = self._depths.pop(thread, 1) - 1
        if depth:
            self._depths[thread] = depth

    def _begin_aside(self, what: str) -> Callable[[], None]:
        began_s, is_within = time.monotonic(), get_ident() in self._depths
        self._enter()

        def end() -> None:
            self._leave()
            try:
                self._end_aside(what, time.monotonic() - began_s, is_within)
            except Exception:
                self._hooks.report_own_failure(what_failed())

        return end

    def _end_aside(self, what: str, seconds: float, is_within: bool) -> None:
        # Right inside a fit, or between two steps of a loop of the script's own.
        depth = self._depths.get(get_ident(), 0)
        if depth == int(is_within) and (self._hooks.is_fitting or self._hooks.is_in_loop):
            self._hooks.took_aside(seconds)
        if seconds >= LONG_ASIDE_S:
            self._lane.emitter.emit(
                "aside", what=what, seconds=round(seconds, 6), within_fit=is_within or None
            )


def _with_ours(
    arguments: Tuple[Any, ...],
    named: Dict[str, Any],
    position: int,
    ours: Any,
    model: Any,
    package: KerasPackage,
) -> Tuple[Tuple[Any, ...], Dict[str, Any], Callable[[], None]]:
    """The arguments of a fit with our callback among its own, and what puts all back as it was."""
    is_given_in_place = len(arguments) > position
    given = arguments[position] if is_given_in_place else named.get("callbacks")
    callbacks, put_back = with_callback(given, ours, model, package.callback_list_type)
    if is_given_in_place:
        return (*arguments[:position], callbacks, *arguments[position + 1 :]), named, put_back
    return arguments, {**named, "callbacks": callbacks}, put_back


def _nothing() -> None:
    return None


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
