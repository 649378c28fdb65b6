"""The command `dualtrain-tui`."""

from __future__ import annotations

import sys

import click

from tui import exit_codes
from tui.cli import cli


def main() -> None:
    """Run the command line; leaves with its exit code. Click's own way would end an interrupt with 1."""
    try:
        sys.exit(cli.main(prog_name="dualtrain-tui", standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(exit_codes.INTERRUPTED)


if __name__ == "__main__":
    main()
