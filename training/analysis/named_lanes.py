"""Lanes that have not ended, by name and PID: what is named before anything is stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.analysis.run_course import read_course
from training.analysis.state import ENDED_PHASES, RunState
from training.plan import Lane, read_plan
from training.preset.printable import printable
from training.record.run_folder import RunFolder

_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class NamedLane:
    """A lane and the process that trains it; another process in the same lane is another one."""

    lane: Lane
    preset_name: str
    pid: int | None = None
    """None where it has no process yet."""

    @property
    def told(self) -> str:
        """Its letter, preset and process, safe for a terminal."""
        process = "no process yet" if self.pid is None else f"pid {self.pid}"
        return f"{self.lane.upper()} ({printable(self.preset_name, limit=_LONGEST_NAME)}, {process})"


def lanes_of(state: RunState) -> tuple[NamedLane, ...]:
    """Return those of a run at one moment."""
    return tuple(
        NamedLane(lane, held.preset_name, held.pid)
        for lane, held in state.lanes.items()
        if held.phase not in ENDED_PHASES
    )


def lanes_in(folder: RunFolder) -> tuple[NamedLane, ...]:
    """Return those of a run's folder as it is now; of a run that is lost, those whose end nobody told.

    Raises:
        PlanError: it has no plan that can be read.
    """
    course = read_course(folder, read_plan(folder.plan))
    return tuple(
        NamedLane(lane, life.preset_name, None if life.launched is None else life.launched.pid)
        for lane, life in course.now.items()
        if life.ended is None
    )


def in_words(lanes: Sequence[NamedLane]) -> str:
    """Return them all, as "lane A (lstm, pid 12)", or "both lanes: A (lstm, pid 12), B (cnn, pid 13)"; "" for none."""
    told = [lane.told for lane in lanes]
    if not told:
        return ""
    return f"lane {told[0]}" if len(told) == 1 else f"both lanes: {', '.join(told)}"
