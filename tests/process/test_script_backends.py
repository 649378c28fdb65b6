"""Scripts whose Keras runs ahead of its device, on JAX and PyTorch: the same as under python, and held as exactly."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.process.equipment import Stage
from tests.process.script_trial import both_ways, put_in_order
from training.control.client import ask
from training.control.protocol import Request
from training.record.lane_records import Built, Epoch, Imported, Paused, Progress, Validation, Window
from training.record.script_records import Remark

FUNCTIONAL = ("functional.py", "--units", "12", "--out", "OUT")
ON_BATCHES = ("on_batches.py", "OUT")
LONG = """
import keras, numpy as np
keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input((16,)), keras.layers.Dense(64), keras.layers.Dense(1)])
model.compile("sgd", "mse")
x = np.random.rand(3200, 16)
model.fit(x, x.sum(axis=1), epochs=100000, batch_size=32, verbose=0)
print("saved on", keras.backend.backend())
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_it_prints_and_trains_what_it_does_under_python(stage: Stage, backend: str) -> None:
    put_in_order(stage)
    stage.environment["KERAS_BACKEND"] = backend
    functional, batches = both_ways(stage, [FUNCTIONAL, ON_BATCHES])
    for both in (functional, batches):
        assert both.alone.exit_code == both.as_lane.exit_code == 0, both.run.told()
        assert both.as_lane.printed == both.alone.printed
        assert both.as_lane.written == both.alone.written
        assert not [one for one in both.run.lane(both.lane) if isinstance(one, Remark)]
        imported = [one for one in both.run.lane(both.lane) if isinstance(one, Imported)][-1]
        assert backend in imported.versions
        assert "tensorflow" not in imported.versions
        assert both.report.backend.endswith(imported.versions[backend])
    run = functional.run
    epochs = [one for one in run.lane("a") if isinstance(one, Epoch)]
    assert [one.steps for one in epochs] == [16] * 4
    assert [one.loss for one in epochs] == functional.as_lane.written["loss"]
    validations = [one for one in run.lane("a") if isinstance(one, Validation)]
    assert [one.metrics["loss"] for one in validations] == functional.as_lane.written["val_loss"]
    assert (functional.report.steps, functional.report.samples, batches.report.steps) == (64, 1024, 50)


@pytest.mark.parametrize("backend", ["jax", pytest.param("torch", marks=pytest.mark.slow)])
def test_a_pause_is_acknowledged_once_nothing_is_under_way(
    stage: Stage, tmp_path: Path, backend: str
) -> None:
    (tmp_path / "long.py").write_text(LONG)
    preset = tmp_path / "mine.toml"
    preset.write_text(f'title = "x"\n[script]\npath = "long.py"\n[fit]\nbackend = "{backend}"\n')
    viewer = stage.headless(str(preset), "--no-probe")
    run = viewer.run
    run.trains("a")
    ask(run.folder, Request(ask="pause"))
    paused = run.lane_record("a", Paused)
    told = [one for one in run.lane("a") if isinstance(one, Progress)]
    assert (told[-1].step, sum(one.steps for one in told)) == (paused.step, paused.step)
    assert isinstance(run.lane("a")[-1], Paused)
    ask(run.folder, Request(ask="resume"))
    run.lane_record("a", Progress, lambda one: one.step > paused.step)
    ask(run.folder, Request(ask="window", lane="a", seconds=0.5))
    window = run.lane_record("a", Window)
    assert window.complete
    assert window.steps > 3
    ask(run.folder, Request(ask="stop", by="test"))
    assert viewer.wait() == 130
    assert (run.ended("a").status, run.ended("a").exit_code) == ("stopped", 0)
    assert run.folder.lane_log("a").read_text().endswith(f"saved on {backend}\n")


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_steps_bound_every_fit_exactly(stage: Stage, tmp_path: Path, backend: str) -> None:
    (tmp_path / "long.py").write_text(LONG)
    stage.environment["KERAS_BACKEND"] = backend
    viewer = stage.headless(str(tmp_path / "long.py"), "--steps", "250", "--no-probe")
    assert viewer.wait() == 0, viewer.run.told()
    run = viewer.run
    told = [one for one in run.lane("a") if isinstance(one, Progress)]
    assert (told[-1].step, sum(one.steps for one in told)) == (250, 250)
    assert [one.fit for one in run.lane("a") if isinstance(one, Built)] == [1]
    assert run.ended("a").status == "completed"
