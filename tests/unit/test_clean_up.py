"""The proof at the end of a run names what is left of this run, and of no other."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.unit.made_runs import plan
from training.record.device_records import DeviceReading, OtherReading, Sample
from training.record.event_records import CleanedUp, EventRecord
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder
from training.record.writer import RecordWriter
from training.supervisor.clean_up import processes_of_run, prove_clean
from training.supervisor.launch_environment import worker_environment


@pytest.fixture
def left(tmp_path: Path) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """A process of each of two runs of one name."""
    processes = {}
    for where in ("here", "there"):
        made = plan("run")
        folder = RunFolder(tmp_path / where / "run")
        environment = worker_environment(os.environ, made.device, made.lanes["a"].preset, folder)
        command = [sys.executable, "-c", "print(flush=True); input()"]
        process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        processes[where] = process
    yield processes
    for process in processes.values():
        process.communicate(b"\n", timeout=60)


def test_runs_of_one_name_are_told_apart(tmp_path: Path, left: dict[str, subprocess.Popen[bytes]]) -> None:
    for where, process in left.items():
        assert processes_of_run(RunFolder(tmp_path / where / "run")) == (process.pid,)
    assert processes_of_run(RunFolder(tmp_path / "nowhere" / "run")) == ()


GIB = 1 << 30


def _read(used: int | None, *others: OtherReading, t: float = 1.0) -> Sample:
    return Sample(t=t, device=DeviceReading(memory_used_bytes=used), others=others)


def _proof(
    folder: RunFolder, before: Sample | None, after: Sample | None, *, is_telling: bool = True
) -> CleanedUp:
    """What the proof says over these two readings; its clock leaps, so that it does not wait."""
    made = plan(kind="gpu", uuid="GPU-1")
    sampling = SimpleNamespace(first=before, latest=after, is_telling=is_telling)
    clock = iter(range(0, 10_000, 4))
    events = RecordWriter(folder.events, "supervisor")
    asyncio.run(prove_clean(folder, made, lambda: float(next(clock)), sampling, events))  # type: ignore[arg-type]
    reader: TailingReader[EventRecord] = TailingReader(folder.events, EventRecord)
    (proof,) = (record for record in reader.read_new() if isinstance(record, CleanedUp))
    return proof


ALICE = OtherReading(42, GIB)


@pytest.mark.parametrize(
    ("before", "after", "held_by"),
    [
        (_read(GIB, ALICE), _read(GIB, ALICE, t=9), ()),
        (
            _read(GIB, ALICE),
            _read(3 * GIB, OtherReading(42, 3 * GIB), t=9),
            (),
        ),  # hers, and she was there before
        (_read(GIB, ALICE), _read(3 * GIB, ALICE, OtherReading(43, 2 * GIB), t=9), (43,)),
        (_read(3 * GIB, ALICE, OtherReading(43, 2 * GIB)), _read(GIB, ALICE, t=9), ()),  # somebody left
        (_read(GIB, OtherReading(42)), _read(3 * GIB, OtherReading(42), OtherReading(43), t=9), (43,)),
        (
            _read(None, ALICE),
            _read(None, ALICE, OtherReading(43), t=9),
            (),
        ),  # MIG without privilege: not told
    ],
)
def test_memory_of_others_is_not_taken_for_ours(
    tmp_path: Path, before: Sample, after: Sample, held_by: tuple[int, ...]
) -> None:
    assert _proof(RunFolder(tmp_path), before, after).held_by == held_by


def test_of_a_device_that_tells_nothing_more_nothing_is_claimed(tmp_path: Path) -> None:
    proof = _proof(RunFolder(tmp_path), _read(GIB), _read(9 * GIB, OtherReading(43)), is_telling=False)
    assert (proof.memory_before_bytes, proof.memory_after_bytes, proof.held_by) == (GIB, None, ())
