"""`replay`: a run's record, played back on the live screen."""

from __future__ import annotations

import math

import click

from tui import exit_codes
from tui.commands.bench_report import bench_asked
from tui.commands.fail import fail, failing_clearly
from tui.commands.preset_names import complete_run, starting_with
from tui.replay_speed import FASTEST, SLOWEST

DEMO = "demo"
"""In the place of a run: the pair that is shipped."""

EPILOG = """Examples:

\b
  dualtrain-tui replay demo
  dualtrain-tui replay 20261122-2015 --speed 8

Keys: space pauses and plays, left and right go 10 s back and on, with shift a minute, home and end to the ends,
< and > halve and double the speed, Enter shows the report at the end, q leaves."""


def _complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    return [*starting_with(incomplete, (DEMO,)), *complete_run(context, parameter, incomplete)]


def _refuse_nan(_context: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    """NaN is in every range: no comparison with it fails."""
    if value is not None and math.isnan(value):
        raise click.BadParameter("nan is not a speed")
    return value


@click.command(epilog=EPILOG)
@click.argument("run", required=False, shell_complete=_complete)
@click.option(
    "--speed",
    type=click.FloatRange(min=SLOWEST, max=FASTEST),
    callback=_refuse_nan,
    metavar="N",
    help="How many times as fast as it went. Default: 1; of the demo 4.",
)
def replay(run: str | None, speed: float | None) -> None:
    """Play a finished or running run's record back, drawn as it was drawn live.

    RUN is a name, its beginning or a path, else the newest; `demo` is a pair that is shipped with the program. Nothing
    is trained, and no run is touched.
    """
    from tui.commands.open_app import check_terminal, open_app
    from tui.replay_request import ReplayRequest

    if run == DEMO:
        from tui.demo import DEMO_SPEED, demo_begins_s, demo_folder

        folder = demo_folder()
        check_terminal()
        request = ReplayRequest(folder, speed or DEMO_SPEED, demo_begins_s(folder))
        raise SystemExit(open_app(replay=request))
    if (bench := bench_asked(run)) is not None:
        fail(f"{bench.name} is a bench: name one of its runs, in {bench.path / 'runs'}", exit_codes.USAGE)
    with failing_clearly():
        from training.plan import read_plan
        from training.record.run_folder import RunNotFoundError, find_run_folder

        try:
            folder = find_run_folder(run)
        except RunNotFoundError:
            if run is not None:
                raise
            fail("there are no runs yet: `dualtrain-tui replay demo` plays a recorded pair", exit_codes.USAGE)
        read_plan(folder.plan)
    check_terminal()
    raise SystemExit(open_app(replay=ReplayRequest(folder, speed or 1.0)))
