"""The owner of a run's or a bench's folder: one at a time, and known by what it wrote of itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.made_benches import bench_plan, made_bench
from tests.unit.made_runs import made_run
from training.record.liveness import take_lock

OWNERS = ("training.supervisor", "training.bench")


def owner(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The real process, as far as it comes."""
    return subprocess.run(
        [sys.executable, "-P", "-m", module, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def made(module: str, path: Path) -> Path:
    """A folder with a plan that the module's process owns."""
    if module == "training.supervisor":
        return made_run(path).supervisor
    return made_bench(path, bench_plan()).owner


@pytest.mark.parametrize("module", OWNERS)
def test_what_cannot_be_owned_is_one_sentence(module: str, tmp_path: Path) -> None:
    usage = owner(module)
    assert (usage.returncode, usage.stderr) == (2, f"usage: python -P -m {module} FOLDER\n")
    folder = tmp_path / "made"
    lock = made(module, folder)
    take_lock(lock)
    owned = owner(module, str(folder))
    assert (owned.returncode, owned.stderr) == (1, f"{folder}: another process owns it\n")
    (folder / "plan.json").write_text("{")
    lock.unlink()
    unread = owner(module, str(folder))
    assert unread.returncode == 1
    assert unread.stderr.count("\n") == 1
    assert "plan this version can read" in unread.stderr
