"""`presets`: list, show, check and make them."""

from __future__ import annotations

import json

import click

from tui import exit_codes
from tui.commands.confirming import trust_option
from tui.commands.fail import fail
from tui.commands.preset_check import CheckedPreset, checked, everything_checked, tried
from tui.commands.preset_facts import entry_facts
from tui.commands.preset_names import complete_preset
from tui.commands.preset_new import new_command
from tui.commands.preset_show import show_command

CHECK_EPILOG = """Examples:

\b
  dualtrain-tui presets check my.toml
  dualtrain-tui presets check --run my.toml local:theirs
  dualtrain-tui presets check --run "./train.py --lr 0.1\""""


@click.group(invoke_without_command=True, epilog="Example: dualtrain-tui presets show seed-binary")
@click.option("--json", "as_json", is_flag=True, help="The list as one JSON array.")
@click.pass_context
def presets(context: click.Context, as_json: bool) -> None:
    """List, show, check and make presets; without a subcommand, list them."""
    if context.invoked_subcommand is None:
        context.invoke(list_command, as_json=as_json)


presets.add_command(show_command)
presets.add_command(new_command)


@presets.command("list", epilog="Example: dualtrain-tui presets list --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def list_command(as_json: bool) -> None:
    """List every preset in reach, bad ones marked."""
    from training.preset.printable import printable
    from training.preset_library import list_presets

    entries = list_presets()
    if as_json:
        click.echo(json.dumps([entry_facts(entry) for entry in entries], indent=1))
        return
    for entry in entries:
        what = printable(entry.preset.title) if entry.preset else f"BAD: {entry.error}"
        click.echo(f"{printable(entry.reference):24}  {entry.origin:8}  {what}")


@presets.command("check", epilog=CHECK_EPILOG)
@click.argument("names", metavar="[NAME|FILE ...]", nargs=-1, shell_complete=complete_preset)
@click.option(
    "--run", "is_run", is_flag=True, help="Try each for a few steps, in a process of its own, on the CPU."
)
@trust_option
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def check_command(names: tuple[str, ...], is_run: bool, trust: bool, as_json: bool) -> None:
    """Check presets, or every preset in reach. Exit code 2 where one is bad.

    Without --run nothing that a preset names is imported; what is wrong in it shows where it is run. A script takes its
    first steps as a lane would, and is ended there.
    """
    if is_run and not names:
        fail("--run needs the presets that it should try", exit_codes.USAGE)
    found = [tried(name, trust=trust) if is_run else checked(name) for name in names]
    if not names:
        found = everything_checked()
    if as_json:
        click.echo(json.dumps([one.as_json() for one in found], indent=1))
    else:
        _print_findings(found)
    raise SystemExit(exit_codes.OK if all(one.error is None for one in found) else exit_codes.USAGE)


def _print_findings(found: list[CheckedPreset]) -> None:
    from training.preset.printable import printable

    if not found:
        fail("there is no preset to check", exit_codes.USAGE)
    for one in found:
        if one.error is None:
            click.echo(f"ok  {printable(one.path)}{one.told}")
        else:
            click.echo(f"dualtrain-tui: {printable(one.error)}", err=True)
