"""`runs`: what runs and benches there are; on a terminal as a screen to open and delete them."""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import TYPE_CHECKING

import click

from tui import exit_codes
from tui.commands.fail import fail, failing_clearly

if TYPE_CHECKING:
    from training.bench.listing import ListedBench

EPILOG = """Examples:

\b
  dualtrain-tui runs                    on a terminal: a screen to open, filter and delete them
  dualtrain-tui runs list               the same as lines, benches as well
  dualtrain-tui runs --json
  dualtrain-tui runs prune --keep 20"""

_LONGEST_DAYS = 36_500


def _refuse_nan(_context: click.Context, _parameter: click.Parameter, days: float | None) -> float | None:
    """NaN is in every range: no comparison with it fails."""
    if days is not None and math.isnan(days):
        raise click.BadParameter("nan is not a number of days")
    return days


@click.group(invoke_without_command=True, epilog=EPILOG)
@click.option("--json", "as_json", is_flag=True, help="The list as one JSON array.")
@click.pass_context
def runs(context: click.Context, as_json: bool) -> None:
    """Show the runs there are, live ones first, then the newest; where this is no terminal, list them."""
    if context.invoked_subcommand is not None:
        return
    from tui.commands.open_app import open_app, why_no_screen

    if as_json or why_no_screen() is not None:
        context.invoke(list_command, as_json=as_json)
        return
    raise SystemExit(open_app(runs=True))


@runs.command("list", epilog="Example: dualtrain-tui runs list --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def list_command(as_json: bool) -> None:
    """List the runs and then the benches, of each live ones first, then the newest.

    Columns: name, state, sharing, device, presets, verdict, when it began, where it ran, size.
    """
    with failing_clearly():
        from training.analysis.run_listing import list_runs
        from training.bench.listing import list_benches

        listed, benches = list_runs(), list_benches()
    if as_json:
        import msgspec

        click.echo(json.dumps(msgspec.to_builtins([*listed, *benches]), indent=1))
        return
    if not listed and not benches:
        click.echo("no runs yet: `dualtrain-tui run A B` makes one", err=True)
    from tui.run_list_text import run_lines

    for line in run_lines(listed, datetime.now().astimezone()):
        click.echo(line)
    for bench in benches:
        click.echo(_bench_line(bench))


@runs.command("prune", epilog="Example: dualtrain-tui runs prune --older 30")
@click.option(
    "--keep", type=click.IntRange(min=0), metavar="N", help="Keep the N newest of those that are over."
)
@click.option(
    "--older",
    "older_days",
    type=click.FloatRange(min=0, max=_LONGEST_DAYS),
    callback=_refuse_nan,
    metavar="DAYS",
    help="Delete those that have been over for more than so many days.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def prune_command(keep: int | None, older_days: float | None, yes: bool) -> None:
    """Delete runs that are over, their trained models with them: name --keep or --older.

    What would go is printed, and asked about. Runs that go on, or that a process still holds, are never touched; what
    was measured is kept for forecasts.
    """
    from tui.commands.asking import refuse_where_only_looked_at
    from tui.prune import prune

    refuse_where_only_looked_at()
    if keep is not None and older_days is not None:
        fail("--keep and --older exclude each other: name one", exit_codes.USAGE)
    if keep is None and older_days is None:
        fail("name what is to go: --keep N or --older DAYS", exit_codes.USAGE)
    with failing_clearly():
        code = prune(keep=keep, older_days=older_days, ask=not yes)
    raise SystemExit(code)


def _bench_line(bench: ListedBench) -> str:
    """A bench, its launches, and how it goes on where it did not come to its end."""
    from training.preset.printable import printable

    name = printable(bench.run)
    presets = " + ".join(printable(label) for label in bench.presets)
    made = f"{bench.launches_done}/{bench.launches} launches"
    goes_on = f"; dualtrain-tui bench --resume {name}" if bench.resumable else ""
    return f"{name:24}  {bench.state:10}  {'bench':11}  {bench.device:4}  {presets}: {made}{goes_on}"
