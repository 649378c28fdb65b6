"""Make room for a lane in a run whose lane of that name has ended."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from training.plan import Lane
from training.record.run_folder import RunFolder


def make_room(folder: RunFolder, lane: Lane) -> str:
    """Give what the ended lane wrote names with a number; returns the new name of its records.

    Raises:
        OSError: a file cannot be renamed.
    """
    number = next(n for n in count(1) if not _numbered(folder.lane_records(lane), n).exists())
    records = folder.lane_records(lane)
    for path in (records, folder.lane_log(lane), folder.lane_folder(lane)):
        if path.exists():
            path.rename(_numbered(path, number))
    return _numbered(records, number).name


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}-{number}{path.suffix}")
