"""`runs prune`: what would go, the question, and the deletion."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime

import click

from training.analysis.run_listing import ListedRun, list_runs
from training.analysis.run_pruning import runs_to_prune, when_over
from training.preset.printable import one_line, printable
from training.record.run_folder import RunFolder
from training.record.run_removal import RunKeptError, lies_elsewhere, remove_run, why_kept
from tui import exit_codes, format
from tui.ages import age_text
from tui.commands.fail import fail
from tui.run_words import presets_text, runs_text


def prune(*, keep: int | None, older_days: float | None, ask: bool) -> int:
    """Print what goes, ask unless told not to, and delete it; returns the exit code."""
    now = datetime.now().astimezone()
    held: dict[str, str] = {}

    def is_held(run: ListedRun) -> bool:
        why = why_kept(RunFolder.at(run.folder))
        if why:
            held[run.run] = why
        return bool(why)

    doomed = runs_to_prune(list_runs(), now=now, keep=keep, older_days=older_days, is_held=is_held)
    for name, why in held.items():
        click.echo(f"left alone: run {printable(name)} {one_line(why)}", err=True)
    if not doomed:
        click.echo("nothing to delete")
        return exit_codes.OK
    for line in _lines(doomed, now):
        click.echo(line)
    total = f"{runs_text(len(doomed))}, {format.size(sum(run.size_bytes or 0 for run in doomed))}"
    if ask and not _may(total):
        click.echo("nothing was deleted")
        return exit_codes.OK
    return _delete(doomed)


def _lines(doomed: Sequence[ListedRun], now: datetime) -> list[str]:
    """Name, size, when it was over, presets; and where it lies, if that is elsewhere."""
    rows = [
        (
            printable(run.run),
            format.size(run.size_bytes),
            age_text(when_over(run), now),
            f"{presets_text(run)}{_place(run)}",
        )
        for run in doomed
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        f"{name:{widths[0]}}  {size:>{widths[1]}}  {age:{widths[2]}}  {what}"
        for name, size, age, what in rows
    ]


def _place(run: ListedRun) -> str:
    return f"  in {printable(run.folder)}" if lies_elsewhere(RunFolder.at(run.folder)) else ""


def _may(total: str) -> bool:
    """Whether the person says so.

    Without a terminal nobody can: then the command ends here.
    """
    if not sys.stdin.isatty():
        fail(f"this would delete {total}: say so with --yes where no terminal can ask", exit_codes.USAGE)
    return click.confirm(f"Delete these with their trained models ({total})?", default=False, err=True)


def _delete(doomed: Sequence[ListedRun]) -> int:
    """Delete one after the other; one that cannot be deleted holds up none of the others."""
    gone: list[ListedRun] = []
    for run in doomed:
        try:
            remove_run(RunFolder.at(run.folder))
        except RunKeptError as error:
            click.echo(f"dualtrain-tui: {one_line(str(error))}", err=True)
        else:
            gone.append(run)
    size = format.size(sum(run.size_bytes or 0 for run in gone))
    click.echo(f"deleted {runs_text(len(gone))}, {size}")
    return exit_codes.OK if len(gone) == len(doomed) else exit_codes.FAILED
