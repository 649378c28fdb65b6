"""Equipment that several of the unit tests take."""

from __future__ import annotations

import subprocess

import pytest

import training.launch as launch_module
from training.record.run_folder import RunFolder


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[RunFolder]:
    """The folders a supervisor was started for; none is."""
    started: list[RunFolder] = []

    def start(folder: RunFolder) -> subprocess.Popen[bytes]:
        started.append(folder)
        return None  # type: ignore[return-value]

    monkeypatch.setattr(launch_module, "start_supervisor", start)
    return started
