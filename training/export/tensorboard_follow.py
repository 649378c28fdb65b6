"""`python -P -m training.export.tensorboard_follow RUN_FOLDER`: a run's event files, written while it goes on.

The run's supervisor starts it and holds the other end of its standard input: nothing comes, and the end of it says
that the run is over, or that its supervisor is gone. Then what is left is written, and the process ends. What goes
wrong it says in one line on stdout, with exit code 1.
"""

from __future__ import annotations

import select
import sys
from pathlib import Path

from training.export.run_event_files import RunEventFiles
from training.plan import PlanError, read_plan
from training.record.run_folder import RunFolder

PERIOD_S = 2.0
"""From one look at the records to the next."""


def main() -> int:
    """Follow the run whose folder is named on the command line; returns the exit code."""
    folder = RunFolder(Path(sys.argv[1]))
    try:
        into = read_plan(folder.plan).tensorboard
        if into is not None:
            _follow(RunEventFiles(folder, Path(into)))
    except PlanError as error:
        return _failed(str(error))
    except OSError as error:
        return _failed(f"{error.filename or into}: {error.strerror or error}")
    return 0


def _follow(files: RunEventFiles) -> None:
    files.update()
    while not _input_ends_within(PERIOD_S):
        files.update()
    files.update()
    files.finish()


def _input_ends_within(seconds: float) -> bool:
    readable, _, _ = select.select([sys.stdin], [], [], seconds)
    return bool(readable)


def _failed(why: str) -> int:
    sys.stdout.write(f"{why}\n")
    sys.stdout.flush()
    return 1


if __name__ == "__main__":
    sys.exit(main())
