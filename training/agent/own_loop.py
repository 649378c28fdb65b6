"""Steps that a script takes itself, told from its optimizers: counted where Python takes them, else read."""

import sys
import weakref
from typing import Any, List, Optional

from .script_framework import CPU
from .script_lane import ScriptLane

OTHERS_BEFORE_CHANGE = 100
"""A loop steps its optimizers in turn: one of them is counted, and another only once that one is left behind."""
SO_MUCH_AHEAD = 2
"""The same where counters are read: another takes its place that took more than so many times as many steps."""


class OwnLoop:
    """The optimizers of a script's own loops.

    An optimizer is known from its first step on: one that was made and never used has none to tell.
    """

    def __init__(self, lane: ScriptLane) -> None:
        self._lane = lane
        self._lead: Any = None
        """A weak reference to the optimizer whose steps are counted."""
        self._others = 0
        self._compiled: "List[weakref.ref[Any]]" = []
        """Optimizers that were traced: their steps are taken by a compiled function, past Python."""
        self._read: "weakref.WeakKeyDictionary[Any, int]" = weakref.WeakKeyDictionary()
        self._read_lead: Any = None
        """A weak reference to the one of them whose steps are told."""

    def begin_step(self, optimizer: Any, keras_package: str) -> bool:
        """The gate before a step of an optimizer of this Keras; whether its end is to be told. Raises nothing."""
        self._lane.keras_package = keras_package
        try:
            if _is_traced():
                self._note_compiled(optimizer)
                return False
            if not self._is_lead(optimizer):
                return False
            self._lane.tell_telemetry("each")
        except Exception:
            return False
        self._lane.hooks.on_loop_step_begin()
        return True

    def end_step(self) -> None:
        """The step was taken; what its loss is only the script knows."""
        self._lane.hooks.on_loop_step_end()

    @property
    def has_compiled(self) -> bool:
        """Whether there are steps that no hook sees."""
        return bool(self._compiled)

    def compiled_steps(self) -> Optional[int]:
        """Steps that compiled functions have taken since the last call, by the optimizers' own counters.

        None where reading them would have the device waited for. Of several optimizers that step in turn it is those of
        one: a look between their turns finds now the one ahead, now the other.
        """
        if self._lane.framework.device != CPU:
            return None
        taken = {}
        for reference in list(self._compiled):
            optimizer = reference()
            if optimizer is None:
                self._compiled.remove(reference)
                continue
            now = _iterations(optimizer)
            if now is None:
                continue
            taken[reference] = max(0, now - self._read.get(optimizer, now))
            self._read[optimizer] = now
        most = max(taken, key=taken.__getitem__, default=None)
        if most is None:
            return 0
        lead = self._read_lead
        if not taken.get(lead) or taken[most] > SO_MUCH_AHEAD * taken[lead]:
            self._read_lead = lead = most
        return taken[lead]

    def _note_compiled(self, optimizer: Any) -> None:
        if not any(reference() is optimizer for reference in self._compiled):
            self._compiled.append(weakref.ref(optimizer))
            self._lane.trains_with(self._lane.keras_package)
            before = _iterations_while_traced(optimizer)
            if before is not None:
                self._read[optimizer] = before

    def _is_lead(self, optimizer: Any) -> bool:
        lead = None if self._lead is None else self._lead()
        if lead is optimizer:
            self._others = 0
            return True
        self._others += 1
        if lead is not None and self._others <= OTHERS_BEFORE_CHANGE:
            return False
        self._lead, self._others = weakref.ref(optimizer), 0
        return True


def _is_traced() -> bool:
    """Whether Python is only asked what a compiled function is to do."""
    tensorflow = sys.modules.get("tensorflow")
    executing_eagerly = getattr(tensorflow, "executing_eagerly", None)
    if executing_eagerly is not None and not executing_eagerly():
        return True
    scope = sys.modules.get("keras.src.backend.common.stateless_scope")
    in_stateless_scope = getattr(scope, "in_stateless_scope", None)
    return bool(in_stateless_scope is not None and in_stateless_scope())


def _iterations_while_traced(optimizer: Any) -> Optional[int]:
    """What it counted before the function that is being traced runs for the first time."""
    try:
        with sys.modules["tensorflow"].init_scope():
            return _iterations(optimizer)
    except Exception:
        return None


def _iterations(optimizer: Any) -> Optional[int]:
    """The counter itself: the property would compute with it where gradients are accumulated."""
    try:
        counter = getattr(optimizer, "_iterations", None)
        return int((optimizer.iterations if counter is None else counter).numpy())
    except Exception:
        return None
