"""The command `dualtrain-tui`."""

from __future__ import annotations

from tui.cli import cli


def main() -> None:
    """Run the command line; leaves with its exit code."""
    cli.main(prog_name="dualtrain-tui")


if __name__ == "__main__":
    main()
