"""How tests of the screen wait and read: for what they want to see, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.pilot import Pilot


def screen_text(app: App[Any]) -> str:
    """What stands on the screen, line by line."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


async def wait_until(pilot: Pilot[Any], predicate: Callable[[], bool], *, timeout_s: float = 15.0) -> None:
    """Pump the event loop until the predicate holds.

    Raises:
        AssertionError: it never did; with what stood on the screen.
    """
    deadline = time.monotonic() + timeout_s
    while not predicate():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout_s} s in vain; on the screen:\n{screen_text(pilot.app)}")
        await pilot.pause()
