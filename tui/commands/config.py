"""`config`: the settings, and where each comes from."""

from __future__ import annotations

import json

import click

from tui.commands.viewer_options import options_before, resolve_or_fail


@click.group(epilog="Example: dualtrain-tui config show")
def config() -> None:
    """Show the settings: of the command line, the environment, the settings file, or as they come."""


@config.command("show", epilog="Example: dualtrain-tui config show --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def show_command(as_json: bool) -> None:
    """Show each setting, its value, and where it comes from."""
    resolved = resolve_or_fail(options_before())
    import msgspec

    from tui.settings import variable

    values = msgspec.to_builtins(resolved.settings)
    if as_json:
        told = [
            {
                "name": name,
                "value": value,
                "source": resolved.sources[name],
                "where": resolved.where(name) if resolved.is_chosen(name) else None,
                "variable": variable(name),
            }
            for name, value in values.items()
        ]
        click.echo(json.dumps(told, indent=1))
        return
    width = max(map(len, values))
    for name, value in values.items():
        click.echo(f"{name:{width}}  {_as_in_the_file(value):18}  {resolved.where(name)}")


@config.command("path", epilog="Example: dualtrain-tui config path")
def path_command() -> None:
    """Print where the settings file is, or would be."""
    from tui.settings import settings_file

    click.echo(str(settings_file()))


def _as_in_the_file(value: object) -> str:
    """As TOML has it."""
    return json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value)
