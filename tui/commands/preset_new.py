"""`presets new`: a preset of the user's own, begun anew, from another, or from code of the user's own."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from tui import exit_codes
from tui.commands.fail import fail, failing_clearly
from tui.commands.preset_names import complete_preset

if TYPE_CHECKING:
    from training.own_presets import Beginning
    from training.preset_library import PresetEntry


EPILOG = """Examples:

\b
  dualtrain-tui presets new my-cnn --from cnn-small
  dualtrain-tui presets new my-loop --script "./train.py --lr 0.1"
  dualtrain-tui presets new my-net --model my_models.py:build"""


@click.command("new", epilog=EPILOG)
@click.argument("name")
@click.option(
    "--from",
    "source",
    metavar="PRESET",
    shell_complete=complete_preset,
    help="Begin with this preset and its comments; else with a small training that runs anywhere.",
)
@click.option(
    "--script",
    metavar="SCRIPT",
    help="Begin with this Python script and its arguments in quotes, or exec: and any program.",
)
@click.option(
    "--model",
    metavar="FILE:FUNCTION",
    help="Begin with a function of yours that makes the model; nothing of it is run.",
)
@click.option("--force", is_flag=True, help="Write over one of yours that has this name.")
def new_command(name: str, source: str | None, script: str | None, model: str | None, force: bool) -> None:
    """Write a commented preset into your own folder, and check it."""
    from training.own_presets import make_own
    from training.preset.saving import PresetThereError

    if sum(one is not None for one in (source, script, model)) > 1:
        fail("--from, --script and --model exclude each other", exit_codes.USAGE)
    with failing_clearly():
        try:
            made = make_own(name, _beginning(name, source, script, model), overwrite=force)
        except PresetThereError as error:
            fail(f"{error}; --force writes over it", exit_codes.USAGE)
    _tell(made)


def _beginning(name: str, source: str | None, script: str | None, model: str | None) -> Beginning:
    """Each way of beginning is an option of the command and a function there."""
    from training.own_presets import from_model, from_nothing, from_preset, from_script

    if script is not None:
        return from_script(name, script)
    if model is not None:
        return from_model(name, model)
    if source is None:
        return from_nothing(name)
    _refuse_unconfirmed(source)
    return from_preset(name, source)


def _refuse_unconfirmed(source: str) -> None:
    """Made the user's own, code of `./presets` would be their own word, and be run unasked."""
    from training.code_trust import needing_a_yes, unconfirmed
    from training.planned_lanes import planned_lane

    if unconfirmed(needing_a_yes([planned_lane(source)])):
        fail(
            f"{source}: it names code that you have not said yes to: launch it once before", exit_codes.USAGE
        )


def _tell(made: PresetEntry) -> None:
    """Where it lies, and how it is run."""
    from training.preset.own_code import names_code
    from training.preset.printable import printable

    run = f"dualtrain-tui run {shlex.quote(made.reference)}"
    check = "dualtrain-tui presets check"
    if made.preset is not None and names_code(made.preset):
        check += " --run"  # nothing less shows whether the function does what it should
    for label, text in (
        ("written and checked", str(made.path)),
        ("train it alone", run),
        ("train it beside another", f"{run} seed-regression"),
        ("check it once changed", f"{check} {shlex.quote(str(made.path))}"),
    ):
        click.echo(printable(f"{label:24}  {text}"))
