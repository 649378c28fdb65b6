"""Two seed presets from the command line to the report, together."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.process.equipment import Stage, Viewer
from training.plan import LANES
from training.record.device_records import Sample
from training.record.event_records import BarrierOpened, Began, CleanedUp, Ended, Launched
from training.record.lane_records import Built, Epoch, Finished, Progress, Validation, Warm

LANE_KEYS = {
    "preset", "status", "exit_code", "error", "steps", "epochs", "samples", "wall_s", "train_s", "first_loss",
    "last_loss", "steps_per_s", "peak_memory_bytes", "model_path",
}  # fmt: skip


@pytest.fixture(scope="module")
def pair(shared_stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Viewer:
    """A finished run, started in a folder whose modules bear our names and must not be imported."""
    cwd = tmp_path_factory.mktemp("users-own")
    for package in ("training", "tui"):
        (cwd / package).mkdir()
        (cwd / package / "__init__.py").write_text("raise RuntimeError('not ours')\n")
    for module in ("keras", "numpy", "click", "json", "training_data"):
        (cwd / f"{module}.py").write_text("raise RuntimeError('not ours')\n")
    viewer = shared_stage.headless("seed-binary", "seed-regression", "--steps", "260", "--json", cwd=cwd)
    assert viewer.wait() == 0, viewer.err + viewer.run.told()
    return viewer


@pytest.fixture(scope="module")
def report(pair: Viewer) -> dict[str, Any]:
    """What stdout holds."""
    loaded: dict[str, Any] = json.loads(pair.out)
    return loaded


def test_stdout_is_the_report_alone(pair: Viewer) -> None:
    assert pair.out == pair.run.folder.report.read_text(encoding="utf-8")


def test_report_has_every_key(report: dict[str, Any]) -> None:
    assert set(report) >= {"schema", "run", "started_at", "ended_at", "sharing", "device", "lanes", "monitor"}
    assert report["schema"] == 1
    assert report["sharing"] == "together"
    assert set(report["device"]) >= {"kind", "name", "uuid", "memory_bytes"}
    assert report["device"]["kind"] == "cpu"
    assert set(report["lanes"]) == {"a", "b"}
    assert set(report["monitor"]) >= {"cpu_s", "wall_s", "peak_rss_bytes"}
    for lane in report["lanes"].values():
        assert set(lane) >= LANE_KEYS


def test_both_lanes_did_what_was_asked(report: dict[str, Any]) -> None:
    for lane in report["lanes"].values():
        assert lane["status"] == "completed"
        assert lane["exit_code"] == 0
        assert lane["error"] is None
        assert lane["steps"] == 260
        assert lane["epochs"] == 10
        assert lane["samples"] == 10 * 800 + 10 * 32
        assert 0 < lane["train_s"] < lane["wall_s"] <= report["monitor"]["wall_s"]
        assert lane["steps_per_s"] == pytest.approx((260 - 3) / lane["train_s"], rel=0.01)
        assert lane["last_loss"] < lane["first_loss"]
        assert lane["peak_memory_bytes"] > 100e6


def test_models_and_histories_are_kept(pair: Viewer, report: dict[str, Any]) -> None:
    for name, lane in report["lanes"].items():
        folder = pair.run.folder.path / name
        assert Path(lane["model_path"]) == folder / "model.keras"
        assert {path.name for path in folder.iterdir()} == {
            "model.keras",
            "step-000000260.keras",
            "history.json",
        }
        history = json.loads((folder / "history.json").read_text(encoding="utf-8"))
        assert len(history["loss"]) == 11
        assert len(history["val_loss"]) == 11


def test_models_load_in_plain_keras(pair: Viewer, shared_stage: Stage) -> None:
    """In a process that has nothing of dualtrain, and predict there."""
    code = (
        "import sys, keras, numpy\n"
        "for path in sys.argv[1:]:\n"
        "    model = keras.models.load_model(path)\n"
        "    shape = [size or 4 for size in model.input_shape]\n"
        "    print(model.optimizer.iterations.numpy(), model.predict(numpy.ones(shape), verbose=0).shape[0])\n"
        "assert not {'training', 'tui'} & set(sys.modules)\n"
    )
    models = [str(pair.run.folder.lane_folder(lane) / "model.keras") for lane in LANES]
    environment = shared_stage.environment | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    loaded = subprocess.run(
        [sys.executable, "-P", "-c", code, *models],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout.splitlines() == ["260 4", "260 4"]


def test_what_the_lanes_told_adds_up(pair: Viewer) -> None:
    for lane in LANES:
        told = pair.run.lane(lane)
        progress = [record for record in told if isinstance(record, Progress)]
        assert sum(record.steps for record in progress) == 260
        assert sum(record.steps for record in progress if record.warm_up) == 3
        assert [record.step for record in told if isinstance(record, Warm)] == [3]
        assert sum(record.steps for record in told if isinstance(record, Epoch)) == 260
        assert sum(not record.partial for record in told if isinstance(record, Epoch)) == 10
        assert sum(isinstance(record, Validation) for record in told) == 10
        built = next(record for record in told if isinstance(record, Built))
        assert (built.planned_steps, built.planned_epochs, built.steps_per_epoch) == (260, 11, 25)
        assert isinstance(told[-1], Finished)
        assert told[-1].reason == "steps"


def test_barrier_opens_once_for_both(pair: Viewer) -> None:
    events = pair.run.events()
    assert isinstance(events[1], Began)
    opened = [record for record in events if isinstance(record, BarrierOpened)]
    assert [record.lanes for record in opened] == [("a", "b")]
    assert isinstance(events[-1], Ended)
    assert events[-1].outcome == "completed"


def test_device_is_sampled_with_both_lanes_on_it(pair: Viewer) -> None:
    samples = [record for record in pair.run.device() if isinstance(record, Sample)]
    pids = {record.lane: record.pid for record in pair.run.events() if isinstance(record, Launched)}
    both = [sample for sample in samples if set(sample.lanes) == {"a", "b"}]
    assert {lane: reading.pid for lane, reading in both[0].lanes.items()} == pids
    assert not samples[0].lanes


def test_nothing_is_left(pair: Viewer, shared_stage: Stage) -> None:
    cleaned = next(record for record in pair.run.events() if isinstance(record, CleanedUp))
    assert cleaned.left_pids == ()
    shared_stage.wait_until_clean()


def test_folder_is_private(pair: Viewer) -> None:
    assert stat.S_IMODE(pair.run.folder.path.stat().st_mode) == 0o700
    for path in pair.run.folder.path.rglob("*.jsonl"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_progress_lines_are_plain_without_a_terminal(pair: Viewer) -> None:
    assert "\x1b" not in pair.err
    lines = pair.err.splitlines()
    assert any("A seed-binary" in line and "step 260/260" in line for line in lines)
    assert any("B seed-regression" in line and "completed" in line for line in lines)


def test_run_is_listed_and_reported(pair: Viewer, report: dict[str, Any], shared_stage: Stage) -> None:
    listed = json.loads(shared_stage.command("runs", "--json").stdout)
    assert [(run["run"], run["state"]) for run in listed] == [(report["run"], "completed")]
    again = shared_stage.command("report", "--json")
    assert (again.returncode, again.stdout) == (0, pair.out)
    told = shared_stage.command("report", report["run"]).stdout
    assert "seed-binary: completed" in told


def test_asking_a_finished_run_is_one_sentence(pair: Viewer, shared_stage: Stage) -> None:
    refused = shared_stage.command("stop", str(pair.run.folder.path))
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "has ended already" in refused.stderr
