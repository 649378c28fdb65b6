"""A bench's progress as lines: two that are redrawn in place on a terminal, plain ones otherwise."""

from __future__ import annotations

import shutil
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
        self._drawn: list[str] = []
        self._last: tuple[PlannedLaunch, int, int] | None = None

    def show(self, state: BenchState) -> None:
        """Tell what is new."""
        for ended in state.ended[self._told :]:
            self.say(self._ended(ended))
        self._told = len(state.ended)
        current = state.current
        if current is None:
            return
        place = f"{formatted.clock(state.elapsed_s):>7}  {_place(state)}  "
        doing, left = self._doing(current), _left(state)
        if self._in_place:
            self._draw(f"{place}{left}", f"         {doing}")
            return
        # Without a terminal a line for each block is enough.
        stage = (current.launch, current.tries_before, current.block)
        if stage != self._last:
            self._write(f"{place}{doing}, {left}\n")
        self._last = stage

    def say(self, text: str) -> None:
        """Print a line that stays."""
        self._clear()
        self._write(printable(text) + "\n")

    def _draw(self, *lines: str) -> None:
        width = shutil.get_terminal_size().columns
        drawn = [line[: width - 1] for line in lines]
        if drawn != self._drawn:
            self._clear()
            self._write("".join(f"{line}\n" for line in drawn))
            self._drawn = drawn

    def _doing(self, current: CurrentLaunch) -> str:
        again = " again" if current.tries_before else ""
        wanted = self._plan.blocks
        # A disturbed block is taken again: there may be more than were wanted.
        of = f"of {wanted}" if current.block <= wanted else f"for {wanted} undisturbed"
        block = f"block {current.block} {of}, " if current.block else ""
        return f"{self._name(current.launch)}{again}: {block}{current.doing}"

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
        self._write("\x1b[A\x1b[K" * len(self._drawn))
        self._drawn = []

    def _write(self, text: str) -> None:
        try:
            self._out.write(text)
            self._out.flush()
        except OSError:
            return  # a terminal that hung up: the bench does not depend on it


def _place(state: BenchState) -> str:
    return f"[{min(state.done + 1, state.planned)}/{state.planned}]"


def _left(state: BenchState) -> str:
    return "" if state.left_s is None else f"about {formatted.clock(state.left_s)} left"
