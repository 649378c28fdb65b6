"""`attach`: the live screen of a run that exists, or a bench's progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui import exit_codes
from tui.commands.fail import fail, failing_clearly
from tui.commands.follow_options import plain_options
from tui.commands.preset_names import complete_run_or_bench
from tui.commands.viewer_options import ViewerOptions, look_of, resolve_or_fail, viewer_options
from tui.commands.viewing_options import notify_option, readonly_option

if TYPE_CHECKING:
    from training.bench.folder import BenchFolder
    from training.plan import NotifyCommand
    from training.record.run_folder import RunFolder


@click.command(epilog="Example: dualtrain-tui attach 20261122-2015")
@click.argument("run", required=False, shell_complete=complete_run_or_bench)
@plain_options
@readonly_option
@notify_option
@viewer_options
def attach(
    run: str | None, plain: bool, interval_s: float | None, readonly: bool, notify: NotifyCommand | None,
    viewer: ViewerOptions,
) -> None:  # fmt: skip
    """Show a running or finished run. RUN is a name, its beginning or a path; else the newest live or ended run.

    With --plain, Ctrl-C leaves and the run goes on.

    A bench is followed by its lines, without a screen; RUN may name one, and a live one is shown where no run is live.
    COMMAND of `--notify` is run for each lane that ends while you look; no shell reads it.
    """
    if interval_s is not None and not plain:
        fail("--interval needs --plain", exit_codes.USAGE)
    with failing_clearly():
        live = _live_run() if run is None else None
        bench = None if live is not None else _bench(run)
    if bench is not None:
        if notify is not None:
            fail(f"--notify tells of a run's lanes, and {bench.name} is a bench", exit_codes.USAGE)
        from tui.bench_follow import Followed, follow_bench

        raise SystemExit(follow_bench(lambda: Followed(bench), as_json=False))
    from tui.commands.launching import say_plain
    from tui.commands.open_app import open_app, why_no_screen

    resolved = resolve_or_fail(viewer, interval_s=interval_s)
    with failing_clearly():
        from training.plan import read_plan
        from training.record.run_folder import find_run_folder

        folder = live or find_run_folder(run)
        read_plan(folder.plan)
    from tui.viewing import viewing

    how = viewing(readonly=readonly, notify=notify)
    why = None if plain else why_no_screen()
    if not plain and why is None:
        raise SystemExit(open_app(folder=folder, look=look_of(resolved), how=how))
    if notify is not None:
        fail("--notify needs the screen where a run is attached to", exit_codes.USAGE)
    if why is not None:
        say_plain(why, resolved)
    from tui.plain import follow_plain

    interval_s, ascii_only = resolved.settings.plain_interval_s, look_of(resolved).ascii
    raise SystemExit(follow_plain(folder, interval_s=interval_s, ascii_only=ascii_only))


def _live_run() -> RunFolder | None:
    from training.record.liveness import liveness
    from training.record.run_folder import list_run_folders

    return next((folder for folder in list_run_folders() if liveness(folder) == "live"), None)


def _bench(run: str | None) -> BenchFolder | None:
    """The bench that is meant; the newest live one unless named."""
    from training.bench.folder import bench_meant, list_bench_folders
    from training.record.liveness import liveness

    if run is not None:
        return bench_meant(run)
    return next((folder for folder in list_bench_folders() if liveness(folder.as_run) == "live"), None)
