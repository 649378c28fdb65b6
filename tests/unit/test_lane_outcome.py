"""What a lane did, from whatever its worker had told when it ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.made_runs import append
from training.analysis.lane_outcome import LaneOutcome, read_lane_outcome
from training.record.lane_records import (
    Checkpoint,
    Epoch,
    Finished,
    Paused,
    Progress,
    Released,
    Resumed,
    Window,
)
from training.record.tagged import Record


def _progress(step: int, t: float, loss: float | None = None, steps: int = 10) -> Progress:
    return Progress(
        t=t, step=step, samples=step * 4, epoch=1, epoch_step=step, steps=steps, span_s=1.0, loss=loss
    )


def _epoch(number: int, loss: float | None, *, partial: bool = False) -> Epoch:
    return Epoch(
        t=1.0,
        epoch=number,
        step=1,
        samples=1,
        steps=1,
        seconds=1.0,
        outside_s=0.0,
        loss=loss,
        partial=partial,
    )


def _outcome(path: Path, *records: Record) -> LaneOutcome:
    append(path / "a.jsonl", *records)
    return read_lane_outcome(path / "a.jsonl")


def test_nothing_told(tmp_path: Path) -> None:
    assert read_lane_outcome(tmp_path / "a.jsonl") == LaneOutcome()


def test_a_worker_that_died_is_known_by_its_last_word(tmp_path: Path) -> None:
    with (tmp_path / "a.jsonl").open("wb") as file:
        file.write(b"\n")
    told = _outcome(
        tmp_path,
        Released(t=2.0, step=3),
        _progress(13, 3.0, 8.0),
        Checkpoint(t=3.5, step=13, path="a/step-13.keras", seconds=0.1),
        Checkpoint(t=3.6, step=14, path="a/step-14.keras", seconds=0.1, error="full"),
        _progress(23, 4.0, 4.0),
    )
    with (tmp_path / "a.jsonl").open("ab") as file:
        file.write(b'{"k":"progress","t":5.0,"st')
    assert read_lane_outcome(tmp_path / "a.jsonl") == told
    assert (told.steps, told.samples, told.epochs) == (23, 92, 0)
    assert (told.train_s, told.steps_per_s) == (2.0, 10.0)
    assert told.model_path == "a/step-13.keras"


def test_pauses_are_taken_off_and_those_of_the_warm_up_are_not(tmp_path: Path) -> None:
    told = _outcome(
        tmp_path,
        Paused(t=1.0, step=2),
        Resumed(t=6.0, step=2, paused_s=5.0),
        Released(t=10.0, step=3),
        _progress(13, 11.0),
        Paused(t=11.0, step=13),
        Resumed(t=14.0, step=13, paused_s=3.0),
        _progress(23, 15.0),
    )
    assert (told.train_s, told.steps_per_s) == (2.0, 10.0)


def test_steps_on_one_batch_at_hand_are_taken_off_as_a_pause_is(tmp_path: Path) -> None:
    told = _outcome(
        tmp_path,
        Released(t=10.0, step=3),
        _progress(13, 11.0),
        Window(t=14.0, id=1, t0=11.0, t1=14.0, steps=90, samples=90, in_steps_s=1.0, cached_batch=True),
        _progress(23, 15.0),
        Window(t=15.0, id=2, t0=14.0, t1=15.0, steps=10, samples=10, in_steps_s=1.0),
        _progress(33, 16.0),
    )
    assert (told.steps, told.train_s, told.steps_per_s) == (33, 3.0, 10.0)


def test_a_pause_after_the_last_step_is_not_taken_off(tmp_path: Path) -> None:
    told = _outcome(
        tmp_path,
        Released(t=10.0, step=3),
        _progress(13, 11.0),
        Paused(t=11.1, step=13),
        Resumed(t=20.0, step=13, paused_s=8.9),
        Finished(t=20.1, status="stopped", step=13, samples=52, epochs=0),
    )
    assert (told.train_s, told.steps_per_s) == (1.0, 10.0)


def test_losses_are_those_of_the_first_and_last_whole_epoch(tmp_path: Path) -> None:
    told = _outcome(tmp_path, _epoch(1, 4.0), _epoch(2, 2.0), _epoch(3, 1.0), _epoch(4, 0.1, partial=True))
    assert (told.epochs, told.first_loss, told.last_loss) == (3, 4.0, 1.0)


def test_with_one_epoch_they_are_those_of_the_twentieths(tmp_path: Path) -> None:
    told = _outcome(
        tmp_path,
        _progress(10, 1.0, 9.0),
        *(_progress(step, 1.0, 5.0) for step in range(20, 200, 10)),
        _progress(200, 2.0, 3.0),
        _epoch(1, 5.0),
        Finished(t=3.0, status="completed", step=200, samples=800, epochs=1, model_path="a/model.keras"),
    )
    assert (told.first_loss, told.last_loss) == (9.0, 3.0)
    assert (told.epochs, told.model_path) == (1, "a/model.keras")


def test_twentieths_weigh_by_steps_and_pass_over_what_is_not_finite(tmp_path: Path) -> None:
    told = _outcome(
        tmp_path,
        _progress(1, 1.0, 9.0, steps=1),
        _progress(4, 1.0, 5.0, steps=3),
        _progress(50, 1.0, 4.0, steps=46),
        _progress(100, 1.0, None, steps=50),
    )
    assert told.first_loss == pytest.approx((9.0 + 3 * 5.0 + 46 * 4.0) / 50)
    assert told.last_loss == 4.0
