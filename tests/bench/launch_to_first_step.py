"""How long a launch takes to its first step, against the bare script."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.bench.figures import judge, say, seconds, spread
from tests.bench.trainings import BareTraining, lane_records, watched_run, zero
from training.plan import LANES, Lane
from training.record.lane_records import Progress

PRESET = "seed-binary"


def measure(scale: float) -> None:
    """Alone, then two at once; bare and ours in turn."""
    repetitions = max(2, round(5 * scale))
    alone: dict[str, list[float]] = {"bare": [], "lane": []}
    first: dict[str, list[float]] = {"bare": [], "lane": []}
    second: dict[str, list[float]] = {"bare": [], "lane": []}
    for _ in range(repetitions):
        alone["bare"] += _bare(1)
        alone["lane"] += _lanes("sequential", ("a",))
        for kind, told in (("bare", _bare(2)), ("lane", _lanes("together", LANES))):
            first[kind].append(min(told))
            second[kind].append(max(told))
    _tell("one training", alone)
    _tell("two at once, the first to step", first)
    _tell("two at once, the second to step", second)


def _tell(name: str, times: dict[str, list[float]]) -> None:
    bare, lane = times["bare"], times["lane"]
    say(f"{name}: bare {spread(bare)}; launched {spread(lane)}")
    more = statistics.median(lane) - statistics.median(bare)
    judge(f"{name}: more than bare", more, 1.0, seconds(more) if more > 0 else f"-{seconds(-more)}", "1 s")


def _bare(count: int) -> list[float]:
    """From the processes' starts to the ends of their first steps."""
    trainings = [BareTraining(PRESET, 0) for _ in range(count)]
    return [training.told()["first_step_at"] - training.started_at for training in trainings]


def _lanes(sharing: str, lanes: Iterable[Lane]) -> list[float]:
    """From the command's start to the end of each lane's first step."""
    arguments = (PRESET, PRESET, "--sharing", sharing, "--steps", "1000000")
    with (
        tempfile.TemporaryDirectory() as folder,
        watched_run(Path(folder) / "run", *arguments) as (terminal, run),
    ):

        def first_steps() -> list[float]:
            told = [lane_records(run, lane, Progress)[:1] for lane in lanes]
            return [record.t for records in told for record in records]

        terminal.wait_until(lambda: len(first_steps()) == len(list(lanes)), what="first steps", timeout_s=120)
        return [zero(run) + t - terminal.started_at for t in first_steps()]
