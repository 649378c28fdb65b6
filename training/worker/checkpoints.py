"""Checkpoints: rarely enough not to disturb, kept few, never half-written."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from pathlib import Path

from training.agent.emitter import Emitter
from training.preset import CheckpointSpec

MOST_OF_THE_TIME = 0.01
"""Checkpoints may take this share of the training time."""
FIRST_SAVE_BYTES_PER_S = 50e6
"""How fast a save is taken to be before the first one was measured."""
FIRST_SAVE_FIXED_S = 0.1


class Checkpoints:
    """Writes a checkpoint when `due_t` has come, and keeps the last few.

    A checkpoint is due `every_s` after the last one, and not before the time spent on checkpoints, this one
    included, is at most one percent of the training time. One that cannot be written is told and the training goes
    on.
    """

    def __init__(
        self,
        folder: Path,
        spec: CheckpointSpec,
        emitter: Emitter,
        save_model: Callable[[Path], None],
        parameter_bytes: int,
    ) -> None:
        self.due_t = math.inf
        self.last_path = folder
        self._folder = folder
        self._spec = spec
        self._emitter = emitter
        self._save_model = save_model
        self._spent_s = 0.0
        self._last_s = FIRST_SAVE_FIXED_S + parameter_bytes / FIRST_SAVE_BYTES_PER_S
        self._released_t = math.inf

    def start(self, now: float) -> None:
        """The lane was released at `now`."""
        self._released_t = now
        self._plan_next(now)

    def stood_still(self, seconds: float) -> None:
        """Time at a gate is not training time."""
        self._released_t += seconds
        self.due_t += seconds

    def save(self, step: int) -> str | None:
        """Write one now, whatever is due; returns why it could not be written, None when it was."""
        began = self._emitter.now()
        path = self._folder / f"step-{step:09d}.keras"
        size_bytes, error = self._write(path)
        now = self._emitter.now()
        self._last_s = now - began
        self._spent_s += self._last_s
        self._emitter.emit(
            "checkpoint",
            t=now,
            step=step,
            path=str(path),
            seconds=round(self._last_s, 6),
            size_bytes=size_bytes,
            error=error,
        )
        self._plan_next(now)
        if error is None:
            self.last_path = path
        return error

    def _write(self, path: Path) -> tuple[int, str | None]:
        half = path.with_name(f"half-{path.name}")
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._save_model(half)
            half.replace(path)
            self._forget_old()
            return path.stat().st_size, None
        except Exception as error:
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)
            return 0, f"{type(error).__name__}: {error}".splitlines()[0][:500]

    def _forget_old(self) -> None:
        for old in sorted(self._folder.glob("step-*.keras"))[: -self._spec.keep]:
            old.unlink(missing_ok=True)

    def _plan_next(self, now: float) -> None:
        affordable_t = self._released_t + (self._spent_s + self._last_s) / MOST_OF_THE_TIME
        self.due_t = max(now + self._spec.every_s, affordable_t)
