"""What record is to be played, and how."""

from __future__ import annotations

from dataclasses import dataclass

from training.record.run_folder import RunFolder


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """Which run's record is played, from when on, and how fast."""

    folder: RunFolder
    speed: float = 1.0
    from_s: float = 0.0
