"""How a lane's end is named: by its own words first, by its exit code where it had none."""

from __future__ import annotations

import signal
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec import structs

from tests.unit.made_runs import append, made_run
from training.meters.meter import LaneProcess
from training.record.event_records import LaneEnded
from training.record.lane_records import Built, Error, Finished, Imported, LaneRecord, NoGpu, Warm
from training.record.tagged import Record
from training.supervisor.lane_run import LaneRun


@pytest.fixture
def run(tmp_path: Path) -> LaneRun:
    """A lane whose process runs."""
    run = LaneRun("a", made_run(tmp_path / "made"))
    run.enter("importing", 0.0)
    return run


def _read(run: LaneRun, *records: Record) -> list[LaneRecord]:
    append(run.folder.lane_records("a"), *records)
    return list(run.read_records(1.0))


def _named(ended: LaneEnded) -> tuple[str, str]:
    return ended.status, ended.kind


BUILT = Built(
    t=4.0,
    parameters=1,
    parameter_bytes=4,
    batch_size=1,
    train_samples=1,
    validation_samples=0,
    steps_per_epoch=1,
)
FINISHED = Finished(t=1.0, status="completed", step=1, samples=1, epochs=1, reason="epochs")


def test_stages_follow_what_the_worker_tells(run: LaneRun) -> None:
    stages: list[str] = []
    _read(run, Imported(t=1.0, seconds=1.0))
    stages.append(run.standing.stage)
    _read(run, Warm(t=2.0, step=3, seconds=0.1))
    stages.append(run.standing.stage)  # it has no token yet
    run.enter("warming", 2.0)
    _read(run, Warm(t=2.0, step=3, seconds=0.1))
    stages.append(run.standing.stage)
    assert stages == ["queued", "queued", "warm"]


def test_its_own_error_counts_before_its_exit_code(run: LaneRun) -> None:
    _read(run, Error(t=1.0, kind="nan-loss", message="m", hint="h", log_tail=("x",)))
    ended = run.end_record(1, 2.0)
    assert (_named(ended), ended.message, ended.hint, ended.log_tail) == (
        ("failed", "nan-loss"),
        "m",
        "h",
        ("x",),
    )


def test_finished(run: LaneRun) -> None:
    _read(run, FINISHED)
    assert _named(run.end_record(0, 2.0)) == ("completed", "")


def test_a_crash_in_the_very_end_does_not_undo_what_was_finished(run: LaneRun) -> None:
    _read(run, FINISHED)
    assert _named(run.end_record(-signal.SIGSEGV, 2.0)) == ("completed", "")


@pytest.mark.parametrize(
    ("exit_code", "kind", "words"),
    [
        (-9, "killed", "signal 9 (SIGKILL)"),
        (-11, "killed", "signal 11 (SIGSEGV)"),
        (-33, "killed", "signal 33"),
        (-200, "killed", "signal 200"),
        (70, "error", "exit code 70"),
        (0, "error", "exit code 0"),
    ],
)
def test_without_a_word_the_exit_code_names_it(run: LaneRun, exit_code: int, kind: str, words: str) -> None:
    run.folder.lane_log("a").write_text("last words\n")
    ended = run.end_record(exit_code, 2.0)
    assert _named(ended) == ("failed", kind)
    assert words in ended.message
    assert ended.hint
    assert ended.log_tail == ("last words",)


def test_ended_by_our_signal_is_stopped(run: LaneRun) -> None:
    run.stop_asked, run.signals_sent = True, 1
    assert _named(run.end_record(-signal.SIGTERM, 2.0)) == ("stopped", "")
    run.signals_sent = 2
    assert _named(run.end_record(-signal.SIGKILL, 2.0)) == ("stopped", "")


def test_a_crash_after_being_asked_to_stop_is_a_failure(run: LaneRun) -> None:
    run.stop_asked = True
    assert _named(run.end_record(-signal.SIGSEGV, 2.0)) == ("failed", "killed")
    assert _named(run.end_record(-signal.SIGKILL, 2.0)) == ("failed", "killed")
    run.signals_sent = 1
    assert _named(run.end_record(-signal.SIGSEGV, 2.0)) == ("failed", "killed")


def test_given_up_is_hung_whatever_ended_it(run: LaneRun) -> None:
    run.given_up = "Gave the lane up"
    run.signals_sent = 1
    assert _named(run.end_record(-signal.SIGTERM, 2.0)) == ("failed", "hung")


def test_exhausted_device_memory_in_the_last_words_of_a_process_that_died(run: LaneRun) -> None:
    words = "F bfc_allocator.cc:700] Check failed: h != kInvalidChunkHandle\n"
    words = "E failed to allocate 2.0KiB from device: CUDA_ERROR_OUT_OF_MEMORY: out of memory\n" + words
    run.folder.lane_log("a").write_text(words)
    assert _named(run.end_record(-signal.SIGABRT, 2.0)) == ("failed", "out-of-memory")
    assert _named(run.end_record(-signal.SIGKILL, 2.0)) == ("failed", "killed")
    run.folder.lane_log("a").write_text(words.partition("\n")[2])
    assert _named(run.end_record(-signal.SIGABRT, 2.0)) == ("failed", "killed")


@pytest.mark.parametrize("told", [(), (Error(t=1.0, kind="error", message="CUDA_ERROR_UNKNOWN"),)])
def test_every_end_after_the_device_is_lost_is_for_that(run: LaneRun, told: tuple[Error, ...]) -> None:
    _read(run, *told)
    run.stop_asked, run.device_lost = True, "GPU is lost (NVML 15)"
    ended = run.end_record(1 if told else None, 2.0)
    assert _named(ended) == ("failed", "device-lost")
    assert ended.message == "The device was lost: GPU is lost (NVML 15)"


def test_a_lane_asked_to_stop_by_a_lost_device_has_failed_and_a_completed_one_has_not(run: LaneRun) -> None:
    run.device_lost = "GPU is lost"
    _read(run, structs.replace(FINISHED, status="stopped"))
    assert _named(run.end_record(0, 2.0)) == ("failed", "device-lost")
    _read(run, FINISHED)
    assert _named(run.end_record(0, 2.0)) == ("completed", "")


@pytest.mark.parametrize(("device", "since_s"), [("GPU:0", 4.0), ("CPU", None)])
def test_the_meter_knows_who_warms_up_and_who_uses_the_device(
    run: LaneRun, device: str, since_s: float | None
) -> None:
    assert run.process is None
    run.worker = SimpleNamespace(pid=7)  # type: ignore[assignment]
    assert run.process == LaneProcess(7, False, None)
    run.enter("warming", 3.0)
    _read(run, NoGpu(t=3.5, why="w"), structs.replace(BUILT, device=device))
    assert run.process == LaneProcess(7, True, since_s)
    run.enter("released", 5.0)
    assert run.process == LaneProcess(7, False, since_s)


def test_never_launched_is_stopped(run: LaneRun) -> None:
    assert _named(run.end_record(None, 2.0)) == ("stopped", "")
