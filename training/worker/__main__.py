"""`python -P -m training.worker RUN_FOLDER LANES`: the child process that trains lane a, lane b, or both (ab)."""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import os
import sys
import threading
from pathlib import Path

from training.agent.commands import CommandListener
from training.agent.emitter import Emitter
from training.agent.gate import Gate
from training.plan import LANES, Lane, Plan, read_plan
from training.record.run_folder import RunFolder
from training.worker.both_lanes import train_both
from training.worker.lane_log import say_in, say_on_stdout
from training.worker.lane_training import LaneTraining
from training.worker.train_lane import train_lane


def main() -> int:
    """Train the lanes named on the command line: one in `fit`, or both in turns."""
    arguments = _parse()
    if arguments.describe is not None:
        from training.worker.describe import describe

        return describe(arguments.describe, arguments.set)
    if arguments.try_ is not None:
        from training.worker.trial import try_preset

        return try_preset(arguments.try_, arguments.set, arguments.answer, arguments.digest)
    folder = RunFolder(Path(arguments.run_folder))
    plan = read_plan(folder.plan)
    lanes: list[Lane] = [lane for lane in LANES if lane in arguments.lanes]
    if not lanes:
        print("LANES is a, b or ab", file=sys.stderr)
        return 2
    faulthandler.enable()
    changed = threading.Condition()
    trainings = [_training(lane, lanes, plan, folder, arguments, changed) for lane in lanes]
    listener = CommandListener(
        arguments.commands_fd, {training.lane: training.gate for training in trainings}
    )
    exit_code = train_lane(trainings[0]) if len(lanes) == 1 else train_both(trainings, changed)
    for training in trainings:
        training.emitter.close()
    listener.training_is_over()
    return exit_code


def _training(
    lane: Lane,
    lanes: list[Lane],
    plan: Plan,
    folder: RunFolder,
    arguments: argparse.Namespace,
    changed: threading.Condition,
) -> LaneTraining:
    """One lane of those that the process trains; stdout is the log of the first."""
    emitter = Emitter(str(folder.lane_records(lane)), lane, arguments.zero, arguments.doorbell_fd)
    emitter.emit("started", pid=os.getpid())
    say = say_on_stdout if lane == lanes[0] else say_in(folder.lane_log(lane))
    if lane != lanes[0]:
        say(f"lane {lane} trains in one process with lane {lanes[0]}, whose log has what the framework says")
    return LaneTraining(lane, plan, folder, emitter, Gate(changed), say, alone=len(lanes) == 1)


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
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="with --describe and --try: a key set anew",
    )
    parser.add_argument(
        "--try", dest="try_", metavar="PRESET", help="take a few steps on the CPU, tell of them, and leave"
    )
    parser.add_argument("--answer", type=Path, help="with --try: the file to tell it in, as JSON")
    parser.add_argument("--digest", help="with --try: of the content of the preset that is meant")
    return parser.parse_args()


if __name__ == "__main__":
    code = main()
    with contextlib.suppress(OSError):  # the log's disk may be full
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)  # the framework's own exit can hang or crash after a training that went well
