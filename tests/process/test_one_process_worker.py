"""One process trains both lanes: each has its own records, its own stops and its own end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec import structs

from tests.process.lone_worker import LoneWorker, both_in_one, lone_worker
from training.plan import LANES, Lane, PlannedDevice
from training.record.lane_records import (
    Built,
    Epoch,
    Error,
    Finished,
    Imported,
    NonFinite,
    Paused,
    Progress,
    Released,
    Resumed,
    Started,
    Validation,
    Warm,
    Window,
)

SEEDS = ("seed-binary", "seed-regression")
WINDOW = {"id": 5, "steps": 40, "seconds": 0.0, "drop_s": 0.0}


def _come_up(worker: LoneWorker) -> None:
    """Give the token to a, and to b only while a stands at the barrier."""
    for lane in LANES:
        worker.lane_record(lane, Imported)
    worker.tell("warm_up", "a")
    assert worker.lane_record("a", Warm).step == 3
    assert [type(record) for record in worker.lane("b")[1:]] == [Started, Imported]
    worker.tell("warm_up", "b")
    assert worker.lane_record("b", Warm).step == 3
    assert not any(isinstance(record, Released) for lane in LANES for record in worker.lane(lane))


def _told_steps(worker: LoneWorker, lane: Lane) -> list[Progress]:
    return [record for record in worker.lane(lane) if isinstance(record, Progress)]


def test_pause_of_one_leaves_the_other_alone_and_both_complete(tmp_path: Path) -> None:
    plan = both_in_one(SEEDS, ("a.fit.steps=150", "b.fit.steps=400"), b=2)
    with lone_worker(tmp_path / "run", plan) as worker:
        _come_up(worker)
        worker.tell("pause")
        worker.tell("release")
        assert {worker.lane_record(lane, Paused).step for lane in LANES} == {3}

        worker.tell("window", "b", **WINDOW)
        worker.tell("resume", "b")
        window = worker.lane_record("b", Window)
        assert (window.id, window.complete, window.steps) == (5, True, 40)
        worker.tell("pause", "b")
        stands = worker.lane_record("b", Paused, lambda record: record.step > 3)
        assert worker.steps("a") == 3  # alone means alone

        worker.tell("resume")
        assert worker.wait() == 0
        steps_of: dict[Lane, int] = {"a": 150, "b": 400}
        for lane, steps in steps_of.items():
            finished = worker.lane_record(lane, Finished)
            assert (finished.status, finished.step, finished.reason) == ("completed", steps, "steps")
            assert finished.model_path is not None
            assert Path(finished.model_path) == worker.folder.lane_folder(lane) / "model.keras"
            assert Path(finished.model_path).is_file()
            assert finished.history_path is not None
            history = json.loads(Path(finished.history_path).read_text(encoding="utf-8"))
            assert len(history["val_loss"]) == steps // 25
            assert len([one for one in worker.lane(lane) if isinstance(one, Validation)]) == steps // 25
            told = _told_steps(worker, lane)
            assert sum(record.steps for record in told) == steps
            # no pause is anybody's step
            since = worker.lane_record(lane, Released).t
            stood_s = sum(one.paused_s for one in worker.lane(lane) if isinstance(one, Resumed))
            outside_s = sum(one.outside_s for one in worker.lane(lane) if isinstance(one, Epoch))
            in_steps_s = sum(one.span_s for one in told if not one.warm_up)
            assert in_steps_s + outside_s == pytest.approx(told[-1].t - since - stood_s, rel=0.2)
        _alternated(worker, a_from=3, b_from=stands.step)
        assert worker.lane_record("a", Started).pid == worker.lane_record("b", Started).pid
        assert worker.lane_record("a", Built).parameters != worker.lane_record("b", Built).parameters
        assert worker.folder.lane_log("b").read_text(encoding="utf-8").count("epoch ") == 16
        assert "epoch 1  step 25" in worker.folder.lane_log("a").read_text(encoding="utf-8")


def _alternated(worker: LoneWorker, *, a_from: int, b_from: int) -> None:
    """While both trained, b took two batches for each of a's, those of validations among them."""
    last_of_a = _told_steps(worker, "a")[-1]
    beside = [record for record in _told_steps(worker, "b") if record.t <= last_of_a.t]
    batches_of_a = last_of_a.step - a_from + 7 * (last_of_a.step // 25)
    batches_of_b = beside[-1].step - b_from + 7 * (beside[-1].step // 25 - b_from // 25)
    assert batches_of_b == pytest.approx(2 * batches_of_a, abs=2 * beside[-1].steps + 60)


def test_failure_of_one_leaves_the_other_training_until_the_supervisor_is_gone(tmp_path: Path) -> None:
    diverges = ("a.fit.learning_rate=100", 'a.fit.optimizer="sgd"')
    plan = both_in_one(("seed-regression", "seed-binary"), (*diverges, "b.fit.epochs=100000"))
    with lone_worker(tmp_path / "run", plan) as worker:
        _come_up(worker)
        worker.tell("release", "a")
        failed = worker.lane_record("a", Error)
        assert worker.lane_record("a", NonFinite).step == failed.step
        assert worker.steps("b") == 3
        worker.tell("release", "b")
        worker.trains("b", beyond_step=200)
        worker.leave()
        assert worker.wait() == 1
        assert failed.kind == "nan-loss"
        assert "LaneFailureError" in worker.folder.lane_log("a").read_text(encoding="utf-8")
        finished = worker.lane_record("b", Finished)
        assert (finished.status, finished.reason) == ("stopped", "the supervisor is gone")
        assert finished.model_path is not None
        assert Path(finished.model_path).is_file()


@pytest.mark.slow
def test_one_that_is_stopped_before_its_turn_leaves_the_other_the_process(tmp_path: Path) -> None:
    with lone_worker(tmp_path / "run", both_in_one(SEEDS, ("b.fit.steps=30",))) as worker:
        worker.tell("stop", "a", reason="not wanted")
        finished = worker.lane_record("a", Finished)
        assert (finished.status, finished.step, finished.reason) == ("stopped", 0, "not wanted")
        worker.tell("warm_up", "b")
        worker.tell("release", "b")
        assert worker.wait() == 0
        assert worker.lane_record("b", Finished).step == 30
        assert not worker.folder.lane_folder("a").exists()


def test_a_plan_that_needs_two_processes_is_refused_by_the_worker_too(tmp_path: Path) -> None:
    plan = structs.replace(
        both_in_one(SEEDS, ("b.device.memory=4096",)), device=PlannedDevice(kind="gpu", name="GPU")
    )
    with lone_worker(tmp_path / "run", plan) as worker:
        assert worker.wait() == 1
        for lane in LANES:
            error = worker.lane_record(lane, Error)
            assert error.kind == "bad-plan"
            assert "the cap of lane b could not be kept to" in error.message
            assert "choose together" in error.hint
            assert not any(isinstance(record, Imported) for record in worker.lane(lane))
