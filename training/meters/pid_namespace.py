"""Whether this process has PIDs of its own, other than the machine's, and which PIDs a driver tells it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_OF_THE_MACHINE = 0xEFFFFFFC
"""The inode of the first PID namespace (PROC_PID_INIT_INO in the kernel's include/linux/proc_ns.h)."""

_TRANSLATES_LIST = (535, 113, 1)
"""From this driver on (open-gpu-kernel-modules) the list of processes has the PIDs of who asks."""

_TRANSLATES_SAMPLES = (570, 86, 15)
"""From this driver on utilisation samples have them, too; until then they keep the host's."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of the place from the outside; it decides what a missing figure is put down to.

    `has_own_pids` None is not known. `driver_version` is the driver's own word for itself, like `580.65.06`.
    """

    is_wsl: bool = False
    is_vgpu: bool = False
    has_own_pids: bool | None = None
    driver_version: str | None = None

    @property
    def list_has_our_pids(self) -> bool:
        """Whether the driver's lists name processes by the PIDs we know them by.

        Where they do not, a PID in them that is also a lane's is somebody else's by chance.
        """
        return not self.has_own_pids or (_parts(self.driver_version) or _TRANSLATES_LIST) >= _TRANSLATES_LIST

    @property
    def samples_have_our_pids(self) -> bool:
        """Whether utilisation samples do; where the driver does not tell its version, in a container not."""
        return not self.has_own_pids or (_parts(self.driver_version) or ()) >= _TRANSLATES_SAMPLES


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


def _parts(version: str | None) -> tuple[int, ...] | None:
    if version is None or not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})*", version):
        return None
    return tuple(int(part) for part in version.split("."))
