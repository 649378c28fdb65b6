"""Equipment of the terminal tests: a terminal, and no training that outlives its test."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.process.equipment import sealed_environment, wait_for
from tests.terminal.terminal import COMMAND, Terminal
from training.control.client import ControlError, ask
from training.control.protocol import Request
from training.record.liveness import liveness
from training.record.run_folder import RunFolder

RUN_OVER = ("ended", "lost")


class Opened(ExitStack):
    """Opens `dualtrain-tui ARGS…` in terminals that share one home, until the test's end."""

    def __init__(self, environment: dict[str, str]) -> None:
        super().__init__()
        self.environment = environment

    def __call__(self, *arguments: str, **options: Any) -> Terminal:
        options["environment"] = {**self.environment, **options.get("environment", {})}
        return self.enter_context(Terminal([COMMAND, *arguments], **options))

    @property
    def runs(self) -> list[RunFolder]:
        """Every run of this home, oldest first."""
        home = Path(self.environment["DUALTRAIN_HOME"]) / "runs"
        return [RunFolder(path) for path in sorted(home.glob("*")) if (path / "plan.json").is_file()]

    @property
    def only_run(self) -> RunFolder:
        """The one run of this home."""
        (folder,) = self.runs
        return folder


@dataclass(frozen=True)
class LongRun:
    """A run that goes on for as long as the tests look at it."""

    folder: RunFolder
    dualtrain: Opened


@pytest.fixture
def dualtrain(sealed_home: Path) -> Iterator[Opened]:
    """The command, in a home of this test's own."""
    with _opened(sealed_home) as opened:
        yield opened


@pytest.fixture(scope="module")
def long_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LongRun]:
    """A detached run of the seed presets that the tests of one module share."""
    with _opened(tmp_path_factory.mktemp("home")) as opened:
        arguments = ("run", "seed-binary", "seed-regression", "--minutes", "10", "--detach")
        subprocess.run(
            [COMMAND, *arguments],
            env=opened.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
        yield LongRun(opened.only_run, opened)


def wait_for_end(folder: RunFolder) -> None:
    """Wait until the run is over."""
    wait_for(f"the end of run {folder.name}", lambda: liveness(folder) in RUN_OVER)


@contextlib.contextmanager
def _opened(home: Path) -> Iterator[Opened]:
    """A place to open terminals; whatever still trains at the end is ended."""
    # as over a plain SSH line
    environment = sealed_environment(home) | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    environment.pop("COLORTERM", None)
    with Opened(environment) as opened:
        try:
            yield opened
        finally:
            for folder in opened.runs:
                wait_for(f"the end of run {folder.name}", partial(_killed, folder))


def _killed(folder: RunFolder) -> bool:
    if liveness(folder) not in RUN_OVER:
        with contextlib.suppress(ControlError):
            ask(folder, Request(ask="kill", by="the test's end"))
    return liveness(folder) in RUN_OVER
