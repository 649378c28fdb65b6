"""Options of every command that shows a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from training.plan import NotifyCommand


def _parse(_context: click.Context, _parameter: click.Parameter, value: str | None) -> NotifyCommand | None:
    """Refused here, before anything is launched: at a lane's end it would be too late to say."""
    if value is None:
        return None
    from training.lane_notice import NotifyError, parse_notify

    try:
        return parse_notify(value)
    except NotifyError as error:
        raise click.BadParameter(str(error)) from error


notify_option = click.option(
    "--notify",
    metavar="COMMAND",
    callback=_parse,
    help="Run COMMAND when a lane ends, with DUALTRAIN_LANE, _OUTCOME, _RUN and _PRESET in its environment.",
)
readonly_option = click.option(
    "--readonly", is_flag=True, help="Only look: nothing is asked of the run (or DUALTRAIN_READONLY=1)."
)
