"""Signals of a viewer without a screen: Ctrl-C is counted, SIGTERM and a hang-up end the viewer alone."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any, Self


class ViewerEndedError(Exception):
    """This viewer was told to go; what it follows goes on."""


class ViewerSignals:
    """Counts Ctrl-C, and lets SIGTERM and a hang-up end the viewer wherever it is."""

    def __init__(self) -> None:
        self.interrupts = 0
        self._previous: list[tuple[signal.Signals, Any]] = []

    def __enter__(self) -> Self:
        for number, handler in (
            (signal.SIGINT, self._on_interrupt),
            (signal.SIGTERM, self._on_end_of_viewer),
            (signal.SIGHUP, self._on_end_of_viewer),
        ):
            self._previous.append((number, signal.signal(number, handler)))
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous:
            signal.signal(number, handler)

    def _on_interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self.interrupts += 1

    def _on_end_of_viewer(self, _number: int, _frame: FrameType | None) -> None:
        raise ViewerEndedError
