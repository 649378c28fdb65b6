"""What a command says while it waits."""

from __future__ import annotations

from collections.abc import Sequence

import click


def say_what_is_waited_for(presets: Sequence[str]) -> None:
    """Keras is asked about these presets, which takes its time."""
    from training.preset.printable import one_line

    named = one_line(" and ".join(presets))
    click.echo(f"dualtrain-tui: asking Keras how large {named} will be: some seconds, once", err=True)
