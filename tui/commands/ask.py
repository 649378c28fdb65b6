"""`stop`, `pause`, `resume`: ask a run's supervisor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from tui.commands.fail import failing_clearly
from tui.commands.preset_names import complete_run

if TYPE_CHECKING:
    from training.record.run_folder import RunFolder

Verb = Literal["stop", "pause", "resume"]

_run_argument = click.argument("run", required=False, shell_complete=complete_run)
_lane_option = click.option("--lane", type=click.Choice(["a", "b"]), help="Only this lane.")


@click.command(epilog="Example: dualtrain-tui stop --lane b")
@_run_argument
@_lane_option
def stop(run: str | None, lane: Literal["a", "b"] | None) -> None:
    """Stop a run's lanes at their next batch, with a checkpoint. RUN is the newest live run unless named."""
    _ask("stop", run, lane)


@click.command(epilog="Example: dualtrain-tui pause --lane a")
@_run_argument
@_lane_option
def pause(run: str | None, lane: Literal["a", "b"] | None) -> None:
    """Pause a run's lanes at the beginning of their next batch; they keep their memory."""
    _ask("pause", run, lane)


@click.command(epilog="Example: dualtrain-tui resume")
@_run_argument
@_lane_option
def resume(run: str | None, lane: Literal["a", "b"] | None) -> None:
    """Let paused lanes go on."""
    _ask("resume", run, lane)


def _ask(verb: Verb, run: str | None, lane: Literal["a", "b"] | None) -> None:
    with failing_clearly():
        from training.control.client import ask
        from training.control.protocol import Request

        folder = _live_run(run)
        ask(folder, Request(ask=verb, lane=lane, by=f"dualtrain-tui {verb}"))
    which = f"lane {lane.upper()}" if lane else "both lanes"
    click.echo(f"{verb} asked of {which} of {folder.name}")


def _live_run(run: str | None) -> RunFolder:
    from training.record.liveness import liveness
    from training.record.run_folder import RunNotFoundError, find_run_folder, list_run_folders

    if run is not None:
        return find_run_folder(run)
    live = next((folder for folder in list_run_folders() if liveness(folder) == "live"), None)
    if live is None:
        raise RunNotFoundError("no run is live: `dualtrain-tui runs` lists what there is")
    return live
