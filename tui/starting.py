"""How the app launches a run, and how it hears that it should leave."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from tui import exit_codes

if TYPE_CHECKING:
    from training.launch import Launched, LaunchRequest


def launch_here(request: LaunchRequest) -> Launched:
    """Launch on the devices as they are at this moment. Takes its time: it asks the driver, and starts a process."""
    from training.launch import launch
    from training.meters.devices import list_devices

    return launch(request, list_devices())


def leave_on_signals(leave: Callable[[int], None]) -> None:
    """Call `leave` with an exit code on SIGTERM and SIGHUP.

    Without this the terminal is left in the alternate screen (Textual handles neither signal).
    """
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Refused outside the main thread, where only a test runs the app.
        with suppress(ValueError, RuntimeError):
            loop.add_signal_handler(number, leave, exit_codes.TERMINATED)
