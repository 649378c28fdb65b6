"""Models and data that functions of a person's own make train as lanes: every kind, alone and in turns."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.process.equipment import Stage
from tests.process.lone_worker import CPU, LoneWorker, both_in_one, lone_worker
from tests.process.own_presets import WAVES, place_in, told_by, written
from training.control.client import ask
from training.control.protocol import Request
from training.description import kept_description
from training.launch import LaunchRequest, make_plan, plan_lanes
from training.plan import LANES, Limits
from training.preset import load_preset
from training.record.contention_records import SoloSpan
from training.record.lane_records import Built, Checkpoint, Epoch, Error, Finished, Paused, Warm, Window
from training.record.run_folder import RunFolder

BUILD, DATA = "waves/my_models.py:build", "more_data.py:numbers"
BCE, MSE = 'loss = "binary_crossentropy"', 'loss = "mse"'
MODEL = f"entry = '{WAVES}/my_models.py:compiled'\nwidth = 4\ndepth = 1"
WAVE_DATA = f"entry = '{WAVES}/my_data.py:"
SIXTY = "samples = 96"

GOOD: dict[str, tuple[str, str, str]] = {
    "arrays": (MODEL, f"{WAVE_DATA}load'\n{SIXTY}", "batch_size = 16\nvalidation_split = 0.25"),
    "arrays-and-validation": (BUILD, f"{WAVE_DATA}with_validation'\n{SIXTY}", BCE),
    "dataset": (MODEL, f"{WAVE_DATA}dataset'\n{SIXTY}", ""),
    "items": (MODEL, f"{WAVE_DATA}items'\nbatches = 3", ""),
    "generator": (MODEL, f"{WAVE_DATA}stream'\nsteps = 3", ""),
    "unknown-length": (MODEL, "more_data.py:of_unknown_length", ""),
    "endless": ("more_models.py:not_built", "more_data.py:endless", 'loss = "mse"'),
    "generators": (MODEL, "more_data.py:with_batches_held_back", ""),
    "several-inputs": ("more_models.py:two_inputs", "more_data.py:named", ""),
    "weights": (MODEL, "more_data.py:weighted", "batch_size = 16\nvalidation_split = 0.25"),
    "weights-and-validation": (BUILD, "more_data.py:weighted_with_validation", f'{MSE}\nmetrics = ["mae"]'),
    "weights-dataset": (MODEL, "more_data.py:weighted_dataset", ""),
    "weights-items": (MODEL, "more_data.py:weighted_items", ""),
    "weights-stream": (MODEL, "more_data.py:weighted_stream", ""),
    "weights-of-classes": (
        'name = "mlp"\nhidden = [4]',
        "more_data.py:weighted_classes",
        'loss = "sparse_categorical_crossentropy"\nvalidation_split = 0.25',
    ),
    "weights-of-places": ('name = "autoencoder"\nfilters = [4]', "more_data.py:weighted_places", MSE),
    "no-weights": (MODEL, "more_data.py:without_weights", ""),
    "own-step": ("more_models.py:own_step", "more_data.py:numbers", ""),
    "shipped-model": (
        'name = "mlp"\nhidden = [4]',
        "more_data.py:classes",
        'loss = "sparse_categorical_crossentropy"\nmetrics = ["accuracy"]',
    ),
    "shipped-data": (
        f"entry = '{WAVES}/my_models.py:build'\nlength = 10",
        'name = "tabular-binary"\nsamples = 96\nfeatures = 10',
        f"{BCE}\nvalidation_split = 0.25",
    ),
}
SIZES: dict[str, tuple[int, int | None, int | None, int | None]] = {
    "arrays": (16, 5, 72, 24),
    "arrays-and-validation": (32, 3, 96, 24),
    "dataset": (32, 3, None, 0),
    "items": (32, 3, None, 0),
    "generator": (32, 3, None, 0),
    "unknown-length": (32, None, None, 0),
    "endless": (32, 3, None, 0),
    "generators": (32, 3, None, None),
    "several-inputs": (32, 3, 96, 0),
    "weights": (16, 5, 72, 24),
    "weights-and-validation": (32, 3, 96, 24),
    "weights-dataset": (32, 3, None, 24),
    "weights-items": (32, 3, None, 0),
    "weights-stream": (32, 3, None, 0),
    "weights-of-classes": (32, 3, 72, 24),
    "weights-of-places": (32, 3, 96, 0),
    "no-weights": (32, 3, 96, 0),
    "own-step": (32, 3, 96, 0),
    "shipped-model": (32, 3, 96, 0),
    "shipped-data": (32, 3, 72, 24),
}
"""Samples of a batch, steps of an epoch, samples to train on and to validate with."""


ALWAYS = ("arrays-and-validation", "dataset", "items", "generator", "unknown-length", "own-step", "weights")
ARRAYS = {
    *("arrays", "arrays-and-validation", "several-inputs", "own-step", "shipped-model", "shipped-data"),
    *("weights", "weights-and-validation", "weights-of-classes", "weights-of-places", "no-weights"),
}
"""Those that Keras's own `fit` takes as they are."""
REST = tuple(name for name in GOOD if name not in ALWAYS)


