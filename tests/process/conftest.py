"""Stages for process tests: whatever a test starts has ended when it is over."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.equipment import Stage, sealed_environment


@pytest.fixture
def stage(sealed_home: Path, tmp_path: Path) -> Iterator[Stage]:
    """A stage for one test; launching in-process and by command see the same home."""
    stage = Stage(sealed_home, tmp_path, os.environ)
    yield stage
    left = stage.close()
    assert not left, f"processes of the run were left: {left}"


@pytest.fixture(scope="module")
def shared_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage for runs that the tests of a file share; by command only."""
    home = tmp_path_factory.mktemp("shared-home")
    stage = Stage(home, tmp_path_factory.mktemp("shared-runs"), sealed_environment(home))
    yield stage
    left = stage.close()
    assert not left, f"processes of the run were left: {left}"
