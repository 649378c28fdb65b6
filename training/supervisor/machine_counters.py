"""What the kernel counts of a machine's own troubles since its boot: pages read back from swap, CPU time stolen."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from training.meters.capacity import allowed_cpus

STOLEN_FIELD = 7
"""Of a line `cpuN` in /proc/stat: time in which a virtual machine wanted to run and its host let it not (proc(5))."""


@dataclass(frozen=True, slots=True)
class MachineCounters:
    """Both at one moment of a clock that never runs backwards; None where the machine does not tell.

    `stolen_cpu_s` is of the `cpus` CPUs on which this process may run.
    """

    at_s: float
    swapped_in_pages: int | None = None
    stolen_cpu_s: float | None = None
    cpus: int = 1


def read_machine_counters(
    root: Path = Path("/"), clock: Callable[[], float] = time.monotonic
) -> MachineCounters:
    """Read both now, from the files under `root`."""
    cpus = allowed_cpus()
    return MachineCounters(clock(), _swapped_in_pages(root), _stolen_cpu_s(root, cpus), len(cpus))


def _swapped_in_pages(root: Path) -> int | None:
    fields = _lines(root / "proc/vmstat").get("pswpin", [])
    return int(fields[0]) if fields and fields[0].isdigit() else None


def _stolen_cpu_s(root: Path, cpus: Collection[int]) -> float | None:
    lines = _lines(root / "proc/stat")
    told = [lines.get(f"cpu{number}", []) for number in cpus]
    if not told or any(len(fields) <= STOLEN_FIELD or not fields[STOLEN_FIELD].isdigit() for fields in told):
        return None
    return sum(int(fields[STOLEN_FIELD]) for fields in told) / os.sysconf("SC_CLK_TCK")


def _lines(path: Path) -> dict[str, list[str]]:
    """The fields of each line by its first word; empty where there is no such file."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return {}
    return {words[0]: words[1:] for line in lines if (words := line.split())}
