"""The lane's hooks as a Keras callback."""

from __future__ import annotations

from typing import Any

import keras

from training.agent.emitter import Emitter
from training.agent.gate import Gate
from training.agent.lane_hooks import LaneHooks
from training.agent.lane_plan import LaneHooksPlan


class LaneCallback(LaneHooks, keras.callbacks.Callback):  # type: ignore[misc]
    """What Keras calls; everything is in the hooks."""


def lane_callback(emitter: Emitter, gate: Gate, plan: LaneHooksPlan) -> Any:
    """The callback of one lane."""
    return LaneCallback(emitter, gate, plan)
