"""What a command says of what it launched and left alone."""

from __future__ import annotations

import click


def say_detached(name: str, attach: str) -> None:
    """Print the name alone to stdout, for a script, and to stderr the command that comes back to it."""
    from training.preset.printable import printable

    click.echo(name)
    click.echo(f"{attach} {printable(name)}", err=True)
