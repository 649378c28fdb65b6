"""What a command says of what it started, where that may not outlive the session it was started from."""

from __future__ import annotations

import click


def say_what_ends_it(process: int) -> None:
    """Print one line to stderr where the process, the owner of a run or a bench, may be ended with the session."""
    from training.preflight.survival import survival_of
    from training.preset.printable import one_line

    check = survival_of(process)
    if check.state == "warn":
        click.echo(f"dualtrain-tui: {one_line(f'{check.name}: {check.message}: {check.remedy}')}", err=True)
