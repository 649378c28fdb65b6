"""Launch, and follow as it was asked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from tui import exit_codes
from tui.commands.asking import refuse_where_nothing_is_launched
from tui.commands.confirming import confirmed
from tui.commands.detached import say_detached
from tui.commands.fail import fail, failing_clearly
from tui.commands.open_app import open_app, why_no_screen
from tui.commands.viewer_options import look_of, resolve_or_fail
from tui.commands.waiting import waiting_for_sizes
from tui.commands.what_ends_it import say_what_ends_it

if TYPE_CHECKING:
    from collections.abc import Iterable

    from training.bench.device_use import Busy
    from training.launch import Launched, LaunchRequest
    from tui.commands.follow_options import Following
    from tui.settings import Resolved


def launch_and_follow(request: LaunchRequest, following: Following) -> int:
    """Launch, and follow as asked; returns the exit code. Settings that cannot be are said before anything starts.

    Code that a preset of the working directory names is asked about first, however the run is followed.
    """
    refuse_where_nothing_is_launched()
    request = confirmed(request, trust=following.trust)
    if following.headless:
        from tui.headless import run_headless

        return run_headless(partial(_launch, request), as_json=following.as_json)
    if following.detach:
        launched = _launch(request)
        say_detached(launched.folder.name, "dualtrain-tui attach")
        return exit_codes.OK
    resolved = resolve_or_fail(following.viewer, interval_s=following.interval_s)
    why = None if following.plain else why_no_screen()
    if not following.plain and why is None:
        from tui.viewing import viewing

        how = viewing(notify=following.notify)
        return open_app(launched=_launch(request), look=look_of(resolved), how=how)
    from tui.plain import run_plain

    def launch() -> Launched:
        launched = _launch(request)
        if why is not None:
            say_plain(why, resolved)
        return launched

    ascii_only = look_of(resolved).ascii
    return run_plain(launch, interval_s=resolved.settings.plain_interval_s, ascii_only=ascii_only)


def say_plain(why: str, resolved: Resolved) -> None:
    """Say that lines are printed though nobody asked for them."""
    every = f"{resolved.settings.plain_interval_s:g} s"
    click.echo(f"dualtrain-tui: {why}: a line for each lane every {every} instead (--plain)", err=True)


def _launch(request: LaunchRequest) -> Launched:
    with failing_clearly():
        from training.bench.device_use import benches_on
        from training.launch import launch
        from training.launch_refusal import DoesNotFitError
        from training.meters.devices import list_devices

        try:
            launched = launch(request, list_devices(), waiting_for=waiting_for_sizes)
        except DoesNotFitError as error:
            fail(f"{error}; --force-fit launches all the same", exit_codes.DEVICE)
        beside = benches_on(launched.plan.device)
    _say_who_is_disturbed(beside)
    say_what_ends_it(launched.supervisor.pid)
    return launched


def _say_who_is_disturbed(beside: Iterable[Busy]) -> None:
    """The run goes on: whose bench it is may know why it was begun."""
    from training.preset.printable import one_line

    for busy in beside:
        told = f"bench {busy.folder.name} has been measuring on this device since {busy.since_text}"
        click.echo(f"dualtrain-tui: {one_line(told)}: each disturbs the other's figures", err=True)
