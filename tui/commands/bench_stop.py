"""Stop a bench: whoever asks is told first what that ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui import exit_codes
from tui.commands.asking import leave_unless_meant, refuse_where_only_looked_at
from tui.commands.fail import fail, failing_clearly

if TYPE_CHECKING:
    from training.bench.folder import BenchFolder


def ask_to_stop(reference: str, *, yes: bool) -> int:
    """Ask the person, then the bench; returns the exit code."""
    refuse_where_only_looked_at()
    with failing_clearly():
        from training.bench.folder import find_bench_folder
        from training.preset.printable import printable
        from tui.bench_follow import stop_bench

        folder = find_bench_folder(reference or None)
        what = _what_would_stop(folder)
        if what:
            leave_unless_meant(f"Stop {what}? What is done is kept.", yes=yes)
        if not stop_bench(folder):
            fail(_why_not_stopped(folder), exit_codes.FAILED)
    click.echo(printable(f"stop asked of {what or folder.name}; what is done is kept"))
    return exit_codes.OK


def _what_would_stop(folder: BenchFolder) -> str:
    """The bench's process, and what its launch trains now; empty where nothing of it goes on here."""
    from training.analysis.named_lanes import in_words, lanes_in
    from training.bench.history import BenchHistory
    from training.plan import PlanError
    from training.record.liveness import liveness, read_facts

    facts = read_facts(folder.as_run)
    if facts is None or liveness(folder.as_run) != "live":
        return ""
    told = f"bench {folder.name} (pid {facts.pid})"
    history = BenchHistory(folder)
    history.refresh()
    under_way = history.ledger.under_way
    try:
        lanes = lanes_in(folder.run(under_way.run)) if under_way is not None else ()
    except PlanError:
        lanes = ()  # it is only just being launched
    return f"{told}, which trains {in_words(lanes)}" if lanes else told


def _why_not_stopped(folder: BenchFolder) -> str:
    from training.record.liveness import liveness, read_facts

    found, facts = liveness(folder.as_run), read_facts(folder.as_run)
    if found == "elsewhere" and facts is not None:
        return f"bench {folder.name} goes on on host {facts.host}: stop it there"
    if found == "starting":
        return f"bench {folder.name} does not answer yet: try again in a moment"
    return f"bench {folder.name} does not go on: there is nothing to stop"
