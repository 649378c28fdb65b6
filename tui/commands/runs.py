"""`runs`: what runs and benches there are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from tui.commands.fail import failing_clearly

if TYPE_CHECKING:
    from training.bench.listing import ListedBench


@click.command(epilog="Example: dualtrain-tui runs --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def runs(as_json: bool) -> None:
    """List the runs and then the benches, of each live ones first, then the newest."""
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
    from training.preset.printable import printable

    for run in listed:
        presets = " + ".join(printable(name) for name in run.presets.values())
        click.echo(f"{printable(run.run):24}  {run.state:10}  {run.sharing:11}  {run.device:4}  {presets}")
    for bench in benches:
        click.echo(_bench_line(bench))


def _bench_line(bench: ListedBench) -> str:
    """A bench, its launches, and how it goes on where it did not come to its end."""
    from training.preset.printable import printable

    name = printable(bench.run)
    presets = " + ".join(printable(label) for label in bench.presets)
    made = f"{bench.launches_done}/{bench.launches} launches"
    goes_on = f"; dualtrain-tui bench --resume {name}" if bench.resumable else ""
    return f"{name:24}  {bench.state:10}  {'bench':11}  {bench.device:4}  {presets}: {made}{goes_on}"
