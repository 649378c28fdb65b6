"""`report`: the outcome of a run, for people and for other programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui import exit_codes
from tui.commands.bench_report import bench_asked, report_bench
from tui.commands.extra import refuse_without
from tui.commands.fail import fail, failing_clearly
from tui.commands.preset_names import complete_run_or_bench

if TYPE_CHECKING:
    from training.export.run_account import RunAccount
    from training.record.run_folder import RunFolder

EPILOG = """Examples:

\b
  dualtrain-tui report
  dualtrain-tui report 20261122-2015 --html report.html
  dualtrain-tui report --csv > series.csv"""


@click.command(epilog=EPILOG)
@click.argument("run", required=False, shell_complete=complete_run_or_bench)
@click.option("--json", "as_json", is_flag=True, help="report.json as it is.")
@click.option("--markdown", "as_markdown", is_flag=True, help="A short text to paste.")
@click.option("--csv", "as_csv", is_flag=True, help="The series: t_s, lane, what, value, one value a row.")
@click.option(
    "--html",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write one self-contained page with the charts; needs the extra `html`.",
)
def report(run: str | None, as_json: bool, as_markdown: bool, as_csv: bool, html: Path | None) -> None:
    """Tell whether training the two together was worth it, and the outcome of a run; RUN is the newest unless named.

    The text and --json are of a run that has ended; --html, --markdown and --csv also tell what there is so far.
    RUN may name a bench as well.
    """
    if sum((as_json, as_markdown, as_csv, html is not None)) > 1:
        fail("--json, --markdown, --csv and --html exclude each other", exit_codes.USAGE)
    if html is not None:
        refuse_without("pygal", purpose="--html draws its charts with", extra="html")
    if (bench := bench_asked(run)) is not None:
        report_bench(bench, as_json=as_json, other_form=as_markdown or as_csv or html is not None)
        return
    with failing_clearly():
        from training.record.run_folder import find_run_folder

        folder = find_run_folder(run)
    if html is not None:
        _write_page(folder, html)
    elif as_markdown:
        _print_markdown(folder)
    elif as_csv:
        _print_series(folder)
    else:
        _print_report(folder, as_json=as_json)


def _print_report(folder: RunFolder, *, as_json: bool) -> None:
    _refuse_without_report(folder)
    if as_json:
        click.echo(folder.report.read_text(encoding="utf-8"), nl=False)
        return
    from training.analysis.report import ReportError, read_report
    from tui.report_text import report_lines

    try:
        lines = report_lines(read_report(folder.report), folder.path)
    except ReportError as error:
        fail(str(error), exit_codes.FAILED)
    for line in (*lines, *_drift_lines(folder)):
        click.echo(line)


def _drift_lines(folder: RunFolder) -> list[str]:
    """Whether sharing changed the training, a line a lane: read from the runs on record, so not part of report.json."""
    from training.analysis.training_drift import training_drift
    from training.plan import PlanError
    from training.preset.printable import printable

    try:
        drifts = training_drift(folder)
    except PlanError:
        return []
    told = [f"   {lane.upper()}  {printable(drift.sentence)}" for lane, drift in drifts.items()]
    return ["", "loss by step, against runs of the same preset and seed alone:", *told] if told else []


def _refuse_without_report(folder: RunFolder) -> None:
    with failing_clearly():
        from training.record.liveness import liveness

        found = liveness(folder)
    if found in ("live", "starting", "elsewhere"):
        fail(f"run {folder.name} has not ended: `dualtrain-tui attach {folder.name}`", exit_codes.FAILED)
    if found == "lost":
        fail(
            f"run {folder.name} is lost: its supervisor died; its records are in {folder.path}",
            exit_codes.FAILED,
        )


def _write_page(folder: RunFolder, path: Path) -> None:
    from training import __version__
    from training.export.page import page
    from training.export.run_charts import run_figures
    from tui.report_content import run_text

    account = _account(folder)
    written = page(run_text(account), run_figures(account.state), f"dualtrain {__version__}")
    try:
        path.write_text(written, encoding="utf-8")
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror or error}", exit_codes.FAILED)


def _print_markdown(folder: RunFolder) -> None:
    from training.export.markdown import markdown
    from tui.report_content import run_text

    click.echo(markdown(run_text(_account(folder))))


def _account(folder: RunFolder) -> RunAccount:
    from training.analysis.report import ReportError
    from training.export.run_account import read_account

    with failing_clearly():
        try:
            return read_account(folder)
        except ReportError as error:
            fail(str(error), exit_codes.FAILED)


def _print_series(folder: RunFolder) -> None:
    from training.export.series import run_series
    from training.export.series_csv import write_series

    with failing_clearly():
        rows = run_series(folder)
    write_series(rows, sys.stdout)
