"""A script run by the runner alone, with nobody's policy between: what it prints, tells, and ends with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from training.supervisor.script_launch import RUNNER

STAND_INS = Path(__file__).parents[1] / "stand_ins"
KERAS_3, KERAS_2 = STAND_INS / "keras3", STAND_INS / "keras2"
PATIENCE_S = 20.0


def clean_environment(*path: Path, **more: str) -> dict[str, str]:
    """An environment in which only these folders are searched besides the standard library."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "KERAS"))}
    return kept | {"PYTHONPATH": os.pathsep.join(map(str, path)), "PYTHONUNBUFFERED": "1"} | more


class LoneScript:
    """One runner process, driven over its pipes; a script has its own folder."""

    def __init__(
        self,
        folder: Path,
        source: str,
        *arguments: str,
        keras: Path = KERAS_3,
        command: Sequence[str] | None = None,
        interpreter: Sequence[str] = (sys.executable, "-S"),
        **start: Any,
    ) -> None:
        self.folder = folder
        self.path = folder / "script.py"
        self.path.write_text(source, encoding="utf-8")
        self.records_path, self.log_path = folder / "a.jsonl", folder / "a.log"
        commands_read, self._commands = os.pipe()
        doorbell_read, doorbell = os.pipe()
        told = {
            "lane": "a",
            "records": str(self.records_path),
            "zero_s": time.monotonic(),
            "commands_fd": commands_read,
            "doorbell_fd": doorbell,
            **start,
        }
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [*interpreter, str(RUNNER), json.dumps(told), *(command or ("./script.py", *arguments))],
                cwd=folder,
                env=clean_environment(keras),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(commands_read, doorbell),
                start_new_session=True,
            )
        for fd in (commands_read, doorbell, doorbell_read):
            os.close(fd)

    def tell(self, do: str, **details: Any) -> None:
        """Send one command."""
        os.write(self._commands, json.dumps({"do": do, "lane": "a", **details}).encode() + b"\n")

    def go(self) -> LoneScript:
        """Its turn has come, and the barrier is open."""
        self.tell("warm_up")
        self.tell("release")
        return self

    def leave(self) -> None:
        """Be gone, as a supervisor that was killed."""
        os.close(self._commands)
        self._commands = os.open(os.devnull, os.O_WRONLY)

    def records(self) -> list[dict[str, Any]]:
        """What it told so far."""
        if not self.records_path.exists():
            return []
        *lines, _ = self.records_path.read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """What it told of one kind."""
        return [record for record in self.records() if record["k"] == kind]

    def first(self, kind: str, where: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """Wait for a record of this kind."""
        deadline = time.monotonic() + PATIENCE_S
        while not (found := [record for record in self.of(kind) if where(record)]):
            assert time.monotonic() < deadline, f"no {kind} in {self.records()}\n{self.printed}"
            time.sleep(0.01)
        return found[0]

    @property
    def printed(self) -> str:
        """What it printed so far."""
        return self.log_path.read_text(encoding="utf-8")

    def wait(self) -> int:
        """Wait for its end; returns the exit code."""
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        """End it where it has not ended."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, 9)
        self.process.wait()
        os.close(self._commands)


class LoneScripts:
    """Starts scripts, each in a folder of its own, and sees to their ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._scripts: list[LoneScript] = []

    def __call__(self, source: str, keras: Path = KERAS_3, **told: Any) -> LoneScript:
        """Start one; it waits for its turn."""
        folder = self._folder / str(len(self._scripts))
        folder.mkdir()
        self._scripts.append(LoneScript(folder, source, keras=keras, **told))
        return self._scripts[-1]

    def close(self) -> None:
        """End those that have not ended."""
        for script in self._scripts:
            script.close()


def ran(script: LoneScript, exit_code: int = 0) -> LoneScript:
    """Let it run to its end, of which nothing is remarked."""
    assert script.go().wait() == exit_code, script.printed
    assert not script.of("remark"), script.of("remark")
    return script
