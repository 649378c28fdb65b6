"""`python -P -m training.supervisor.scalar_follower TOLD`: follow what a lane writes, until standard input ends.

A process of its own: a pattern of the user's may take as long as it likes, and holds up nobody.
"""

from __future__ import annotations

import json
import os
import select
import sys
from collections.abc import Callable
from pathlib import Path

from training.supervisor.log_scalars import LogScalars, Scalar, TooSlowError
from training.supervisor.tensorboard_scalars import TensorBoardScalars

LOOK_S = 0.5
MOST_TOO_SLOW = 3
GAVE_UP = "the loss pattern takes too long on the lines of this log: it is not looked for any more"


def main() -> int:
    """Print the mean of each number of each look, one JSON object a line; returns the exit code."""
    told = json.loads(sys.argv[1])
    os.nice(10)
    log = None if told["pattern"] is None else _patient(LogScalars(Path(told["log"]), told["pattern"]))
    files = None if told["tensorboard"] is None else TensorBoardScalars(Path(told["tensorboard"]))
    is_over = False
    while not is_over:
        is_over = bool(select.select([sys.stdin], [], [], LOOK_S)[0])
        found = means(log()) if log is not None else []
        found += means(files.read_new(is_last=is_over)) if files is not None else []
        for scalar in found:
            print(json.dumps(scalar._asdict()), flush=True)
    return 0


def means(scalars: list[Scalar]) -> list[Scalar]:
    """One for each name: the mean, at the newest step."""
    by_name: dict[str, list[Scalar]] = {}
    for scalar in scalars:
        by_name.setdefault(scalar.name, []).append(scalar)
    return [
        Scalar(name, sum(one.value for one in found) / len(found), found[-1].step)
        for name, found in by_name.items()
    ]


def _patient(log: LogScalars) -> Callable[[], list[Scalar]]:
    """Reads the log, and leaves it alone once its pattern was too slow a few times."""
    too_slow = 0

    def read_new() -> list[Scalar]:
        nonlocal too_slow
        if too_slow >= MOST_TOO_SLOW:
            return []
        try:
            return log.read_new()
        except TooSlowError:
            too_slow += 1
            if too_slow == MOST_TOO_SLOW:
                print(json.dumps({"gave_up": GAVE_UP}), flush=True)
            return []

    return read_new


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        os._exit(0)  # whoever listened is gone
