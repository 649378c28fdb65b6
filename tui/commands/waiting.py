"""What a command says while it waits, and how it is left then."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click


@contextmanager
def waiting_for_sizes(presets: Sequence[str]) -> Iterator[None]:
    """Keras is asked about these presets, which takes its time. Nothing is launched yet: Ctrl-C ends the command."""
    from training.preset.printable import one_line

    named = one_line(" and ".join(presets))
    click.echo(f"dualtrain-tui: asking Keras how large {named} will be: some seconds, once", err=True)
    counted = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, counted)
