"""Real trainings on JAX and PyTorch, beside TensorFlow and beside each other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.process.equipment import Run, Stage
from tests.process.lone_worker import CPU, lone_worker
from training.control.client import ask
from training.control.protocol import Request
from training.launch import LaunchRequest, make_plan, plan_lanes
from training.plan import LANES, Lane, Limits
from training.preset_library import shipped_folder
from training.record.lane_records import (
    Built,
    Epoch,
    Finished,
    Imported,
    Paused,
    Progress,
    Released,
    Resumed,
    Validation,
    Warm,
    Window,
)

SEED_BINARY = shipped_folder() / "seed-binary.toml"
TORCH = pytest.param("torch", marks=pytest.mark.slow)


def _on(lane: Lane, backend: str) -> tuple[str, str]:
    return "--set", f'{lane}.fit.backend="{backend}"'


def _of(run: Run, lane: Lane, kind: type[Any]) -> list[Any]:
    return [record for record in run.lane(lane) if isinstance(record, kind)]


def _maps(pid: int) -> str:
    """The names of the files that a process has mapped: its libraries among them."""
    return Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="replace")


def _counted_exactly(run: Run, lane: Lane, steps: int) -> None:
    """As a lane on TensorFlow is."""
    told = _of(run, lane, Progress)
    assert sum(record.steps for record in told) == told[-1].step == steps
    assert _of(run, lane, Warm)[0].step == 3
    assert _of(run, lane, Released)[0].step == 3
    assert all(record.loss is not None for record in told)
    losses = [record.loss for record in _of(run, lane, Epoch)]
    assert all(loss is not None for loss in losses)
    assert losses[-1] < losses[0]


def test_jax_beside_tensorflow(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "seed-regression", "--steps", "60", "--json", *_on("a", "jax"))
    assert viewer.wait() == 0, viewer.err + viewer.run.told()
    run, report = viewer.run, json.loads(viewer.out)
    for lane in LANES:
        assert (report["lanes"][lane]["status"], report["lanes"][lane]["steps"]) == ("completed", 60)
        _counted_exactly(run, lane, 60)
        assert [record.steps for record in _of(run, lane, Epoch)] == [25, 25, 10]
        assert [record.step for record in _of(run, lane, Validation)] == [25, 50]
    imported = _of(run, "a", Imported)[0]
    assert {"jax", "jaxlib", "keras"} <= set(imported.versions)
    assert "tensorflow" not in imported.versions
    assert report["lanes"]["a"]["backend"] == f"JAX {imported.versions['jax']}"
    assert report["lanes"]["b"]["backend"] == ""
    assert _of(run, "a", Built)[0].device == "CPU"
    told = stage.command("report", str(run.folder.path))
    assert f"seed-binary: completed, on JAX {imported.versions['jax']}" in told.stdout
    # The model was saved by JAX, and Keras opens it on another backend.
    assert _loads(report["lanes"]["a"]["model_path"], "tensorflow") == 10 * 64 + 64 + 64 + 1


@pytest.mark.slow
def test_two_on_pytorch_that_are_alike_train_alike(stage: Stage) -> None:
    on_torch = (*_on("a", "torch"), *_on("b", "torch"))
    viewer = stage.headless("seed-binary", "seed-binary", "--steps", "60", "--no-probe", "--json", *on_torch)
    assert viewer.wait() == 0, viewer.err + viewer.run.told()
    run = viewer.run
    losses = {}
    for lane in LANES:
        _counted_exactly(run, lane, 60)
        losses[lane] = [record.loss for record in _of(run, lane, Epoch)]
        threads = _of(run, lane, Imported)[0].threads
        assert threads["intra_op"] > 0
    assert losses["a"] == losses["b"]


@pytest.mark.slow
def test_a_pause_is_acknowledged_once_nothing_is_under_way(stage: Stage) -> None:
    both = (*_on("a", "jax"), *_on("b", "torch"))
    viewer = stage.headless("seed-binary", "seed-regression", "--minutes", "9", "--json", "--no-probe", *both)
    run = viewer.run
    for lane in LANES:
        run.trains(lane)
        mapped = _maps(run.pid(lane))
        assert "tensorflow" not in mapped
        assert ("jaxlib" in mapped, "libtorch" in mapped) == (lane == "a", lane == "b")
    ask(run.folder, Request(ask="checkpoint"))
    for lane in LANES:
        saved = run.checkpoint(lane, 1)
        assert saved.error is None
        assert f"step-{saved.step:09d}" in saved.path
    for lane in LANES:
        assert "tensorflow" not in _maps(run.pid(lane))  # Keras looks for it when it saves
    ask(run.folder, Request(ask="pause"))
    paused = {lane: run.lane_record(lane, Paused) for lane in LANES}
    for lane in LANES:
        told = _of(run, lane, Progress)
        assert (told[-1].step, sum(one.steps for one in told)) == (paused[lane].step, paused[lane].step)
        assert isinstance(run.lane(lane)[-1], Paused)
    ask(run.folder, Request(ask="resume"))
    for lane in LANES:
        assert run.lane_record(lane, Resumed).step == paused[lane].step
        run.trains(lane, beyond_step=paused[lane].step + 20)
    ask(run.folder, Request(ask="stop", by="test"))
    assert viewer.wait() == 130
    for lane in LANES:
        assert run.lane_record(lane, Finished).reason == "test"


@pytest.mark.parametrize("backend", ["jax", TORCH])
def test_windows_have_exact_ends_and_one_batch_at_hand_is_told_as_not_had(
    tmp_path: Path, backend: str
) -> None:
    lanes = plan_lanes(LaunchRequest({"a": "seed-binary"}, overrides=(f'a.fit.backend="{backend}"',)))
    planned = make_plan("test", lanes, CPU, "together", Limits(minutes=9))
    with lone_worker(tmp_path / "run", planned, ("a",)) as worker:
        worker.tell("warm_up")
        worker.lane_record("a", Warm)
        worker.tell("release")
        worker.tell("window", id=1, seconds=0.2, steps=20, drop_s=0.0)
        window = worker.lane_record("a", Window, lambda record: record.id == 1)
        assert window.complete
        assert window.steps >= 20
        assert window.in_steps_s is not None
        assert 0 < window.in_steps_s <= window.t1 - window.t0 + 1e-6
        worker.tell("window", id=2, seconds=0.2, steps=20, cached_batch=True)
        refused = worker.lane_record("a", Window, lambda record: record.id == 2)
        assert (refused.complete, refused.steps, refused.cached_batch) == (False, 0, True)
        worker.tell("stop")
        assert worker.wait() == 0


@pytest.mark.parametrize("backend", ["jax", TORCH])
def test_a_description_is_the_same_on_each(backend: str) -> None:
    told = {name: _described(name) for name in ("tensorflow", backend)}
    for one in told.values():
        del one["digest"]
    assert told["tensorflow"] == told[backend]


def _described(backend: str) -> dict[str, Any]:
    setting = ("--set", f'fit.backend="{backend}"')
    done = subprocess.run(
        [sys.executable, "-P", "-m", "training.worker", "--describe", str(SEED_BINARY), *setting],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _loads(path: str, backend: str) -> int:
    """How many parameters a saved model has, opened with plain Keras."""
    code = "import sys, keras; print(keras.models.load_model(sys.argv[1]).count_params())"
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"import os; os.environ['KERAS_BACKEND'] = {backend!r}; {code}", path],
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
    )
    return int(done.stdout)
