"""`stop`, `pause`, `resume`, `probe`, `share`: ask a run's supervisor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import click

from tui.commands.argument_order import thing_and_run
from tui.commands.asking import leave_unless_meant, refuse_where_only_looked_at, yes_option
from tui.commands.fail import failing_clearly
from tui.commands.preset_names import complete_run, starting_with

if TYPE_CHECKING:
    from training.record.run_folder import RunFolder

Verb = Literal["stop", "pause", "resume"]

_run_argument = click.argument("run", required=False, shell_complete=complete_run)
_lane_option = click.option("--lane", type=click.Choice(["a", "b"]), help="Only this lane.")


@click.command(epilog="Example: dualtrain-tui stop --lane b")
@_run_argument
@_lane_option
@yes_option
def stop(run: str | None, lane: Literal["a", "b"] | None, yes: bool) -> None:
    """Stop a run's lanes at their next batch, with a checkpoint. RUN is the newest live run unless named.

    At a terminal it asks first, and names the lanes with their processes.
    """
    refuse_where_only_looked_at()
    with failing_clearly():
        from training.analysis.named_lanes import in_words, lanes_in
        from training.record.liveness import liveness

        folder = _live_run(run)
        lanes = [one for one in lanes_in(folder) if lane in (None, one.lane)]
        is_live = liveness(folder) == "live"
    if not lanes or not is_live:
        _ask("stop", str(folder.path), lane)  # refused, with the reason
        return
    leave_unless_meant(f"Stop {in_words(lanes)} of run {folder.name}?", yes=yes)
    asked_of_live_run(str(folder.path), ask="stop", lane=lane, by="dualtrain-tui stop")
    from training.preset.printable import one_line

    click.echo(one_line(f"stop asked of {in_words(lanes)} of {folder.name}"))


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


@click.command(epilog="Example: dualtrain-tui probe")
@_run_argument
def probe(run: str | None) -> None:
    """Measure a run's contention now: each lane stands still for a moment while the other is timed."""
    folder = asked_of_live_run(run, ask="probe", by="dualtrain-tui probe")
    click.echo(f"a probe was asked of {_named(folder)}")


def _complete_way_or_run(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from training.plan import CHANGEABLE

    return [*starting_with(incomplete, CHANGEABLE), *complete_run(context, parameter, incomplete)]


@click.command(epilog="Example: dualtrain-tui share sequential 20261122-2015")
@click.argument(
    "words",
    metavar="together|sequential|adaptive [RUN]",
    nargs=-1,
    required=True,
    shell_complete=_complete_way_or_run,
)
def share(words: tuple[str, ...]) -> None:
    """Have a run's lanes share the device another way from now on, while they train.

    RUN is the newest live run unless named; it may also stand first.
    """
    from training.plan import CHANGEABLE

    way, run = thing_and_run(words, "way of sharing", lambda word: word in CHANGEABLE)
    sharing = next((one for one in CHANGEABLE if one == way), None)
    if sharing is None:
        raise click.UsageError(f"{way!r} is not one of {', '.join(CHANGEABLE)}")
    folder = asked_of_live_run(run, ask="share", sharing=sharing, by="dualtrain-tui share")
    click.echo(f"the lanes of {_named(folder)} go over to {sharing}")


def asked_of_live_run(run: str | None, **asking: Any) -> RunFolder:
    """Ask a live run (the newest unless named) what a `Request` of these fields says; leaves where it is refused."""
    refuse_where_only_looked_at()
    with failing_clearly():
        from training.control.client import ask
        from training.control.protocol import Request

        folder = _live_run(run)
        ask(folder, Request(**asking))
    return folder


def _ask(verb: Verb, run: str | None, lane: Literal["a", "b"] | None) -> None:
    folder = asked_of_live_run(run, ask=verb, lane=lane, by=f"dualtrain-tui {verb}")
    which = f"lane {lane.upper()}" if lane else "both lanes"
    click.echo(f"{verb} asked of {which} of {_named(folder)}")


def _live_run(run: str | None) -> RunFolder:
    from training.record.liveness import liveness
    from training.record.run_folder import RunNotFoundError, find_run_folder, list_run_folders

    if run is not None:
        return find_run_folder(run)
    states = [(liveness(folder), folder) for folder in list_run_folders()]
    live = next((folder for state, folder in states if state == "live"), None)
    # where none is, one that was only just launched is meant: it says itself that it does not answer yet
    live = live or next((folder for state, folder in states if state == "starting"), None)
    if live is None:
        raise RunNotFoundError("no run is live: `dualtrain-tui runs` lists what there is")
    return live


def _named(folder: RunFolder) -> str:
    from training.preset.printable import printable

    return printable(folder.name)
