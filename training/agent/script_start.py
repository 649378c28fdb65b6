"""What the supervisor tells the runner of a script or program: one JSON object on its command line."""

import json
import math
from typing import Any, Dict

NO_STEP_WITHIN_S = 60.0


class ScriptStart:
    """Where a lane's records go, the pipes it was given, and what bounds it."""

    def __init__(self, told: Dict[str, Any]) -> None:
        self.lane = str(told["lane"])
        self.records = str(told["records"])
        self.zero_s = float(told["zero_s"])
        """The run's zero on CLOCK_MONOTONIC."""
        self.commands_fd = int(told["commands_fd"])
        self.doorbell_fd = int(told["doorbell_fd"])
        self.is_program = bool(told.get("program"))
        """Whether it is any program, and no Python script."""
        self.on_gpu = bool(told.get("on_gpu"))
        """Whether a GPU was chosen for the lane."""
        self.stop_at_step = float(told.get("steps") or math.inf)
        self.stop_after_epochs = float(told.get("epochs") or math.inf)
        self.train_for_s = float(told.get("minutes") or math.inf) * 60
        self.no_step_within_s = float(told.get("no_step_within_s") or NO_STEP_WITHIN_S)
        """A script that shows no step for so long after its turn has come is told to have none to show yet."""
        self.grace_s = float(told.get("grace_s") or 30.0)
        """How long it may still take once the supervisor is gone."""

    @classmethod
    def read(cls, text: str) -> "ScriptStart":
        """From the command line.

        Raises:
            ValueError: it is not what the supervisor writes.
        """
        try:
            return cls(json.loads(text))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("no start of a lane: %s" % error) from error
