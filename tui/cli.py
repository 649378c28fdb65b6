"""The command line's root; without a subcommand it opens the pick screen."""

from __future__ import annotations

import click

from training import __version__
from tui.commands.ask import pause, resume, stop
from tui.commands.attach import attach
from tui.commands.doctor import doctor
from tui.commands.presets import presets
from tui.commands.report import report
from tui.commands.run import run
from tui.commands.runs import runs

EPILOG = """Examples:

\b
  dualtrain-tui                                  pick two presets by keyboard
  dualtrain-tui run seed-binary seed-regression  train these two at once
  dualtrain-tui attach                           come back to a run

Exit codes: 0 both lanes did what was asked, 1 a lane failed or the run was lost, 2 wrong usage or preset,
3 the asked device cannot be used, 130 interrupted."""


@click.group(
    invoke_without_command=True, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="dualtrain-tui")
@click.pass_context
def cli(context: click.Context) -> None:
    """Train two Keras models on one device at the same time and watch the contention."""
    if context.invoked_subcommand is None:
        from tui.commands.open_app import open_app

        raise SystemExit(open_app())


for command in (run, attach, stop, pause, resume, report, runs, presets, doctor):
    cli.add_command(command)
