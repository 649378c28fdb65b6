"""`report` of a bench: what it measured, where it has ended."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tui import exit_codes
from tui.commands.fail import fail, failing_clearly

if TYPE_CHECKING:
    from training.bench.folder import BenchFolder


def bench_asked(reference: str | None) -> BenchFolder | None:
    """The bench that a reference to a run or a bench means; None where it means none, or nothing was named."""
    if reference is None:
        return None
    from training.bench.folder import bench_meant

    with failing_clearly():
        return bench_meant(reference)


def report_bench(folder: BenchFolder, *, as_json: bool, other_form: bool) -> None:
    """Print a bench's report; leaves with one sentence where there is none, or a form was asked that it has not."""
    if other_form:
        fail("--html, --markdown and --csv are of a run: a bench has its text and --json", exit_codes.USAGE)
    from training.bench.report import BenchReportError
    from training.record.liveness import liveness
    from tui.bench_follow import ended_report, print_bench_report

    with failing_clearly():
        found = liveness(folder.as_run)
    if found in ("live", "starting", "elsewhere"):
        name = folder.name
        fail(f"bench {name} has not ended: `dualtrain-tui attach {name}`", exit_codes.FAILED)
    try:
        print_bench_report(folder, ended_report(folder), sys.stdout, as_json=as_json)
    except BenchReportError as error:
        fail(str(error), exit_codes.FAILED)
