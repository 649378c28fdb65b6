"""What two lanes are called whose files have one name: as much of each path as tells them apart."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import structs

from training.plan import Lane, LanePlan
from training.preset.printable import printable

_LONGEST = 80
_NAMED_BY_PATH = ("script", "file")


def told_apart(lanes: Mapping[Lane, LanePlan]) -> dict[Lane, LanePlan]:
    """The lanes, two of one name with the folders at which their paths part: `a/train.py` and `b/train.py`."""
    paths = {lane: path for lane, planned in lanes.items() if (path := _path(planned)) is not None}
    names = {planned.preset_name for planned in lanes.values()}
    if len(lanes) < 2 or len(names) > 1 or len(paths) < len(lanes):
        return dict(lanes)
    for count in range(2, 1 + max(len(path.parts) for path in paths.values())):
        tails = {lane: str(Path(*path.parts[-count:])) for lane, path in paths.items()}
        if len(set(tails.values())) == len(tails):
            return {
                lane: structs.replace(planned, preset_name=printable(tails[lane], limit=_LONGEST))
                for lane, planned in lanes.items()
            }
    return dict(lanes)


def _path(planned: LanePlan) -> Path | None:
    """The file that the lane is named after; None where it is not called after one."""
    if planned.origin not in _NAMED_BY_PATH or planned.preset_path is None:
        return None
    script, path = planned.preset.script, Path(planned.preset_path)
    if planned.origin == "script" and script is not None:
        return _plain(script.file or script.folder / path)
    return _plain(path.with_suffix(""))


def _plain(path: Path) -> Path:
    return Path(os.path.normpath(path.absolute()))
