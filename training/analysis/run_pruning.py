"""Which runs are deleted where only some are to be kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from training.analysis.run_listing import ListedRun
from training.record.wall_time import wall_time


def runs_to_prune(
    runs: Sequence[ListedRun],
    *,
    now: datetime,
    keep: int | None = None,
    older_days: float | None = None,
    is_held: Callable[[ListedRun], bool] = lambda _: False,
) -> list[ListedRun]:
    """The runs that are over and beyond the `keep` newest of those, or over for more than `older_days`.

    Args:
        runs: newest first among those that are over, as they are listed.
        now: with its offset from UTC.
        keep: how many of those that are over stay.
        older_days: how long those that stay may be over; one that does not tell when it was stays.
        is_held: whether one that seems to be over may not be touched; it counts neither way.
    """
    over = [run for run in runs if not run.is_live and not is_held(run)]
    if keep is not None:
        over = over[keep:]
    if older_days is not None:
        before = now - timedelta(days=older_days)
        over = [run for run in over if (at := when_over(run)) is not None and at < before]
    return over


def when_over(run: ListedRun) -> datetime | None:
    """When the run ended, or began where nobody wrote down its end; None where it tells neither."""
    return wall_time(run.ended_at or "") or wall_time(run.created_at)
