"""`export`: what a run's records tell, for other tools."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui import exit_codes
from tui.commands.bench_report import bench_asked
from tui.commands.extra import refuse_without
from tui.commands.fail import fail, failing_clearly
from tui.commands.preset_names import complete_run
from tui.commands.tensorboard_option import refuse_without_tensorboard

if TYPE_CHECKING:
    from training.export.run_event_files import RunEventFiles
    from training.record.run_folder import RunFolder

STDOUT = Path("-")

EPILOG = """Examples:

\b
  dualtrain-tui export --tensorboard logs/first    then: tensorboard --logdir logs
  dualtrain-tui export 20261122-2015 --csv - | head
  dualtrain-tui export --parquet series.parquet --force"""


@click.command(epilog=EPILOG)
@click.argument("run", required=False, shell_complete=complete_run)
@click.option(
    "--tensorboard",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="TensorBoard event files, a folder below DIR for each lane, the device and the contention; needs the extra "
    "`tensorboard`.",
)
@click.option(
    "--csv",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The series: t_s, lane, what, value, one value a row; - is stdout.",
)
@click.option(
    "--parquet",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The same rows in typed columns; needs the extra `parquet`.",
)
@click.option("--force", is_flag=True, help="Write anew what is there already.")
def export(
    run: str | None, tensorboard: Path | None, csv: Path | None, parquet: Path | None, force: bool
) -> None:
    """Write the series of a run for other tools; RUN is the newest unless named. It may go on, or be lost.

    Name one form. What is there already is not written over without --force.
    """
    if sum(target is not None for target in (tensorboard, csv, parquet)) != 1:
        fail("name one form: --tensorboard DIR, --csv FILE or --parquet FILE", exit_codes.USAGE)
    if STDOUT in (tensorboard, parquet):
        fail("`-`, for stdout, goes with --csv alone: name a file or a folder", exit_codes.USAGE)
    if tensorboard is not None:
        refuse_without_tensorboard()
        _write_event_files(_run_folder(run), tensorboard.absolute(), force=force)
    elif parquet is not None:
        refuse_without("pyarrow", purpose="--parquet writes its file with", extra="parquet")
        _write_parquet(_run_folder(run), parquet, force=force)
    elif csv is not None:
        _write_csv(_run_folder(run), csv, force=force)


def _run_folder(run: str | None) -> RunFolder:
    if (bench := bench_asked(run)) is not None:
        fail(f"{bench.name} is a bench: name one of the runs below it, by its folder", exit_codes.USAGE)
    with failing_clearly():
        from training.record.run_folder import find_run_folder

        return find_run_folder(run)


def _write_csv(folder: RunFolder, path: Path, *, force: bool) -> None:
    from training.export.series import run_series
    from training.export.series_csv import write_series

    with failing_clearly():
        rows = run_series(folder)
    if path == STDOUT:
        write_series(rows, sys.stdout)
    else:
        _write_file(path, "t", lambda file: write_series(rows, file), force=force)


def _write_parquet(folder: RunFolder, path: Path, *, force: bool) -> None:
    from training.export.series import run_series
    from training.export.series_parquet import write_series

    with failing_clearly():
        rows = run_series(folder)
    _write_file(path, "b", lambda file: write_series(rows, file), force=force)


def _write_file(path: Path, kind: str, write: Callable[[Any], object], *, force: bool) -> None:
    """One that was begun and cannot be finished is removed, unless something else was there before it."""
    mode = ("w" if force else "x") + kind
    try:
        with path.open(mode, encoding="utf-8" if kind == "t" else None) as file:
            write(file)
    except FileExistsError:
        fail(f"{path} is there already: --force writes it anew", exit_codes.USAGE)
    except OSError as error:
        if not force:
            with suppress(OSError):
                path.unlink()
        _fail_to_write(path, error)


def _write_event_files(folder: RunFolder, into: Path, *, force: bool) -> None:
    with failing_clearly():
        from training.export.run_event_files import RunEventFiles

        files = RunEventFiles(folder, into)
        _refuse_beside_the_run_itself(folder, into)
    try:
        _make_way(files, into, force=force)
        files.update()
        files.finish()
    except OSError as error:
        _fail_to_write(Path(error.filename or into), error)
    if files.is_empty:
        fail(f"run {folder.name} has told nothing yet: there is nothing to write", exit_codes.FAILED)


def _refuse_beside_the_run_itself(folder: RunFolder, into: Path) -> None:
    from training.plan import read_plan
    from training.record.liveness import liveness

    written_by_the_run = read_plan(folder.plan).tensorboard
    if written_by_the_run is None or liveness(folder) not in ("live", "starting", "elsewhere"):
        return
    if Path(written_by_the_run).resolve() == into.resolve():
        fail(f"run {folder.name} writes there itself while it goes on: name another folder", exit_codes.USAGE)


def _make_way(files: RunEventFiles, into: Path, *, force: bool) -> None:
    """Files of this run may be written anew; what any other wrote is never touched."""
    from training.event_folders import event_files_below

    found = event_files_below(into)
    if any(path.name != files.file_name for path in found):
        fail(
            f"{into} holds event files of another run, and TensorBoard would take both for one: name another folder",
            exit_codes.USAGE,
        )
    if found and not force:
        fail(f"{into} holds event files of this run already: --force writes them anew", exit_codes.USAGE)
    for path in found:
        path.unlink()


def _fail_to_write(path: Path, error: OSError) -> None:
    fail(f"{path} cannot be written: {error.strerror or error}", exit_codes.FAILED)
