"""`presets show`: one preset as resolved, and where each setting comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui import exit_codes
from tui.commands.fail import fail, failing_clearly
from tui.commands.preset_facts import entry_facts
from tui.commands.preset_names import complete_preset

if TYPE_CHECKING:
    from training.preset import Setting
    from training.preset.sources import Source
    from training.preset_library import PresetEntry

    Sourced = list[tuple[Setting, Source]]

_WIDEST_VALUE = 40
"""A longer value moves its own source to the right, and not those of the others."""


@click.command(
    "show", epilog="Example: dualtrain-tui presets show seed-binary --set fit.batch_size=64 --toml"
)
@click.argument("name", shell_complete=complete_preset)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Show it with this key set beside its file, as fit.batch_size=64. May be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="The preset as one JSON object.")
@click.option("--toml", "as_toml", is_flag=True, help="A whole preset file with every setting said.")
def show_command(name: str, overrides: tuple[str, ...], as_json: bool, as_toml: bool) -> None:
    """Show a preset as resolved: each setting, and whether the preset, a default or --set says it."""
    from training.preset.moving import moved
    from training.preset.sources import with_sources
    from training.preset.toml_file import read_toml
    from training.preset.toml_text import preset_text, written_values
    from training.preset_library import overridden, resolve

    if as_json and as_toml:
        fail("--json and --toml exclude each other", exit_codes.USAGE)
    with failing_clearly():
        entry = overridden(resolve(name), overrides)
        # No file describes a script or program that was named itself: what was typed does.
        document = read_toml(entry.path) if entry.origin != "script" else {}
    assert entry.preset is not None
    if entry.origin == "script":
        document = written_values(entry.preset)
    if as_toml:
        with failing_clearly():
            here = moved(entry.preset, Path.cwd())  # where its output is most likely put
        click.echo(preset_text(here), nl=False)
        return
    settings = with_sources(entry.preset, document, overrides)
    click.echo(_as_json(entry, settings) if as_json else _as_text(entry, settings))


def _as_json(entry: PresetEntry, settings: Sourced) -> str:
    from training.preset.script_document import document_of

    assert entry.preset is not None
    told = [{"key": one.key, "value": one.value, "source": source} for one, source in settings]
    facts = {**entry_facts(entry), "preset": document_of(entry.preset), "settings": told}
    return json.dumps(facts, indent=1)


def _as_text(entry: PresetEntry, settings: Sourced) -> str:
    from training.preset.printable import printable

    preset = entry.preset
    assert preset is not None
    prose = (
        f"{preset.title}  ({entry.reference}, {entry.path})",
        preset.description,
        preset.stresses and f"stresses {preset.stresses}",
        preset.origin and f"made from: {preset.origin}",
    )
    width = min(_WIDEST_VALUE, max(len(one.text) for one, _ in settings))
    lines = (f"  {one.key:24}  {one.text:{width}}  {source}" for one, source in settings)
    return "\n".join(printable(line) for line in (*(text for text in prose if text), *lines))
