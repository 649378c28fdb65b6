"""The options of every command that opens the screen, and what they come to with the settings."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from tui import exit_codes
from tui.commands.fail import fail

if TYPE_CHECKING:
    from tui.look import Look
    from tui.settings import Resolved

THEME_NAMES = ("dualtrain-dark", "dualtrain-light", "terminal")


@dataclass(frozen=True, slots=True)
class ViewerOptions:
    """What the command line says of the looks; None where it says nothing."""

    theme: str | None = None
    ascii: bool | None = None
    mouse: bool | None = None
    bell: bool | None = None

    def over(self, others: ViewerOptions) -> ViewerOptions:
        """These, and the others' where these say nothing."""
        return ViewerOptions(
            others.theme if self.theme is None else self.theme,
            others.ascii if self.ascii is None else self.ascii,
            others.mouse if self.mouse is None else self.mouse,
            others.bell if self.bell is None else self.bell,
        )


def viewer_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--theme`, `--ascii`, `--mouse` and `--bell`; its function gets them as `viewer`.

    Options that stand before the subcommand hold as well.
    """

    @click.option(
        "--theme",
        type=click.Choice(THEME_NAMES),
        metavar="|".join(THEME_NAMES),
        help="The screen's colours; terminal: the terminal's own sixteen.",
    )
    @click.option(
        "--ascii/--no-ascii",
        "ascii_only",
        default=None,
        help="Draw with ASCII alone. Default: where the locale or the terminal has no more.",
    )
    @click.option("--mouse/--no-mouse", "mouse", default=None, help="Take mouse clicks. Default: no.")
    @click.option(
        "--bell/--no-bell", "bell", default=None, help="Ring the bell when a lane ends. Default: yes."
    )
    @functools.wraps(function)
    def with_viewer(
        *arguments: Any,
        theme: str | None,
        ascii_only: bool | None,
        mouse: bool | None,
        bell: bool | None,
        **others: Any,
    ) -> Any:
        viewer = ViewerOptions(theme, ascii_only, mouse, bell).over(options_before())
        return function(*arguments, viewer=viewer, **others)

    return with_viewer


def options_before() -> ViewerOptions:
    """What stands on the command line before the subcommand."""
    context = click.get_current_context(silent=True)
    before = context.find_root().obj if context is not None else None
    return before if isinstance(before, ViewerOptions) else ViewerOptions()


def resolve_or_fail(viewer: ViewerOptions, *, interval_s: float | None = None) -> Resolved:
    """The settings that hold with these options; leaves with one sentence where one of them cannot be."""
    from tui.settings import SettingsError, resolve_settings

    options: dict[str, str | bool | float | None] = {
        "theme": viewer.theme,
        "ascii": viewer.ascii,
        "mouse": viewer.mouse,
        "bell": viewer.bell,
        "plain_interval_s": interval_s,
    }
    try:
        return resolve_settings(options)
    except SettingsError as error:
        fail(str(error), exit_codes.USAGE)


def look_of(resolved: Resolved) -> Look:
    """How the screen looks on this terminal."""
    from tui.look import look_here

    # Textual writes to the stream that stderr was at the start
    return look_here(resolved, os.environ, sys.__stderr__.encoding if sys.__stderr__ else None)
