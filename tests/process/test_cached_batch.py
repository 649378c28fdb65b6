"""Steps on one batch at hand leave no trace in a training, whatever it is made of and however they end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.process.lone_worker import LoneWorker, both_in_one, lone_worker
from training.plan import LANES, Lane
from training.record.lane_records import Epoch, Finished, Paused, Progress, Released, Resumed, Warm, Window

STEPS = 8
CACHED_STEPS, CACHED_S = 20, 0.2
DETERMINISTIC = {"TF_DETERMINISTIC_OPS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}


def _tried(*trials: str) -> dict[str, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tests.process.cached_batch_trial", *trials],
        env=os.environ | {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=230,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = [json.loads(line[7:]) for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert [one["trial"] for one in found] == list(trials)
    return {one["trial"]: one for one in found}


def _left_no_trace(one: dict[str, Any]) -> None:
    plain, asked = one["plain"], one["asked"]
    assert asked["calls"] == plain["calls"]  # every batch's loss and metrics among them
    assert asked["history"] == plain["history"]
    assert asked["model"] == plain["model"]
    assert asked["optimizer"] == plain["optimizer"]
    assert asked["metrics"] == plain["metrics"]
    assert asked["generators"] == plain["generators"]
    assert asked["step"] == plain["step"]
    assert asked["traces"] == plain["traces"]  # nothing is compiled for them either


def _were_taken(one: dict[str, Any]) -> None:
    assert len(one["asked"]["windows"]) == 2
    for window in one["asked"]["windows"]:
        assert window["complete"]
        assert window["cached_batch"]
        assert window["steps"] >= STEPS
        assert 0 < window["in_steps_s"] < window["t1"] - window["t0"]


@pytest.mark.slow
def test_leave_no_trace_and_none_where_they_fail_or_are_no_longer_wanted() -> None:
    """Dropout, another optimizer, smaller last batches, a validation; in `fit`."""
    found = _tried("seed-regression", "seed-regression:fails", "seed-regression:unwanted")
    for one in found.values():
        _left_no_trace(one)
    _were_taken(found["seed-regression"])
    assert not found["seed-regression"]["asked"]["failures"]
    for ended in ("fails", "unwanted"):
        asked = found[f"seed-regression:{ended}"]["asked"]
        assert [window["complete"] for window in asked["windows"]] == [False, False]
        assert len(asked["failures"]) == (ended == "fails")
    assert "no more of this" in found["seed-regression:fails"]["asked"]["failures"][0]


@pytest.mark.slow
@pytest.mark.parametrize(
    "trials",
    [
        ("mobilenet",),
        ("seed-binary", "input-bound", "lstm"),
        ("seed-binary:fp16", "seed-binary:xla"),
        ("seed-regression:steps", "input-bound:steps"),
    ],
    ids=["statistics of batches", "a pipeline of Python", "scaled and compiled", "our step loop"],
)
def test_leave_no_trace_in_other_trainings(trials: tuple[str, ...]) -> None:
    for one in _tried(*trials).values():
        _left_no_trace(one)
        _were_taken(one)


def _both_trained(path: Path, *, asked: bool) -> dict[str, Any]:
    """Both lanes in one process to their end; the histories they left."""
    overrides = ("a.fit.steps=150", "a.model.dropout=0.3", "b.fit.steps=40", "b.data.samples=200")
    with lone_worker(path, both_in_one(("seed-binary", "input-bound"), overrides)) as worker:
        for lane in LANES:
            worker.tell("warm_up", lane)
            worker.lane_record(lane, Warm)
        worker.tell("pause")
        worker.tell("release")
        for lane in LANES:
            worker.lane_record(lane, Paused)
        if asked:
            _ask_both(worker)
        worker.tell("resume")
        assert worker.wait() == 0
        assert all(worker.lane_record(lane, Finished).reason == "steps" for lane in LANES)
        _is_nobodys_time(worker)
        return {
            lane: json.loads((worker.folder.lane_folder(lane) / "history.json").read_text()) for lane in LANES
        }


def _ask_both(worker: LoneWorker) -> None:
    """As probes do: one goes on, is timed on its data, then on one batch, and stands still again."""
    for lane in LANES:
        worker.tell("resume", lane)
        worker.tell("window", lane, id=1, steps=5, seconds=0.0, drop_s=0.0)
        worker.lane_record(lane, Window)
        window = _timed_on_one_batch(worker, lane)
        worker.tell("pause", lane)
        worker.lane_record(lane, Paused, lambda record: record.t > window.t)  # noqa: B023 - awaited at once


def _timed_on_one_batch(worker: LoneWorker, lane: Lane) -> Window:
    worker.tell("window", lane, id=2, cached_batch=True, steps=CACHED_STEPS, seconds=CACHED_S)
    window = worker.lane_record(lane, Window, lambda record: record.cached_batch)
    assert (window.id, window.complete) == (2, True)
    assert window.steps >= CACHED_STEPS
    assert window.samples == 32 * window.steps
    assert window.in_steps_s is not None
    assert CACHED_S <= window.in_steps_s < window.stood_still_s == window.t1 - window.t0
    return window


def _is_nobodys_time(worker: LoneWorker) -> None:
    """Steps, epoch ends and all standing still make up the time from the release to the last step."""
    for lane in LANES:
        told = worker.lane(lane)
        steps = [one for one in told if isinstance(one, Progress) and not one.warm_up]
        in_steps_s = sum(one.span_s for one in steps)
        outside_s = sum(one.outside_s for one in told if isinstance(one, Epoch))
        stood_s = sum(one.paused_s for one in told if isinstance(one, Resumed))
        stood_s += sum(one.stood_still_s for one in told if isinstance(one, Window))
        since_s = worker.lane_record(lane, Released).t
        assert in_steps_s + outside_s == pytest.approx(steps[-1].t - since_s - stood_s, rel=0.1)


@pytest.mark.slow
def test_of_one_of_two_in_a_process_leave_no_trace_in_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in DETERMINISTIC.items():
        monkeypatch.setenv(name, value)
    plain = _both_trained(tmp_path / "plain", asked=False)
    assert _both_trained(tmp_path / "asked", asked=True) == plain
    assert len(plain["a"]["loss"]) == 6
