"""Whose PIDs a driver tells: by the namespace of this process and the driver's version."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.meters.pid_namespace import Surroundings, has_own_pids, is_wsl


@pytest.mark.parametrize(
    ("target", "own"), [("pid:[4026531836]", False), ("pid:[4026532500]", True), ("odd", None)]
)
def test_the_namespace_is_told_by_its_inode(target: str, own: bool | None, tmp_path: Path) -> None:
    (tmp_path / "proc/self/ns").mkdir(parents=True)
    (tmp_path / "proc/self/ns/pid").symlink_to(target)
    assert has_own_pids(tmp_path) is own


def test_without_proc_nothing_is_known(tmp_path: Path) -> None:
    assert has_own_pids(tmp_path) is None
    assert not is_wsl(tmp_path)


def test_wsl2_is_told_by_its_kernel(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/version").write_text("Linux version 6.6.87.2-microsoft-standard-WSL2 (root@x)\n")
    assert is_wsl(tmp_path)


@pytest.mark.parametrize(
    ("version", "of_list", "of_samples"),
    [
        ("525.147.05", False, False),
        ("535.104.05", False, False),
        ("535.113.01", True, False),
        ("565.57.01", True, False),
        ("570.86.10", True, False),
        ("570.86.15", True, True),
        ("580", True, True),
        ("1000.1", True, True),
        # Without a version: lists have been translated for years; a sample is put down to nobody rather than wrongly.
        (None, True, False),
        ("N/A", True, False),
        ("580.65.06 ", True, False),
    ],
)
def test_in_a_container_the_version_decides(version: str | None, of_list: bool, of_samples: bool) -> None:
    place = Surroundings(has_own_pids=True, driver_version=version)
    assert (place.list_has_our_pids, place.samples_have_our_pids) == (of_list, of_samples)
    on_the_machine = Surroundings(has_own_pids=False, driver_version=version)
    assert (on_the_machine.list_has_our_pids, on_the_machine.samples_have_our_pids) == (True, True)
