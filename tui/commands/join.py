"""`join`: add a second training to a run that trains already."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from tui.commands.argument_order import thing_and_run
from tui.commands.ask import asked_of_live_run
from tui.commands.confirming import confirm, trust_option
from tui.commands.fail import failing_clearly
from tui.commands.preset_names import complete_preset_or_run
from tui.commands.waiting import waiting_for_sizes

if TYPE_CHECKING:
    from training.code_trust import NamedCode
    from training.record.run_folder import RunFolder

EPILOG = """Examples:

\b
  dualtrain-tui run lstm --detach          one training has the device
  dualtrain-tui join cnn-small             may mine run beside it?
  dualtrain-tui join cnn-small 20261122-2015   beside what that run trains
  dualtrain-tui join "./train.py --lr 0.1" """


@click.command(epilog=EPILOG)
@click.argument(
    "words", metavar="PRESET [RUN]", nargs=-1, required=True, shell_complete=complete_preset_or_run
)
@click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Set a preset's key. May be repeated."
)
@click.option("--seed", type=click.IntRange(min=0, max=2**31 - 1), help="Its seed.")
@click.option(
    "--force-fit", is_flag=True, help="Join even where the forecast says that the memory does not do."
)
@trust_option
def join(
    words: tuple[str, ...], overrides: tuple[str, ...], seed: int | None, force_fit: bool, trust: bool
) -> None:
    """Add PRESET to a run whose other lane trains already, or has ended: it trains beside what trains there.

    PRESET may also be a script with its arguments in quotes, or exec: with a program and its own. The rate that the
    first lane had before is what it is compared with. Bounds that the run was given (--epochs, --steps or --minutes)
    bound it too. RUN is the newest live run unless named; it may also stand first.
    """
    reference, run = thing_and_run(words, "preset", _is_preset)
    yes = confirm(partial(_asked_about, reference), trust=trust)
    with failing_clearly():
        from training.planned_lanes import joining_lane
        from training.preset.printable import printable

        planned = joining_lane(reference, overrides, seed, confirmed=yes, waiting_for=waiting_for_sizes)
    folder = asked_of_live_run(run, ask="join", planned=planned, force_fit=force_fit, by="dualtrain-tui join")
    click.echo(f"{printable(planned.preset_name)} joins {printable(folder.name)}{_bounds(folder)}")


def _asked_about(reference: str) -> tuple[NamedCode, ...]:
    from training.code_trust import needing_a_yes, unconfirmed
    from training.planned_lanes import planned_lane

    return unconfirmed(needing_a_yes([planned_lane(reference)]))


def _is_preset(word: str) -> bool:
    from training.preset import PresetError
    from training.preset_library import resolve

    try:
        resolve(word)
    except PresetError:
        return False
    return True


def _bounds(folder: RunFolder) -> str:
    """What bounds whoever joins, as the run was launched with it."""
    from training.plan import PlanError, read_plan

    try:
        limits = read_plan(folder.plan).limits
    except PlanError:
        return ""
    told = {"epochs": limits.epochs, "steps": limits.steps, "minutes": limits.minutes}
    found = next((f"{number:g} {name}" for name, number in told.items() if number is not None), None)
    return "" if found is None else f", bounded as the run was: {found}"
