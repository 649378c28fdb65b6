"""The series of a run as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TextIO

from training.export.series import COLUMNS, Row


def write_series(rows: Iterable[Row], file: TextIO) -> None:
    """Write the rows as CSV under their heading; times to the millisecond, values to twelve figures."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for t, lane, what, value in rows:
        writer.writerow((f"{t:.3f}", lane, what, f"{value:.12g}"))
