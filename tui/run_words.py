"""A listed run in words: what the runs screen and the list on the command line say alike."""

from __future__ import annotations

import socket
from typing import Protocol

from training.analysis.contention import Verdict
from training.analysis.run_listing import ListedRun
from training.preset.printable import printable
from tui.format import UNKNOWN

HERE = "here"
BETWEEN = " + "
_VERDICTS: dict[Verdict, str] = {
    "together": "together",
    "sequential": "sequential",
    "no clear difference": "no difference",
    "unknown": "unknown",
}


def presets_text(run: ListedRun) -> str:
    """Both presets, or the one there is: `lstm + wide-mlp`."""
    return BETWEEN.join(printable(name) for name in run.presets.values())


class Judged(Protocol):
    """A run, or a pair, with what was found of it."""

    @property
    def verdict(self) -> Verdict | None:
        """None where there is none."""

    @property
    def speedup(self) -> float | None:
        """Steady: both alone, one after the other, over both together."""


def verdict_text(run: Judged) -> str:
    """The verdict in a word with its ratio, `together 1.51×`; a dash where there is none, or none yet.

    `sequential` is told by how many times it is faster: the inverse of the speed-up.
    """
    if run.verdict is None:
        return UNKNOWN
    if run.verdict == "unknown" or not run.speedup:
        return _VERDICTS[run.verdict]
    ratio = 1 / run.speedup if run.verdict == "sequential" else run.speedup
    return f"{_VERDICTS[run.verdict]} {ratio:.2f}×"


def where_text(run: ListedRun) -> str:
    """The machine it ran on: `here`, or the other's name."""
    if not run.host:
        return UNKNOWN
    return HERE if run.host == socket.gethostname() else printable(run.host, limit=40)


def runs_text(count: int) -> str:
    """How many runs."""
    return f"{count} {'run' if count == 1 else 'runs'}"
