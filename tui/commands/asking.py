"""What stands before a command that asks something of a run: whether it may, and whether it is meant."""

from __future__ import annotations

import sys

import click

from tui import exit_codes
from tui.commands.fail import fail

yes_option = click.option(
    "--yes", "-y", is_flag=True, help="Do not ask first; without a terminal nobody is asked."
)


def refuse_where_only_looked_at() -> None:
    """Leave with one sentence where the environment says that runs are only looked at."""
    from tui.viewing import READONLY_VARIABLE, is_readonly

    if is_readonly():
        fail(
            f"{READONLY_VARIABLE} is set: runs are only looked at, nothing is asked of them", exit_codes.USAGE
        )


def refuse_where_nothing_is_launched() -> None:
    """Leave with one sentence where the environment says that runs are only looked at."""
    from tui.viewing import NOTHING_LAUNCHED, is_readonly

    if is_readonly():
        fail(NOTHING_LAUNCHED, exit_codes.USAGE)


def leave_unless_meant(question: str, *, yes: bool) -> None:
    """Ask at the terminal, where there is one, and leave where the answer is no; Enter is no."""
    from training.preset.printable import one_line

    if yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return
    if not click.confirm(one_line(question), default=False, err=True):
        # not 0: what a script has behind it counts on the end
        fail("nothing was stopped", exit_codes.FAILED)
