"""Tell somebody outside that a lane has ended: a command of the user's own, run beside everything else."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from training.plan import Lane, NotifyCommand
from training.preset.printable import one_line
from training.record.users_umask import users_umask

OPTION = "--notify"
"""What everything that is told of it begins with."""

_LONGEST_VALUE = 200
_LONGEST_WORDS = 120


class NotifyError(ValueError):
    """What was given as a command is none that can be run here; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class LaneNotice:
    """What the command is told."""

    lane: Lane
    outcome: str
    run: str
    preset: str

    @property
    def variables(self) -> dict[str, str]:
        """As environment variables; what a preset or a folder is called is anybody's, so each is one harmless line."""
        told = {"LANE": self.lane, "OUTCOME": self.outcome, "RUN": self.run, "PRESET": self.preset}
        return {f"DUALTRAIN_{name}": one_line(value[:_LONGEST_VALUE]) for name, value in told.items()}


def parse_notify(text: str) -> NotifyCommand:
    """Return the command that the text is, split as a shell would and run by none, in the working directory.

    Raises:
        NotifyError: the text is no command line, or its program is not there.
    """
    try:
        arguments = shlex.split(text)
    except ValueError as error:
        raise NotifyError(f"{OPTION} {text}: it cannot be split into words: {error}") from error
    if not arguments:
        raise NotifyError(f"{OPTION}: name a command")
    program = shutil.which(arguments[0])
    if program is None:
        raise NotifyError(f"{OPTION} {arguments[0]}: there is no such command that can be run")
    try:
        folder = Path.cwd()
    except OSError as error:
        raise NotifyError(f"{OPTION}: the working directory is gone: {error.strerror}") from error
    return NotifyCommand((str(folder / program), *arguments[1:]), str(folder))


def notify_in_background(
    command: NotifyCommand,
    notice: LaneNotice,
    failed: Callable[[str], object],
    *,
    quiet: bool = False,
) -> threading.Thread:
    """Run the command; returns at once, with the thread that waits for its end.

    It gets a session of its own, no input, and is never signalled: one that takes its time outlives whoever ran it.

    Args:
        command: what to run, and where.
        notice: what it is told.
        failed: called in the thread, with one line, where it cannot be started or its exit code is not 0.
        quiet: nothing that it writes is kept, where the caller's own output is a screen.
    """
    output = subprocess.DEVNULL if quiet else None
    environment = {**os.environ, **notice.variables}
    environment.pop(
        "PYTHONSAFEPATH", None
    )  # set for our own processes; a script of the user's looks beside itself

    def run() -> None:
        try:
            exit_code = subprocess.Popen(
                command.arguments,
                cwd=command.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                umask=users_umask(),
            ).wait()
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            failed(f"{OPTION}: {_told(command)} cannot be started: {why}")
            return
        if exit_code:
            how = (
                f"was ended by signal {-exit_code}" if exit_code < 0 else f"failed with exit code {exit_code}"
            )
            failed(f"{OPTION}: {_told(command)} {how}")

    thread = threading.Thread(target=run, name="dualtrain-notify", daemon=True)
    thread.start()
    return thread


def _told(command: NotifyCommand) -> str:
    return one_line(shlex.join(command.arguments)[:_LONGEST_WORDS])
