"""`python -P -m training.worker RUN_FOLDER LANES`: the child process that trains."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path

from training.agent.commands import CommandListener
from training.agent.emitter import Emitter
from training.agent.gate import Gate
from training.plan import LANES, Lane, read_plan
from training.record.run_folder import RunFolder


def main() -> int:
    """Train the lanes named on the command line."""
    arguments = _parse()
    if arguments.describe is not None:
        from training.worker.describe import describe

        return describe(arguments.describe)
    folder = RunFolder(Path(arguments.run_folder))
    plan = read_plan(folder.plan)
    lanes: list[Lane] = [lane for lane in LANES if lane in arguments.lanes]
    if len(lanes) != 1:
        print("one worker trains one lane", file=sys.stderr)
        return 2
    lane = lanes[0]
    emitter = Emitter(str(folder.lane_records(lane)), lane, arguments.zero, arguments.doorbell_fd)
    emitter.emit("started", pid=os.getpid())
    gate = Gate()
    listener = CommandListener(arguments.commands_fd, {lane: gate})
    from training.worker.train_lane import LaneTraining

    exit_code = LaneTraining(lane, plan, folder, emitter, gate).run()
    emitter.close()
    listener.training_is_over()
    return exit_code


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="training.worker", description=__doc__)
    parser.add_argument("run_folder", nargs="?")
    parser.add_argument("lanes", nargs="?", default="")
    parser.add_argument("--zero", type=float, help="the run's zero on CLOCK_MONOTONIC, seconds")
    parser.add_argument("--commands-fd", type=int, help="inherited pipe to read commands from")
    parser.add_argument("--doorbell-fd", type=int, help="inherited pipe to ring")
    parser.add_argument(
        "--describe", metavar="PRESET", help="print what only Keras can tell, as JSON, and leave"
    )
    return parser.parse_args()


if __name__ == "__main__":
    code = main()
    with contextlib.suppress(OSError):  # the log's disk may be full
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)  # the framework's own exit can hang or crash after a training that went well
