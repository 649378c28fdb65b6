"""The runs as lines of text in columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.cells import cell_len, set_cell_size

from training.analysis.run_listing import ListedRun
from training.preset.printable import printable
from training.record.wall_time import wall_time
from tui import format
from tui.ages import age_text, date_text
from tui.run_words import presets_text, verdict_text, where_text

_LEAST = (24, 10, 11, 4)
"""Cells of name, state, sharing and device: as the benches' lines below them have it."""
_MOST_OF_ONE = 60


def run_lines(runs: Sequence[ListedRun], now: datetime) -> list[str]:
    """A line for each run: name, state, sharing, device, presets, verdict, when it began, where, size."""
    rows = [_cells(run, now) for run in runs]
    widths = [
        max(_LEAST[column] if column < len(_LEAST) else 0, *(cell_len(row[column]) for row in rows))
        for column in range(len(rows[0]) if rows else 0)
    ]
    return ["  ".join(map(set_cell_size, row, widths)).rstrip() for row in rows]


def _cells(run: ListedRun, now: datetime) -> tuple[str, ...]:
    began = wall_time(run.created_at)
    return (
        printable(run.run, limit=_MOST_OF_ONE),
        run.state,
        run.sharing,
        run.device,
        printable(presets_text(run), limit=_MOST_OF_ONE),
        verdict_text(run),
        date_text(began, now),
        age_text(began, now),
        where_text(run),
        format.size(run.size_bytes),
    )
