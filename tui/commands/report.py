"""`report`: the outcome of a run."""

from __future__ import annotations

import click

from tui import exit_codes
from tui.commands.fail import fail, failing_clearly
from tui.commands.preset_names import complete_run


@click.command(epilog="Example: dualtrain-tui report --json")
@click.argument("run", required=False, shell_complete=complete_run)
@click.option("--json", "as_json", is_flag=True, help="report.json as it is.")
def report(run: str | None, as_json: bool) -> None:
    """Print the outcome of a run that has ended; RUN is the newest unless named."""
    with failing_clearly():
        from training.record.liveness import liveness
        from training.record.run_folder import find_run_folder

        folder = find_run_folder(run)
        found = liveness(folder)
    if found in ("live", "starting", "elsewhere"):
        fail(f"run {folder.name} has not ended: `dualtrain-tui attach {folder.name}`", exit_codes.FAILED)
    if found == "lost":
        fail(
            f"run {folder.name} is lost: its supervisor died; its records are in {folder.path}",
            exit_codes.FAILED,
        )
    if as_json:
        click.echo(folder.report.read_text(encoding="utf-8"), nl=False)
        return
    from training.analysis.report import ReportError, read_report
    from tui.report_text import report_lines

    try:
        lines = report_lines(read_report(folder.report), folder.path)
    except ReportError as error:
        fail(str(error), exit_codes.FAILED)
    for line in lines:
        click.echo(line)
