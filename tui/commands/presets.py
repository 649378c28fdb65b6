"""`presets`: list, show and check them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from tui import exit_codes
from tui.commands.confirming import trust_option
from tui.commands.fail import fail, failing_clearly
from tui.commands.preset_check import CheckedPreset, checked, everything_checked, tried
from tui.commands.preset_names import complete_preset

if TYPE_CHECKING:
    from training.preset_library import PresetEntry

CHECK_EPILOG = """Examples:

\b
  dualtrain-tui presets check my.toml
  dualtrain-tui presets check --run my.toml local:theirs"""


@click.group(invoke_without_command=True, epilog="Example: dualtrain-tui presets show seed-binary")
@click.option("--json", "as_json", is_flag=True, help="The list as one JSON array.")
@click.pass_context
def presets(context: click.Context, as_json: bool) -> None:
    """List, show and check presets; without a subcommand, list them."""
    if context.invoked_subcommand is None:
        context.invoke(list_command, as_json=as_json)


@presets.command("list", epilog="Example: dualtrain-tui presets list --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def list_command(as_json: bool) -> None:
    """List every preset in reach, bad ones marked."""
    from training.preset.printable import printable
    from training.preset_library import list_presets

    entries = list_presets()
    if as_json:
        click.echo(json.dumps([_entry_facts(entry) for entry in entries], indent=1))
        return
    for entry in entries:
        what = printable(entry.preset.title) if entry.preset else f"BAD: {entry.error}"
        click.echo(f"{printable(entry.reference):24}  {entry.origin:8}  {what}")


@presets.command("show", epilog="Example: dualtrain-tui presets show seed-binary --json")
@click.argument("name", shell_complete=complete_preset)
@click.option("--json", "as_json", is_flag=True, help="The preset as one JSON object.")
def show_command(name: str, as_json: bool) -> None:
    """Show a preset as resolved, defaults included."""
    from training.preset.entry_table import as_written
    from training.preset.explain import explain
    from training.preset.printable import printable
    from training.preset_library import resolve

    with failing_clearly():
        entry = resolve(name)
    assert entry.preset is not None
    if as_json:
        click.echo(json.dumps({**_entry_facts(entry), "preset": as_written(entry.preset)}, indent=1))
        return
    click.echo(
        f"{printable(entry.preset.title)}  ({printable(entry.reference)}, {printable(str(entry.path))})"
    )
    for text in (entry.preset.description, entry.preset.stresses and f"stresses {entry.preset.stresses}"):
        if text:
            click.echo(printable(text))
    for setting in explain(entry.preset):
        default = "  (default)" if setting.is_default else ""
        click.echo(printable(f"  {setting.key:24}  {setting.text}{default}"))


@presets.command("check", epilog=CHECK_EPILOG)
@click.argument("names", metavar="[NAME|FILE ...]", nargs=-1, shell_complete=complete_preset)
@click.option(
    "--run", "is_run", is_flag=True, help="Try each for a few steps, in a process of its own, on the CPU."
)
@trust_option
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def check_command(names: tuple[str, ...], is_run: bool, trust: bool, as_json: bool) -> None:
    """Check presets, or every preset in reach. Exit code 2 where one is bad.

    Without --run nothing that a preset names is imported; what is wrong in it shows where it is run.
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


def _entry_facts(entry: PresetEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "reference": entry.reference,
        "origin": entry.origin,
        "path": str(entry.path),
        "title": entry.preset.title if entry.preset else None,
        "error": entry.error,
    }
