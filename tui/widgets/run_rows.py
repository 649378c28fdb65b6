"""The runs, row by row: the text of the runs screen, without a screen."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from rich.cells import cell_len

from training.analysis.run_listing import ListedRun, RunListState
from training.plan import LANES
from training.preset.printable import printable
from training.record.wall_time import wall_time
from tui import format
from tui.ages import age_text, date_text
from tui.run_words import BETWEEN, presets_text, verdict_text, where_text
from tui.widgets.spans import Tone, clip

DELETING = "deleting"
STATE_TONES: dict[RunListState, Tone] = {
    "live": "good",
    "starting": "good",
    "elsewhere": "good",
    "completed": "plain",
    "stopped": "warning",
    "failed": "error",
    "lost": "error",
    "unreadable": "error",
}


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run as it stands in the table; its folder is what tells it from every other."""

    run: ListedRun
    state: str
    tone: Tone
    presets: str
    sharing: str
    verdict: str
    age: str
    date: str
    where: str
    size: str
    told: tuple[str, ...]
    """Everything that is known, line by line."""

    @property
    def key(self) -> str:
        """What tells it from every other."""
        return self.run.folder

    @property
    def searched(self) -> str:
        """What a filter looks into."""
        told = (self.run.run, self.state, self.presets, self.sharing, self.verdict, self.date, self.where)
        return " ".join((*told, self.run.device)).casefold()


def run_rows(runs: Iterable[ListedRun], now: datetime, deleting: Collection[str] = ()) -> tuple[RunRow, ...]:
    """The rows in the order of the runs; `deleting` are the folders that are being deleted."""
    return tuple(_row(run, now, is_deleting=run.folder in deleting) for run in runs)


def presets_within(run: ListedRun, cells: int) -> str:
    """Both presets in so many cells: where they do not fit, each gives way until it has its half."""
    whole = presets_text(run)
    room = cells - len(BETWEEN)
    if cell_len(whole) <= cells or len(run.presets) != len(LANES) or room < len(LANES):
        return clip(whole, cells)
    first, second = (printable(name) for name in run.presets.values())
    left = min(cell_len(first), max(room // 2, room - cell_len(second)))
    return f"{clip(first, left)}{BETWEEN}{clip(second, room - left)}"


def _row(run: ListedRun, now: datetime, *, is_deleting: bool) -> RunRow:
    began = wall_time(run.created_at)
    return RunRow(
        run=run,
        state=DELETING if is_deleting else run.state,
        tone="muted" if is_deleting else STATE_TONES[run.state],
        presets=presets_text(run),
        sharing=run.sharing,
        verdict=verdict_text(run),
        age=age_text(began, now),
        date=date_text(began, now),
        where=where_text(run),
        size=format.size(run.size_bytes),
        told=_told(run, now),
    )


def _told(run: ListedRun, now: datetime) -> tuple[str, ...]:
    began, ended = wall_time(run.created_at), wall_time(run.ended_at or "")
    times = [f"began {date_text(began, now)}, {age_text(began, now)}"]
    if ended is not None:
        times.append(f"ended {_end_text(ended, began, now)}, took {format.clock(run.took_s)}")
    return (
        f"{printable(run.run)} · {presets_text(run)} · {run.sharing} · {run.device.upper()}",
        " · ".join((*times, where_text(run), format.size(run.size_bytes))),
        printable(run.folder),
    )


def _end_text(ended: datetime, began: datetime | None, now: datetime) -> str:
    """The time of day alone where it ended on the day it began."""
    told = date_text(ended, now)
    day, _, time = told.partition(" ")
    return time if date_text(began, now).startswith(day) else told
