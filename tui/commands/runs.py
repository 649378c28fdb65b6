"""`runs`: what runs there are."""

from __future__ import annotations

import json

import click

from tui.commands.fail import failing_clearly


@click.command(epilog="Example: dualtrain-tui runs --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def runs(as_json: bool) -> None:
    """List the runs, live ones first, then the newest."""
    with failing_clearly():
        from training.analysis.run_listing import list_runs

        listed = list_runs()
    if as_json:
        import msgspec

        click.echo(json.dumps(msgspec.to_builtins(listed), indent=1))
        return
    if not listed:
        click.echo("no runs yet: `dualtrain-tui run A B` makes one", err=True)
    from training.preset.printable import printable

    for run in listed:
        presets = " + ".join(printable(name) for name in run.presets.values())
        click.echo(f"{printable(run.run):24}  {run.state:10}  {run.sharing:11}  {run.device:4}  {presets}")
