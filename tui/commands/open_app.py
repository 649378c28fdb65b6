"""Open the app, where there is a terminal that can show it."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from tui import exit_codes
from tui.commands.fail import fail

if TYPE_CHECKING:
    from training.launch import Launched
    from training.record.run_folder import RunFolder
    from tui.app import DualtrainApp
    from tui.replay_request import ReplayRequest

FRAMES_PER_S = "20"
"""Sixty paints a second are excessive over a wire; what is drawn changes once a second."""


def why_no_screen() -> str | None:
    """Why the app cannot be shown, in one sentence; None where it can."""
    if not sys.stdout.isatty() or not sys.stdin.isatty():
        return "this needs a terminal; without one, use `dualtrain-tui run A B --headless`"
    if os.environ.get("TERM", "dumb") == "dumb":
        return "TERM=dumb cannot show the app; use `dualtrain-tui run A B --headless`"
    return None


def check_terminal() -> None:
    """Leave with one sentence where the app cannot be shown."""
    why = why_no_screen()
    if why is not None:
        fail(why, exit_codes.USAGE)


def open_app(
    *,
    launched: Launched | None = None,
    folder: RunFolder | None = None,
    replay: ReplayRequest | None = None,
) -> int:
    """Show the pick screen, a run that was launched or exists, or a record; returns the exit code."""
    check_terminal()
    os.environ.setdefault("TEXTUAL_FPS", FRAMES_PER_S)
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    # Nothing is garbage before the first paint, and looking for it takes a tenth of the start; the app enables it then.
    gc.disable()
    app = _app(launched, folder, replay)
    app.run(mouse=False)
    if app.farewell:
        _say(app.farewell)
    return app.return_code or exit_codes.OK


def _app(launched: Launched | None, folder: RunFolder | None, replay: ReplayRequest | None) -> DualtrainApp:
    if replay is not None:
        from tui.replay_app import ReplayApp

        return ReplayApp(replay)
    from tui.app import DualtrainApp

    return DualtrainApp(launched=launched, folder=folder)


def _say(text: str) -> None:
    """Print past Python's buffer: after a hang-up nobody is there, and a late flush would spoil the exit code."""
    with suppress(OSError):
        os.write(sys.stdout.fileno(), f"{text}\n".encode())
