"""Which columns of the runs' table there is room for, and how wide each is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from tui.widgets.run_rows import RunRow

GAP = "  "
_HEADINGS = {
    "state": "state",
    "presets": "presets",
    "sharing": "sharing",
    "verdict": "verdict",
    "age": "began",
    "date": "",
    "where": "where",
    "size": "size",
}
"""Each column, named as the row's field, and what stands over it."""
_GIVE_WAY = ("date", "where", "sharing", "size", "age", "verdict")
"""In this order, where there is no room: all of it stands below the table as well."""
_FEWEST_PRESETS = 18

Columns = tuple[tuple[str, int], ...]
"""From left to right the row's field and its cells."""


def columns_for(rows: Sequence[RunRow], width: int) -> Columns:
    """The columns that fit into `width` cells; the presets take what the others leave."""
    needed = {
        name: max(cell_len(title), *(cell_len(getattr(row, name)) for row in rows), 1)
        for name, title in _HEADINGS.items()
    }
    fewest = min(needed["presets"], _FEWEST_PRESETS)
    for name in _GIVE_WAY:
        if _width({**needed, "presets": fewest}) <= width:
            break
        del needed[name]
    others = _width({**needed, "presets": 0})
    needed["presets"] = max(1, min(needed["presets"], width - others))
    return tuple(needed.items())


def heading(columns: Columns) -> str:
    """What stands over the columns."""
    return GAP.join(
        f"{_HEADINGS[name]:>{cells}}" if name == "size" else f"{_HEADINGS[name]:<{cells}}"[:cells]
        for name, cells in columns
    )


def _width(cells: dict[str, int]) -> int:
    return sum(cells.values()) + len(GAP) * (len(cells) - 1)
