"""A state kept in the run's folder, and read again by whoever attaches."""

from __future__ import annotations

import asyncio
import queue
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import contention_states, gpu_states, states
from tests.unit.made_runs import append, made_run
from tests.unit.waiting import wait_for
from training.analysis.history import RunHistory
from training.analysis.kept_state import KeptState, keep_state, read_kept_state
from training.analysis.state import RunState
from training.record.event_records import Began
from training.record.lane_records import Progress
from training.record.run_folder import RunFolder
from training.supervisor.state_keeping import StateKeeping
from tui.look import Look
from tui.messages import ReadFailed, RunChanged
from tui.opened_run import opened_run
from tui.viewing import Viewing

STATES = {
    "cpu": states.cpu_run,
    "failed": lambda: replace(states.cpu_run(), lanes={"b": states.failed_lane()}),
    "contention": contention_states.cpu,
    "probing": contention_states.probing,
    "in turns": contention_states.in_turns,
    "throttled": gpu_states.throttled,
    "a MIG instance each": gpu_states.mig_each,
    "crowded": gpu_states.crowded,
    "out of memory": gpu_states.out_of_memory,
}


@pytest.mark.parametrize("name", STATES)
def test_what_was_kept_is_read_as_it_was(name: str, tmp_path: Path) -> None:
    folder = made_run(tmp_path / "run")
    state = STATES[name]()
    keep_state(folder, state)
    read = read_kept_state(folder)
    assert read == replace(state, folder=str(folder.path), phase="starting", kept_at_s=state.elapsed_s)
    assert [path.name for path in folder.path.iterdir() if "half" in path.name] == []


def test_it_is_of_the_run_as_it_lives_now(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "run")
    keep_state(folder, replace(states.cpu_run(), phase="running"))
    folder.report.write_text("{}")
    read = read_kept_state(folder)
    assert read is not None
    assert read.phase == "ended"


def test_of_another_version_it_is_not_read(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "run")
    folder.kept_state.write_bytes(msgspec.msgpack.encode(KeptState("0.0.0", states.cpu_run())))
    assert read_kept_state(folder) is None


@given(st.binary(max_size=200))
def test_whatever_the_file_holds_nothing_breaks(content: bytes) -> None:
    class Damaged(RunFolder):
        @property
        def kept_state(self) -> Path:
            return _Bytes(content)  # type: ignore[return-value]

    assert read_kept_state(Damaged(Path("/nowhere"))) is None


class _Bytes:
    def __init__(self, content: bytes) -> None:
        self.read_bytes = lambda: content


async def test_a_short_run_keeps_none(tmp_path: Path) -> None:
    folder = began(tmp_path / "run")
    keeping = StateKeeping(folder, lambda: 99.0, kept_after_s=100.0)
    keeping.start()
    await keeping.finish()
    assert not folder.kept_state.exists()


async def test_a_long_one_keeps_it_while_it_goes_on_and_at_its_end(tmp_path: Path) -> None:
    folder = began(tmp_path / "run")
    append(folder.lane_records("a"), progress(t=101.0, step=2))
    keeping = StateKeeping(folder, lambda: 102.0, period_s=0.01, kept_after_s=100.0)
    keeping.start()
    await asyncio.to_thread(wait_for, lambda: read_kept_state(folder) is not None)
    append(folder.lane_records("a"), progress(t=102.0, step=3))
    await keeping.finish()
    read = read_kept_state(folder)
    assert read is not None
    assert read.lanes == whole(folder).lanes
    assert read.lanes["a"].step == 3


def test_whoever_opens_the_run_sees_it_first_and_then_its_records(tmp_path: Path) -> None:
    folder = began(tmp_path / "run")
    keep_state(folder, replace(whole(folder), elapsed_s=600.0))
    append(folder.lane_records("a"), progress(t=601.0, step=7))
    told: queue.Queue[RunChanged | ReadFailed] = queue.Queue()
    run = opened_run(folder, None, told.put, Look(), Viewing())
    assert run.state.kept_at_s == 600.0
    assert run.state.lanes["a"].step == 0
    run.feed.start()
    try:
        message = told.get(timeout=20)
    finally:
        run.close()
    assert isinstance(message, RunChanged)
    assert message.state.kept_at_s is None
    assert message.state.lanes["a"].step == 7


async def test_a_folder_that_takes_nothing_ends_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = began(tmp_path / "run")
    folder.kept_state.mkdir()
    keeping = StateKeeping(folder, lambda: 1.0, kept_after_s=0.0)
    keeping.start()
    await keeping.finish()
    assert "cannot be kept" in capfd.readouterr().err
    assert [path.name for path in folder.path.iterdir() if "half" in path.name] == []


def began(path: Path) -> RunFolder:
    folder = made_run(path)
    append(folder.events, Began(t=0.0, monotonic_s=0.0, wall="w", boot_id="another", sharing="together"))
    return folder


def progress(*, t: float, step: int) -> Progress:
    return Progress(t=t, step=step, samples=step, epoch=1, epoch_step=step, steps=1, span_s=1.0, loss=0.5)


def whole(folder: RunFolder) -> RunState:
    history = RunHistory(folder)
    history.refresh()
    return history.state()