@pytest.fixture(scope="module")
def always(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return trained(tmp_path_factory.mktemp("always"), *ALWAYS)


@pytest.fixture(scope="module")
def rest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    return trained(tmp_path_factory.mktemp("rest"), *REST)


def trained(folder: Path, *names: str) -> dict[str, dict[str, Any]]:
    """What the trial tells of these."""
    return told_by("tests.process.entries_trial", *(written(folder, name, *GOOD[name]) for name in names))


@pytest.mark.slow
@pytest.mark.parametrize("name", ALWAYS)
def test_it_trains_in_turns_as_in_fit_and_steps_on_one_batch_leave_no_trace(
    always: dict[str, dict[str, Any]], name: str
) -> None:
    _trains_as_it_should(always[name], name)


@pytest.mark.slow
@pytest.mark.parametrize("name", REST)
def test_so_does_the_rest(rest: dict[str, dict[str, Any]], name: str) -> None:
    _trains_as_it_should(rest[name], name)


def _trains_as_it_should(told: dict[str, Any], name: str) -> None:
    fit, steps = told["in fit"], told["in steps"]
    assert fit["sizes"] == list(SIZES[name])
    assert fit["calls"] == steps["calls"]
    assert fit["history"] == steps["history"]
    assert fit["weights"] == steps["weights"]
    assert fit["weighted"] == name.startswith("weights")
    keras = told["in keras"]
    if keras:
        assert (keras["calls"], keras["history"], keras["weights"]) == (
            fit["calls"],
            fit["history"],
            fit["weights"],
        )
    assert bool(keras) == (name in ARRAYS)
    assert (fit["epochs"], fit["ran_dry"], steps["ran_dry"]) == (3, "", "")
    assert fit["steps"] == steps["steps"] == 3 * (SIZES[name][1] or 3)
    assert fit["samples"] == 3 * (SIZES[name][2] or 96)
    if name == "own-step":
        assert fit["windows"] == [False, False]
        assert "not timed on one batch at hand: the model has a train_step of its own" in fit["said"][0]
    else:
        assert (fit["windows"], fit["said"]) == ([True, True], [])


# In processes of their own --------------------------------------------------------------------------------------


def test_a_lane_runs_to_its_end_beside_one_that_fails_with_that_line(stage: Stage, tmp_path: Path) -> None:
    wrong = written(tmp_path, "wrong", "wrong_models.py:fails_in_step", DATA)
    viewer = stage.headless(str(WAVES / "waves.toml"), str(wrong), "--epochs", "2", "--no-probe")
    assert viewer.wait() == 1
    built = viewer.run.lane_record("a", Built)
    assert (built.steps_per_epoch, built.train_samples, built.planned_steps) == (50, 1600, 100)
    finished = viewer.run.lane_record("a", Finished)
    assert (finished.status, finished.step, finished.epochs) == ("completed", 100, 2)
    assert finished.model_path is not None
    assert Path(finished.model_path).is_file()

    place = place_in("wrong_models.py", 'return {"loss": self(x) - undefined')
    error = viewer.run.lane_record("b", Error)
    assert error.message == f"{place}: NameError: name 'undefined' is not defined"
    log = viewer.run.folder.lane_log("b").read_text(encoding="utf-8")
    assert "Traceback (most recent call last)" in log
    assert "self(x) - undefined" in log
    assert place in viewer.out


def test_checking_with_run_says_what_a_step_takes_and_what_is_wrong(stage: Stage, tmp_path: Path) -> None:
    wrong = written(tmp_path, "wrong", "wrong_models.py:fails_inside", DATA, MSE)
    weighted = written(tmp_path, "weighted", *GOOD["weights-and-validation"])
    done = stage.command("presets", "check", "--run", str(WAVES / "waves.toml"), str(weighted), str(wrong))
    assert done.returncode == 2
    assert done.stdout.startswith(f"ok  {WAVES}/waves.toml  8 385 parameters, ")
    assert f"\nok  {weighted}  " in done.stdout
    assert " ms a step of 32, peak " in done.stdout
    (line,) = done.stderr.splitlines()
    place = place_in("wrong_models.py", "return keras.Sequential([keras.layers.Dense(sizes")
    assert line == f"dualtrain-tui: {wrong}: {place}: IndexError: list index out of range"
    # what only Keras can tell is known from now on
    description = kept_description(load_preset(WAVES / "waves.toml"))
    assert description is not None
    assert (description.parameters, description.steps_per_epoch, description.layers) == (8385, 50, 3)
    of_weighted = kept_description(load_preset(weighted))
    assert of_weighted is not None
    assert of_weighted.steps_per_epoch == 3
    assert description.activation_bytes_estimate == 32 * (64 + 64 + 1) * 4


def test_in_one_process_lanes_of_ones_own_pause_stop_and_write_checkpoints(tmp_path: Path) -> None:
    a = written(tmp_path, "a", *GOOD["unknown-length"])
    b = written(tmp_path, "b", *GOOD["own-step"])
    plan = both_in_one((str(a), str(b)), ("a.fit.steps=10", "b.fit.epochs=100000"))
    with lone_worker(tmp_path / "run", plan) as worker:
        for lane in LANES:
            worker.tell("warm_up", lane)
            worker.lane_record(lane, Warm)
        worker.tell("release")
        worker.tell("pause", "b")
        paused = worker.lane_record("b", Paused)
        finished = worker.lane_record("a", Finished)
        assert (finished.status, finished.step, finished.reason) == ("completed", 10, "steps")
        built = worker.lane_record("a", Built)
        assert (built.steps_per_epoch, built.train_samples, built.planned_steps) == (None, None, 10)
        assert [one.steps for one in worker.lane("a") if isinstance(one, Epoch)] == [3, 3, 3, 1]
        worker.tell("checkpoint", "b")
        worker.tell("resume", "b")
        worker.tell("window", "b", id=7, cached_batch=True, steps=5, seconds=0.0)
        window = worker.lane_record("b", Window)
        assert (window.complete, window.steps) == (False, 0)
        assert worker.lane_record("b", Checkpoint).error is None
        worker.trains("b", beyond_step=paused.step + 10)
        worker.tell("stop", "b", reason="enough")
        assert worker.wait() == 0
        assert worker.lane_record("b", Finished).reason == "enough"
        assert "not timed on one batch at hand" in worker.folder.lane_log("b").read_text(encoding="utf-8")


@pytest.mark.slow
def test_data_that_end_too_soon_end_the_lane_and_say_so(tmp_path: Path) -> None:
    path = written(tmp_path, "short", MODEL, "more_data.py:that_ends", "epochs = 4")
    with one_lane(tmp_path / "run", path) as worker:
        assert worker.wait() == 1
        error = worker.lane_record("a", Error)
        assert (error.kind, error.step) == ("bad-data", 5)
        assert error.message == "The data ran out at step 5: epoch 2 had 2 of its 3 steps"


def test_modules_called_as_ours_are_the_users_and_the_model_says_so(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "like-ours",
        "names_like_ours/my_models.py:build",
        'name = "tabular-regression"\nfeatures = 4',
        MSE,
    )
    with one_lane(tmp_path / "run", path, steps=5) as worker:
        assert worker.wait() == 0, worker.told()
        finished = worker.lane_record("a", Finished)
        assert finished.model_path is not None
        with zipfile.ZipFile(finished.model_path) as archive:
            config = archive.read("config.json").decode()
        assert '"module": "training.layers", "class_name": "Doubled"' in config


@contextmanager
def one_lane(path: Path, preset: Path, **limits: Any) -> Iterator[LoneWorker]:
    """One worker with one lane, which is given everything it waits for."""
    lanes = plan_lanes(LaunchRequest({"a": str(preset)}))
    plan = make_plan("test", lanes, CPU, "together", Limits(**limits))
    with lone_worker(path, plan, ("a",)) as worker:
        worker.tell("warm_up")
        worker.tell("release")
        yield worker


@pytest.mark.slow
def test_adaptive_probes_and_a_stop_work_with_lanes_of_ones_own(stage: Stage, tmp_path: Path) -> None:
    generator = written(tmp_path, "generator", *GOOD["generator"])
    unknown = written(tmp_path, "unknown", *GOOD["unknown-length"])
    overrides = ("a.fit.epochs=100000", "b.fit.epochs=100000")
    run = stage.launch(
        LaunchRequest(
            {"a": str(generator), "b": str(unknown)}, device="cpu", sharing="adaptive", overrides=overrides
        )
    )
    run.event(SoloSpan, lambda record: record.lane == "a")
    run.event(SoloSpan, lambda record: record.lane == "b")
    ask(RunFolder(run.folder.path), Request(ask="stop", by="the test"))
    for lane in LANES:
        assert run.ended(lane).status == "stopped"
