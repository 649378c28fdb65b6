"""Why a lane stands still, in a few words: events, progress lines and the screen say it alike."""

from __future__ import annotations

from collections.abc import Collection

from training.analysis.state import RunState
from training.plan import Lane
from training.record.contention_records import HeldFor


def paused_text(held: Collection[HeldFor]) -> str:
    """`held for a probe`, `waits for its turn`; `paused` where a person asked for it or nobody knows."""
    if not held or "asked" in held:
        return "paused"
    return "waits for its turn" if "turn" in held else "held for a probe"


def phase_text(state: RunState, lane: Lane) -> str:
    """Where a lane of the run is now; of one that stands still for what."""
    phase = state.lanes[lane].phase
    return paused_text(state.contention.held.get(lane, ())) if phase == "paused" else phase
