"""`presets`: list, show, check and make them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from tui import exit_codes
from tui.commands.fail import fail
from tui.commands.preset_facts import entry_facts
from tui.commands.preset_new import new_command
from tui.commands.preset_show import show_command


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


@presets.command("check", epilog="Example: dualtrain-tui presets check my.toml")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def check_command(files: tuple[Path, ...], as_json: bool) -> None:
    """Check preset files, or every preset in reach. Exit code 2 where one is bad."""
    from training.preset import PresetError, load_preset
    from training.preset_library import list_presets

    found: list[dict[str, Any]] = []
    for path in files:
        try:
            load_preset(path)
            found.append({"path": str(path), "ok": True, "error": None})
        except PresetError as error:
            found.append({"path": str(path), "ok": False, "error": str(error)})
    if not files:
        found = [
            {"path": str(entry.path), "ok": entry.error is None, "error": entry.error}
            for entry in list_presets()
        ]
    if as_json:
        click.echo(json.dumps(found, indent=1))
    else:
        _print_findings(found)
    raise SystemExit(exit_codes.OK if all(one["ok"] for one in found) else exit_codes.USAGE)


def _print_findings(found: list[dict[str, Any]]) -> None:
    from training.preset.printable import printable

    if not found:
        fail("there is no preset to check", exit_codes.USAGE)
    for one in found:
        if one["ok"]:
            click.echo(f"ok  {printable(one['path'])}")
        else:
            click.echo(f"dualtrain-tui: {one['error']}", err=True)
