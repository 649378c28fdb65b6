"""What is said of a run on a page and in a text to paste, in words already; forms of it only set it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class RunText:
    """Every string may hold what came from a preset or a worker: whoever sets it escapes it."""

    title: str
    """Which run, of what."""
    claim: str
    """The verdict, without a full stop."""
    tone: Literal["good", "warning", "plain", "muted"]
    support: tuple[str, ...]
    """What the claim rests on and what it is worth, each a few words."""
    figures: tuple[tuple[str, str, str], ...]
    """A label, a value, what it means."""
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    """What must be known before any figure is believed."""
    lanes_header: tuple[str, ...]
    """An empty cell, then a heading for each lane."""
    lanes: tuple[tuple[str, ...], ...]
    """Rows: what, then a value for each lane."""
    facts: tuple[tuple[str, str], ...]
    """A label and a text each."""
    commands: tuple[str, ...]
    """What launches the same again, line by line as a shell takes it."""
    earlier: tuple[tuple[str, ...], ...] = ()
    """A table, its headings first: who trained in a lane before another took its place; empty where nobody did."""
