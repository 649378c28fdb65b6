"""Whether this process has PIDs of its own, other than the machine's."""

from __future__ import annotations

from pathlib import Path

_OF_THE_MACHINE = 0xEFFFFFFC
"""The inode of the first PID namespace (PROC_PID_INIT_INO in the kernel's include/linux/proc_ns.h)."""


def has_own_pids(root: Path = Path("/")) -> bool | None:
    """Return whether the PIDs seen here are those of a namespace below the machine's; None where it is not told."""
    try:
        link = (root / "proc/self/ns/pid").readlink().name
    except OSError:
        return None
    number = link.removeprefix("pid:[").removesuffix("]")
    return int(number) != _OF_THE_MACHINE if number.isdigit() else None


def is_wsl(root: Path = Path("/")) -> bool:
    """Return whether this is Linux inside Windows (WSL2), where the GPU is behind Windows' own driver model."""
    try:
        return "microsoft" in (root / "proc/version").read_text(errors="replace").lower()
    except OSError:
        return False
