"""Open the app, where there is a terminal that can show it."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from tui import exit_codes
from tui.commands.fail import fail
from tui.commands.viewer_options import look_of, options_before, resolve_or_fail

if TYPE_CHECKING:
    from training.launch import Launched
    from training.record.run_folder import RunFolder
    from tui.app import DualtrainApp
    from tui.look import Look
    from tui.replay_request import ReplayRequest
    from tui.viewing import Viewing

FRAMES_PER_S = "20"
"""Sixty paints a second are excessive over a wire; what is drawn changes once a second."""

SWITCH_INTERVAL_S = 0.0005

_WITHOUT = "`--plain` of run, retry and attach needs none"


def why_no_screen() -> str | None:
    """Why the app cannot be shown, in a few words; None where it can."""
    if not sys.stdout.isatty() or not sys.stdin.isatty():
        return "the screen needs a terminal"
    kind = os.environ.get("TERM") or "dumb"
    return f"TERM={kind} cannot show the screen" if kind in ("dumb", "unknown") else None


def check_terminal() -> None:
    """Leave with one sentence where the app cannot be shown."""
    why = why_no_screen()
    if why is not None:
        fail(f"{why}; {_WITHOUT}", exit_codes.USAGE)


def open_app(
    *,
    launched: Launched | None = None,
    folder: RunFolder | None = None,
    runs: bool = False,
    replay: ReplayRequest | None = None,
    look: Look | None = None,
    how: Viewing | None = None,
) -> int:
    """Show the pick screen, a run that was launched or exists, the runs, or a record; returns the exit code.

    Args:
        launched: the run to show, just launched.
        folder: or one that exists.
        runs: whether to begin with the list of runs.
        replay: or a record to play.
        look: how it looks; as the settings say when None.
        how: what is wanted of the screen; as the environment says when None.
    """
    check_terminal()
    look = look or look_of(resolve_or_fail(options_before()))
    os.environ.setdefault("TEXTUAL_FPS", FRAMES_PER_S)
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    # Nothing is garbage before the first paint, and looking for it takes a tenth of the start; the app enables it then.
    gc.disable()
    # A thread that reads a day's records would keep the screen waiting five milliseconds at each of its many turns.
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    from tui.viewing import viewing

    how = how or viewing()
    if replay is not None:
        from tui.replay_app import ReplayApp

        app: DualtrainApp = ReplayApp(replay, look=look, how=how)
    else:
        from tui.app import DualtrainApp

        app = DualtrainApp(launched=launched, folder=folder, runs=runs, look=look, how=how)
    app.run(mouse=look.mouse)
    if app.farewell:
        _say(app.farewell)
    return app.return_code or exit_codes.OK


def _say(text: str) -> None:
    """Print past Python's buffer: after a hang-up nobody is there, and a late flush would spoil the exit code."""
    with suppress(OSError):
        os.write(sys.stdout.fileno(), f"{text}\n".encode())
