"""The options that say how a run is followed once it is launched."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui import exit_codes
from tui.commands.confirming import trust_option
from tui.commands.fail import fail
from tui.commands.tensorboard_option import tensorboard_option
from tui.commands.viewer_options import ViewerOptions, viewer_options
from tui.commands.viewing_options import notify_option

if TYPE_CHECKING:
    from training.plan import NotifyCommand


@dataclass(frozen=True, slots=True)
class Following:
    """How a launched run is followed: on the screen, where nothing else is asked."""

    headless: bool = False
    as_json: bool = False
    plain: bool = False
    interval_s: float | None = None
    detach: bool = False
    trust: bool = False
    """Code that presets of `./presets` name is run without a question."""
    notify: NotifyCommand | None = None
    """What the run's supervisor runs when a lane ends."""
    tensorboard: Path | None = None
    """Where TensorBoard event files are written while the run goes on."""
    viewer: ViewerOptions = field(default_factory=ViewerOptions)

    def check(self) -> None:
        """Leave with one sentence where these contradict each other."""
        if self.as_json and not self.headless:
            fail("--json needs --headless", exit_codes.USAGE)
        for name, given in (("headless", self.headless), ("plain", self.plain)):
            if given and self.detach:
                fail(f"--{name} and --detach exclude each other", exit_codes.USAGE)
        if self.headless and self.plain:
            fail("--headless and --plain exclude each other", exit_codes.USAGE)
        if self.interval_s is not None and not self.plain:
            fail("--interval needs --plain", exit_codes.USAGE)


def plain_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--plain` and `--interval`; its function gets them as `plain` and `interval_s`."""
    with_interval = click.option(
        "--interval",
        "interval_s",
        type=click.FloatRange(min=0.2, max=3600),
        metavar="SECONDS",
        help="With --plain: seconds from line to line. Default: 5.",
    )
    with_plain = click.option(
        "--plain",
        is_flag=True,
        help="No screen: a line for each lane on stdout now and then. So it is as well where there is no terminal.",
    )
    return with_plain(with_interval(function))


def follow_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command every way to follow what it launches; its function gets them as `following`."""

    @click.option(
        "--headless", is_flag=True, help="No screen: a progress line a second for each lane on stderr."
    )
    @click.option("--json", "as_json", is_flag=True, help="With --headless: report.json alone on stdout.")
    @plain_options
    @click.option("--detach", is_flag=True, help="Launch, print the run's name, and leave it running.")
    @trust_option
    @notify_option
    @tensorboard_option
    @viewer_options
    @functools.wraps(function)
    def with_following(
        *arguments: Any,
        headless: bool,
        as_json: bool,
        plain: bool,
        interval_s: float | None,
        detach: bool,
        trust: bool,
        notify: NotifyCommand | None,
        tensorboard: Path | None,
        viewer: ViewerOptions,
        **others: Any,
    ) -> Any:
        following = Following(
            headless, as_json, plain, interval_s, detach, trust, notify, tensorboard, viewer
        )
        return function(*arguments, following=following, **others)

    return with_following
