"""`--tensorboard` of what launches a run."""

from __future__ import annotations

from pathlib import Path

import click

from tui.commands.extra import refuse_without


def refuse_without_tensorboard() -> None:
    """Leave with one sentence where TensorBoard's package is not installed."""
    refuse_without("tensorboard", purpose="--tensorboard writes its files with", extra="tensorboard")


def _refuse_where_it_cannot_be(
    _context: click.Context, _parameter: click.Parameter, value: Path | None
) -> Path | None:
    if value is not None:
        refuse_without_tensorboard()
    return value


tensorboard_option = click.option(
    "--tensorboard",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    callback=_refuse_where_it_cannot_be,
    help="Write TensorBoard event files into DIR while the run goes on; needs the extra `tensorboard`.",
)
