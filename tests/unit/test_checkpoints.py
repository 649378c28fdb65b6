"""Checkpoints: rarely enough, whole or not at all, the last few."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.unit.fit_loop import Recorded
from training.preset.document import CheckpointSpec
from training.worker.checkpoints import MOST_OF_THE_TIME, Checkpoints


class Disk:
    """Saves in a set time, or fails."""

    def __init__(self, emitter: Recorded) -> None:
        self.emitter = emitter
        self.takes_s = 0.1
        self.error: Exception | None = None

    def save(self, path: Path) -> None:
        self.emitter.clock_s += self.takes_s
        path.write_bytes(b"half" if self.error else b"whole")
        if self.error:
            raise self.error


@pytest.fixture
def emitter() -> Recorded:
    """A clock and what was told."""
    return Recorded()


@pytest.fixture
def disk(emitter: Recorded) -> Disk:
    """Where models are saved."""
    return Disk(emitter)


@pytest.fixture
def checkpoints(tmp_path: Path, emitter: Recorded, disk: Disk) -> Checkpoints:
    """Of a small model, every 30 s at most."""
    return Checkpoints(tmp_path / "a", CheckpointSpec(), emitter, disk.save, parameter_bytes=1000)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_last_two_are_kept_and_told(tmp_path: Path, checkpoints: Checkpoints, emitter: Recorded) -> None:
    for step in (3, 10, 200):
        assert checkpoints.save(step) is None
    assert _names(tmp_path / "a") == ["step-000000010.keras", "step-000000200.keras"]
    assert checkpoints.last_path == tmp_path / "a" / "step-000000200.keras"
    told = emitter.of("checkpoint")
    assert [(one["step"], one["size_bytes"], one["seconds"]) for one in told] == [
        (step, 5, pytest.approx(0.1)) for step in (3, 10, 200)
    ]
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700


def test_one_that_fails_is_told_and_the_last_good_one_stays(
    tmp_path: Path, checkpoints: Checkpoints, disk: Disk, emitter: Recorded
) -> None:
    assert checkpoints.save(3) is None
    good = checkpoints.last_path
    disk.error = OSError(28, "No space left on device\nmore")
    error = checkpoints.save(10)
    assert error == "OSError: [Errno 28] No space left on device"
    assert emitter.of("checkpoint")[-1]["error"] == error
    assert _names(tmp_path / "a") == ["step-000000003.keras"]
    assert checkpoints.last_path == good


def test_a_folder_that_cannot_be_is_an_error_and_no_exception(
    tmp_path: Path, checkpoints: Checkpoints
) -> None:
    (tmp_path / "a").write_text("in the way")
    error = checkpoints.save(3)
    assert error is not None
    assert "Error" in error


def test_none_is_due_before_the_release(checkpoints: Checkpoints) -> None:
    assert checkpoints.due_t == math.inf
    checkpoints.save(3)
    assert checkpoints.due_t == math.inf


def test_first_is_due_after_the_presets_time(checkpoints: Checkpoints) -> None:
    checkpoints.start(100.0)
    assert checkpoints.due_t == pytest.approx(130.0)


def test_slow_saves_take_at_most_a_hundredth_of_the_time(
    checkpoints: Checkpoints, disk: Disk, emitter: Recorded
) -> None:
    disk.takes_s = 2.0
    checkpoints.start(0.0)
    spent_s = 0.0
    for step in range(1, 6):
        emitter.clock_s = checkpoints.due_t
        checkpoints.save(step)
        spent_s += 2.0
        if step > 1:  # how long a save takes is a guess before the first
            assert spent_s <= MOST_OF_THE_TIME * emitter.clock_s
    assert checkpoints.due_t >= 1200.0


def test_standing_still_puts_it_off(checkpoints: Checkpoints) -> None:
    checkpoints.start(100.0)
    checkpoints.stood_still(50.0)
    assert checkpoints.due_t == pytest.approx(180.0)


def test_a_large_model_is_first_saved_later(tmp_path: Path, emitter: Recorded, disk: Disk) -> None:
    large = Checkpoints(tmp_path / "b", CheckpointSpec(), emitter, disk.save, parameter_bytes=10**9)
    large.start(0.0)
    assert large.due_t > 1000
