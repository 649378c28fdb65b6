"""The command line's root; without a subcommand it opens the pick screen."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from training import __version__
from tui import exit_codes
from tui.commands.fail import fail
from tui.commands.viewer_options import ViewerOptions, look_of, resolve_or_fail, viewer_options
from tui.output_encoding import print_in_any_encoding

COMMANDS = {
    "run": "run",
    "retry": "retry",
    "attach": "attach",
    "stop": "ask",
    "pause": "ask",
    "resume": "ask",
    "probe": "ask",
    "share": "ask",
    "join": "join",
    "report": "report",
    "export": "export",
    "replay": "replay",
    "runs": "runs",
    "presets": "presets",
    "doctor": "doctor",
    "bench": "bench",
    "config": "config",
}
"""Each subcommand and its module in `tui.commands`."""

EPILOG = """Examples:

\b
  dualtrain-tui                                  pick two presets by keyboard
  dualtrain-tui run seed-binary seed-regression  train these two at once
  dualtrain-tui attach                           come back to a run
  dualtrain-tui replay demo                      look at a recorded pair: nothing is trained

Exit codes: 0 both lanes did what was asked, 1 a lane failed or the run was lost, 2 wrong usage or preset,
3 the asked device cannot be used, 130 stopped on request, 141 stdout was closed early,
143 this viewer got SIGTERM or a hang-up and the run goes on."""


class RootCommand(click.Group):
    """Imports a subcommand when it is asked for, so that none delays the first paint; ends as the exit codes say."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run to an exit code; what is wrong is told in one line, and an interrupt is 130 (click's own is 1)."""
        print_in_any_encoding(sys.stdout, sys.stderr)
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.ClickException as error:
            more = (
                f" ({error.ctx.command_path} --help)"
                if isinstance(error, click.UsageError) and error.ctx
                else ""
            )
            fail(error.format_message() + more, error.exit_code)
        except click.Abort:
            code = exit_codes.INTERRUPTED
        if standalone_mode:
            raise SystemExit(code)
        return code

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and what it printed out of the buffer: later nobody could tell that it was lost."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except OSError as error:
            raise SystemExit(_output_failed(error)) from error
        return code

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Every name, without an import."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of this name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"tui.commands.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command


def _output_failed(error: OSError) -> int:
    """What could not be written cannot be tried again when Python ends: let it go where nothing fails."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return exit_codes.CLOSED_PIPE
    click.echo(f"dualtrain-tui: cannot write: {error.strerror or error}", err=True)
    return exit_codes.FAILED


@click.group(
    cls=RootCommand,
    invoke_without_command=True,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="dualtrain-tui")
@viewer_options
@click.pass_context
def cli(context: click.Context, viewer: ViewerOptions) -> None:
    """Train two Keras models on one device at the same time and watch the contention."""
    context.obj = viewer  # what stands before a subcommand holds for it as well
    if context.invoked_subcommand is None:
        from tui.commands.open_app import check_terminal, open_app

        check_terminal()
        raise SystemExit(open_app(look=look_of(resolve_or_fail(viewer))))
