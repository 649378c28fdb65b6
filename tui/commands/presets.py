"""`presets`: list, show and check them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui import exit_codes
from tui.commands.fail import fail, failing_clearly
from tui.commands.preset_names import complete_preset

if TYPE_CHECKING:
    from training.preset import Preset
    from training.preset_library import PresetEntry


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
    from training.preset.explain import explain
    from training.preset.printable import printable
    from training.preset.script_document import document_of
    from training.preset_library import resolve

    with failing_clearly():
        entry = resolve(name)
    assert entry.preset is not None
    if as_json:
        click.echo(json.dumps({**_entry_facts(entry), "preset": document_of(entry.preset)}, indent=1))
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
            found.append(_finding(path, _what_is_missing(path, load_preset(path))))
        except PresetError as error:
            found.append(_finding(path, str(error)))
    if not files:
        found = [
            _finding(
                entry.path,
                entry.error if entry.preset is None else _what_is_missing(entry.path, entry.preset),
            )
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


def _finding(path: Path, error: str | None) -> dict[str, Any]:
    return {"path": str(path), "ok": error is None, "error": error}


def _what_is_missing(path: Path, preset: Preset) -> str | None:
    """In one line what a script's preset names and is not there; None where there is no such thing."""
    if preset.script is None:
        return None
    from training.preflight.scripts import why_not_run
    from training.preset.printable import printable

    for message, remedy in why_not_run(preset.script, os.environ):
        return f"{printable(str(path), limit=500)}: script: {message}: {remedy}"
    return None


def _entry_facts(entry: PresetEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "reference": entry.reference,
        "origin": entry.origin,
        "path": str(entry.path),
        "title": entry.preset.title if entry.preset else None,
        "error": entry.error,
    }
