"""A bench's progress as lines: one that is redrawn in place on a terminal, plain ones otherwise."""

from __future__ import annotations

from typing import TextIO

from training.bench.history import BenchState, CurrentLaunch
from training.bench.plan import BenchPlan
from training.bench.records import LaunchEnded
from training.bench.schedule import PlannedLaunch
from training.preset.printable import one_line, printable
from tui import format as formatted
from tui.contention_text import blocks_text


class BenchLines:
    """Draws a bench's state: a line for each launch that ended stays, the one that goes on is told as it changes."""

    def __init__(self, plan: BenchPlan, out: TextIO) -> None:
        self._plan = plan
        self._out = out
        self._in_place = out.isatty()
        self._told = 0
        self._is_drawn = False
        self._last: tuple[PlannedLaunch, int, int] | None = None

    def show(self, state: BenchState) -> None:
        """Tell what is new."""
        for ended in state.ended[self._told :]:
            self.say(self._ended(ended))
        self._told = len(state.ended)
        current = state.current
        if current is None:
            return
        line = self._going_on(state, current)
        if self._in_place:
            self._clear()
            self._write(f"{line}\n")
            self._is_drawn = True
            return
        # Without a terminal a line for each block is enough.
        stage = (current.launch, current.tries_before, current.block)
        if stage != self._last:
            self._write(f"{line}\n")
        self._last = stage

    def say(self, text: str) -> None:
        """Print a line that stays."""
        self._clear()
        self._write(printable(text) + "\n")

    def _going_on(self, state: BenchState, current: CurrentLaunch) -> str:
        again = " again" if current.tries_before else ""
        block = f"block {current.block} of {self._plan.blocks}, " if current.block else ""
        return (
            f"{formatted.clock(state.elapsed_s):>7}  {_place(state)}  {self._name(current.launch)}{again}: "
            f"{block}{current.doing}{_left(state)}"
        )

    def _name(self, launch: PlannedLaunch) -> str:
        first, second = (printable(self._plan.presets[place].label, limit=20) for place in launch.pair)
        which = f" {launch.number}/{self._plan.launches}" if self._plan.launches > 1 else ""
        return f"{first} + {second}, {launch.sharing}{which}"

    def _ended(self, ended: LaunchEnded) -> str:
        told = f"{ended.outcome}{f': {one_line(ended.because)}' if ended.because else ''}"
        figures = ended.figures
        if figures is not None and figures.contention.stp is not None:
            told = f"STP {figures.contention.stp:.2f}, {blocks_text(figures.blocks)}"
            if figures.contention.excluded:
                told += f", {figures.contention.excluded} left out"
            if ended.outcome != "measured":
                told += f" ({ended.outcome}{f': {one_line(ended.because)}' if ended.because else ''})"
        return f"{formatted.clock(ended.t):>7}  {self._name(ended.launch)}: {told}"

    def _clear(self) -> None:
        if self._is_drawn:
            self._write("\x1b[A\x1b[K")
            self._is_drawn = False

    def _write(self, text: str) -> None:
        try:
            self._out.write(text)
            self._out.flush()
        except OSError:
            return  # a terminal that hung up: the bench does not depend on it


def _place(state: BenchState) -> str:
    return f"[{min(state.done + 1, state.planned)}/{state.planned}]"


def _left(state: BenchState) -> str:
    return "" if state.left_s is None else f", about {formatted.clock(state.left_s)} left"
