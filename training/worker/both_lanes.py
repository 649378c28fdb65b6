"""Both lanes in one process, one framework context and one thread: their steps alternate."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from training.one_process import why_not_one_process
from training.worker.failures import LaneFailureError
from training.worker.frameworks import import_framework
from training.worker.lane_training import LaneTraining
from training.worker.turns import take_turns


def train_both(trainings: Sequence[LaneTraining], changed: threading.Condition) -> int:
    """Train both; returns the exit code: 0 all ended in order, 1 a lane failed, with an error record.

    `changed` is the condition that the lanes' gates share.
    """
    try:
        for why in why_not_one_process(trainings[0].plan):
            raise LaneFailureError("bad-plan", why.message, why.remedy)
        framework = import_framework("tensorflow", [training.emitter for training in trainings])
        from training.worker.lane_in_turns import LaneInTurns
    except Exception as error:
        for training in trainings:
            training.fail(error)
        return 1
    lanes = [LaneInTurns(training, framework) for training in trainings]
    take_turns(lanes, changed)
    return int(any(lane.failed for lane in lanes))
