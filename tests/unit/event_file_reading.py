"""Event files read back by TensorBoard's own reader."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

# With a module of this name TensorBoard keeps to its own stand-in for TensorFlow; else its readers import the real one.
sys.modules.setdefault("tensorboard.compat.notf", ModuleType("tensorboard.compat.notf"))

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator  # noqa: E402
from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader  # noqa: E402


class Scalar(NamedTuple):
    """One value of a tag."""

    wall_s: float
    step: int
    value: float


Tags = dict[str, list[Scalar]]


def scalars_below(folder: Path) -> dict[str, Tags]:
    """By folder and tag, in the order of writing."""
    return {path.name: scalars_in(path) for path in sorted(folder.iterdir())}


def scalars_in(folder: Path) -> Tags:
    """What the event files of one folder hold, by tag."""
    tags: Tags = {}
    for path in sorted(folder.glob("*tfevents*")):
        for event in LegacyEventFileLoader(str(path)).Load():
            for value in event.summary.value:
                scalar = Scalar(event.wall_time, event.step, value.simple_value)
                tags.setdefault(value.tag, []).append(scalar)
    return tags


def view_of(folder: Path) -> EventAccumulator:
    """What TensorBoard keeps of one folder, every value of it."""
    seen = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    seen.Reload()
    return seen


def single(value: float) -> float:
    """The value as an event file holds it."""
    return ctypes.c_float(value).value
