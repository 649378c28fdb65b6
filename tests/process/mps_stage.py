"""The stand-in control program on PATH, and what it was told to do wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from training.record.mps_home import MpsHome

FOLDER = Path(__file__).parent.parent / "stand_ins" / "mps"
PROGRAM = FOLDER / "nvidia-cuda-mps-control"


class MpsStandIn:
    """One stand-in: `variables` go into the environment of whoever should find it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "mps-stand-in"
        self.goes_wrong()

    def goes_wrong(self, *faults: str) -> None:
        """What goes wrong from now on, as the program's own text says; nothing: all is well."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text("\n".join(faults))
        fresh.replace(self._file)

    @property
    def variables(self) -> dict[str, str]:
        """PATH with the stand-in first, and the file it reads."""
        return {"PATH": f"{FOLDER}:{os.environ['PATH']}", "MPS_STAND_IN": str(self._file)}

    def asked(self) -> list[tuple[Path, str]]:
        """Every command so far with the pipe folder it went to."""
        try:
            lines = Path(f"{self._file}.asked").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [(Path(folder), command) for folder, _, command in (line.partition(" ") for line in lines)]


def daemons_of(pipes: Path) -> Iterator[int]:
    """PIDs of stand-in daemons and servers that serve these pipes."""
    from training.record.mps_home import processes_with
    from training.supervisor.mps_daemon import is_mps_program

    return (one.pid for one in processes_with(pipes) if is_mps_program(one.pid))


def home_in(folder: Path) -> MpsHome:
    """A home that is made."""
    home = MpsHome(folder / "1234.mps")
    home.make()
    return home
