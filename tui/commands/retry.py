"""`retry`: an ended run again, with what may help where it failed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui import exit_codes
from tui.commands.fail import fail, failing_clearly
from tui.commands.follow_options import Following, follow_options
from tui.commands.launching import launch_and_follow
from tui.commands.preset_names import complete_run

if TYPE_CHECKING:
    from training.plan import Plan
    from training.record.run_folder import RunFolder
    from training.retry import RetryOffer

EPILOG = """Examples:

\b
  dualtrain-tui retry --list
  dualtrain-tui retry --offer cap --headless
  dualtrain-tui retry 20261122-2015 --set a.fit.batch_size=8"""


@click.command(epilog=EPILOG)
@click.argument("run", required=False, shell_complete=complete_run)
@click.option(
    "--offer", "key", metavar="NAME", help="Which offer to take; the first unless named, with --set none."
)
@click.option("--list", "only_list", is_flag=True, help="Print the offers and leave.")
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="LANE.KEY=VALUE",
    help="Set a preset's key as well. May be repeated.",
)
@click.option(
    "--run-dir", type=click.Path(path_type=Path, file_okay=False), help="The new run's folder: new or empty."
)
@follow_options
def retry(
    run: str | None, key: str | None, only_list: bool, overrides: tuple[str, ...], run_dir: Path | None,
    following: Following,
) -> None:  # fmt: skip
    """Run a pair again: same presets, device, limits and seed. RUN is the newest unless named; it must have ended.

    After a lane ran out of memory a smaller batch, caps that fit and one lane after the other are offered.
    """
    with failing_clearly():
        folder, plan, found = _ended_run(run)
    if not only_list:
        following.check()
    if only_list:
        for offer in found:
            click.echo(f"{offer.key:11} {offer.text}")
        return
    from training.retry import AGAIN, changed_presets, retry_request

    chosen = AGAIN if overrides and key is None else found[0]
    if key is not None:
        named = next((offer for offer in found if offer.key == key), None)
        if named is None:
            fail(
                f"no offer {key!r} for this run: there is {', '.join(offer.key for offer in found)}",
                exit_codes.USAGE,
            )
        chosen = named
    request = replace(
        retry_request(plan, chosen, overrides=overrides, run_dir=run_dir, run=folder.path),
        notify=following.notify,
        tensorboard=following.tensorboard,
    )
    for sentence in changed_presets(plan).values():
        click.echo(f"dualtrain-tui: {sentence}", err=True)
    click.echo(f"again after {plan.run}: {chosen.text}", err=True)
    raise SystemExit(launch_and_follow(request, following))


def _ended_run(run: str | None) -> tuple[RunFolder, Plan, tuple[RetryOffer, ...]]:
    from training.analysis.history import RunHistory
    from training.record.liveness import liveness
    from training.record.run_folder import find_run_folder
    from training.retry import offers

    folder = find_run_folder(run)
    if liveness(folder) in ("live", "starting", "elsewhere"):
        fail(f"run {folder.name} has not ended: `dualtrain-tui attach {folder.name}`", exit_codes.FAILED)
    history = RunHistory(folder)
    history.refresh()
    return folder, history.plan, offers(history.plan, history.state())
