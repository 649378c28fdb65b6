"""Scripts run both ways: under python, and as a lane by the runner alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.unit.lone_script import LoneScript, clean_environment


class Stage:
    """Runs each source both ways."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._scripts: list[LoneScript] = []

    def as_lane(self, source: str, *arguments: str, beside: Mapping[str, str] | None = None) -> LoneScript:
        """`beside` are further files in the script's folder."""
        folder = self._folder / f"lane-{len(self._scripts)}"
        folder.mkdir()
        write_beside(folder, beside)
        script = LoneScript(folder, source, *arguments)
        self._scripts.append(script)
        return script

    def alone(self, source: str, *arguments: str, beside: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Exit code and output under python; the folder is called as the lane's."""
        folder = self._folder / "alone"
        folder.mkdir(exist_ok=True)
        write_beside(folder, beside)
        (folder / "script.py").write_text(source, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-S", "./script.py", *arguments],
            cwd=folder,
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=20,
        )
        return done.returncode, done.stdout.replace(str(folder), "FOLDER")

    def both(
        self, source: str, *arguments: str, beside: Mapping[str, str] | None = None
    ) -> tuple[tuple[int, str], tuple[int, str]]:
        """As a lane, and alone."""
        script = self.as_lane(source, *arguments, beside=beside).go()
        exit_code = script.wait()
        return (exit_code, script.printed.replace(str(script.folder), "FOLDER")), self.alone(
            source, *arguments, beside=beside
        )

    def close(self) -> None:
        for script in self._scripts:
            script.close()


def write_beside(folder: Path, files: Mapping[str, str] | None) -> None:
    """Files by their paths in a folder."""
    for name, source in (files or {}).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
