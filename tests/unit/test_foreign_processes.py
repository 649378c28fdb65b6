"""Who else is on the device: looked up once for each PID, again when it has passed to somebody else, never touched."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import msgspec
import psutil

from tests.unit.lane_life import sleepers
from training.meters.nvml_processes import Others
from training.preflight import doctor

NOBODY = 4_100_000


def test_name_user_memory_and_kind_are_told_the_largest_first() -> None:
    with sleepers("sleep") as (pid,):
        others = Others().read({NOBODY: 5, pid: 7, os.getpid(): 9}, {os.getpid()}, {pid: "graphics"})
        assert [(one.pid, one.memory_bytes, one.name, one.kind) for one in others] == [
            (pid, 7, "sleep", "graphics"),
            (NOBODY, 5, None, None),
        ]
        assert others[0].user == psutil.Process().username()


def test_a_name_goes_with_its_process_though_the_driver_still_lists_the_pid() -> None:
    others = Others()
    process = subprocess.Popen(["sleep", "600"])
    (before,) = others.read({process.pid: 7}, (), {})
    process.kill()
    process.wait()
    (after,) = others.read({process.pid: 7}, (), {})
    assert (before.name, after.name, after.user) == ("sleep", None, None)
    assert after.memory_bytes == 7


def test_the_hosts_pids_are_not_given_the_names_of_processes_here() -> None:
    with sleepers("sleep") as (pid,):
        (one,) = Others().read({pid: 7}, (), {}, have_our_pids=False)
    assert (one.name, one.user, one.memory_bytes) == (None, None, 7)


def test_each_of_many_is_looked_at_again_in_turn() -> None:
    others = Others()
    with sleepers(*["sleep"] * 12) as pids:
        memory: dict[int, int | None] = dict.fromkeys(pids, 1)
        assert {one.name for one in others.read(memory, (), {})} == {"sleep"}
    others.read(memory, (), {})
    assert {one.name for one in others.read(memory, (), {})} == {None}


def test_a_name_that_is_no_utf8_can_be_written(tmp_path: Path) -> None:
    """The kernel cuts names at 15 bytes, also in the middle of a letter."""
    program = tmp_path / os.fsdecode("entraînement-éé".encode()[:15])
    program.symlink_to("/bin/sleep")
    process = subprocess.Popen([bytes(program), "600"])
    try:
        assert doctor()
        (other,) = Others().read({process.pid: 7}, (), {})
        assert other.name is not None
        assert other.name.startswith("entra")
        msgspec.json.encode(other)
    finally:
        process.kill()
        process.wait()
