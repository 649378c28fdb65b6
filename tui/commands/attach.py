"""`attach`: the live screen of a run that exists, or a bench's progress."""

from __future__ import annotations

import click

from tui.commands.fail import failing_clearly
from tui.commands.preset_names import complete_run


@click.command(epilog="Example: dualtrain-tui attach 20261122-2015")
@click.argument("run", required=False, shell_complete=complete_run)
def attach(run: str | None) -> None:
    """Show a running or finished run. RUN is a name, its beginning or a path; else the newest live or ended run.

    A bench is followed by its lines, without a screen.
    """
    with failing_clearly():
        from training.bench.folder import bench_meant

        bench = None if run is None else bench_meant(run)
    if bench is not None:
        from tui.bench_follow import Followed, follow_bench

        raise SystemExit(follow_bench(lambda: Followed(bench), as_json=False))
    from tui.commands.open_app import check_terminal, open_app

    with failing_clearly():
        from training.plan import read_plan
        from training.record.liveness import liveness
        from training.record.run_folder import find_run_folder, list_run_folders

        live = None
        if run is None:
            live = next((folder for folder in list_run_folders() if liveness(folder) == "live"), None)
        folder = live or find_run_folder(run)
        read_plan(folder.plan)
    check_terminal()
    raise SystemExit(open_app(folder=folder))
