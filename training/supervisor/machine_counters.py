"""What the kernel counts of a machine's own troubles since its boot: pages read back from swap, CPU time stolen."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

STOLEN_FIELD = 8
"""Of the line `cpu` in /proc/stat: time in which a virtual machine wanted to run and its host let it not (proc(5))."""


@dataclass(frozen=True, slots=True)
class MachineCounters:
    """Both at one moment of a clock that never runs backwards; None where the machine does not tell."""

    at_s: float
    swapped_in_pages: int | None = None
    stolen_cpu_s: float | None = None


def read_machine_counters(
    root: Path = Path("/"), clock: Callable[[], float] = time.monotonic
) -> MachineCounters:
    """Read both now, from the files under `root`."""
    return MachineCounters(clock(), _swapped_in_pages(root), _stolen_cpu_s(root))


def _swapped_in_pages(root: Path) -> int | None:
    fields = _line_of(root / "proc/vmstat", "pswpin")
    return int(fields[1]) if len(fields) > 1 and fields[1].isdigit() else None


def _stolen_cpu_s(root: Path) -> float | None:
    fields = _line_of(root / "proc/stat", "cpu")
    if len(fields) <= STOLEN_FIELD or not fields[STOLEN_FIELD].isdigit():
        return None
    return int(fields[STOLEN_FIELD]) / os.sysconf("SC_CLK_TCK")


def _line_of(path: Path, name: str) -> list[str]:
    """The fields of the line that begins with this name; none where there is no such line."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return []
    return next((line.split() for line in lines if line.startswith(f"{name} ")), [])
