"""Real scripts, each run by itself under python and as a lane: what it printed, wrote and ended with, both ways."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.process.equipment import PATIENCE_S, Run, Stage
from training.analysis.report import LaneReport, read_report
from training.plan import LANES, Lane

SCRIPTS = Path(__file__).parents[1] / "scripts"
ORDERLY = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "PYTHONUNBUFFERED": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_DETERMINISTIC_OPS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
}
"""The same numbers whoever else is at work: one thread of each kind, and operations in one order."""


_OF_THE_FRAMEWORK = re.compile(
    rb"^(?:WARNING: All log messages before absl|[IWEF]0000 |To enable the following instructions)[^\n]*\n",
    re.M,
)
"""What TensorFlow says of itself has times and process numbers in it, whichever level is asked for."""


@dataclass(frozen=True)
class Outcome:
    """What a script left; what it printed without what TensorFlow says of itself."""

    exit_code: int | None
    printed: bytes
    written: Any


@dataclass(frozen=True)
class BothWays:
    """A script's two outcomes, and its lane."""

    alone: Outcome
    as_lane: Outcome
    run: Run
    lane: Lane
    report: LaneReport


def in_order(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment in which a script does the same every time."""
    kept = {
        name: value for name, value in environment.items() if name not in ("PYTHONSAFEPATH", "PYTHONPATH")
    }
    return kept | ORDERLY


def both_ways(stage: Stage, scripts: Sequence[Sequence[str]], *options: str) -> list[BothWays]:
    """Run one script or two: each alone, all at once, then as the lanes of one run.

    A script is its file's name and arguments; of these `OUT` is the file that it writes.
    """
    alone = _alone(stage, scripts)
    folder = stage.home / f"lanes-{len(list(stage.home.glob('lanes-*')))}"
    folder.mkdir()
    references = [" ".join(_command(script, lane)) for script, lane in zip(scripts, LANES, strict=False)]
    viewer = stage.headless(*references, *options, cwd=folder)
    viewer.wait()
    report = read_report(viewer.run.folder.report)
    found = []
    for script, lane, outcome in zip(scripts, LANES, alone, strict=False):
        printed = _OF_THE_FRAMEWORK.sub(b"", viewer.run.folder.lane_log(lane).read_bytes())
        written = _written(folder / _out(lane))
        lanes = report.lanes[lane]
        as_lane = Outcome(lanes.exit_code, printed, written)
        assert lanes.preset == Path(script[0]).name
        found.append(BothWays(outcome, as_lane, viewer.run, lane, lanes))
    return found


def _alone(stage: Stage, scripts: Sequence[Sequence[str]]) -> list[Outcome]:
    folder = stage.home / f"alone-{len(list(stage.home.glob('alone-*')))}"
    folder.mkdir()
    logs = [(folder / f"{lane}.log").open("wb") for lane, _ in zip(LANES, scripts, strict=False)]
    processes = [
        subprocess.Popen(
            [sys.executable, *_command(script, lane)],
            cwd=folder,
            env=stage.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        for script, lane, log in zip(scripts, LANES, logs, strict=False)
    ]
    outcomes = []
    for process, lane, log in zip(processes, LANES, logs, strict=False):
        exit_code = process.wait(PATIENCE_S)
        log.close()
        printed = _OF_THE_FRAMEWORK.sub(b"", (folder / f"{lane}.log").read_bytes())
        outcomes.append(Outcome(exit_code, printed, _written(folder / _out(lane))))
    return outcomes


def _command(script: Sequence[str], lane: Lane) -> list[str]:
    return [str(SCRIPTS / script[0]), *(_out(lane) if word == "OUT" else word for word in script[1:])]


def _out(lane: Lane) -> str:
    return f"written-{lane}.json"


def _written(path: Path) -> Any:
    return json.loads(path.read_text()) if path.exists() else None


def put_in_order(stage: Stage) -> None:
    """Have everything that is started on the stage do the same every time."""
    stage.environment = in_order({**os.environ, **stage.environment})
