"""Where scripts and programs end: at their length, on request, and what of them counts up to there."""

from __future__ import annotations

import json
import time
from pathlib import Path

from tests.process.equipment import Stage, wait_for
from tests.process.script_trial import SCRIPTS, put_in_order
from training.analysis.report import read_report
from training.control.client import ask
from training.control.protocol import Request
from training.launch import LaunchRequest
from training.plan import Lane, Limits
from training.record.event_records import Ended, Signalled
from training.record.lane_records import Started
from training.record.script_records import Limit, Remark


def test_a_program_that_is_ended_at_its_length_has_completed(stage: Stage) -> None:
    viewer = stage.headless("--exec", "sleep 600", "--minutes", "0.01")
    assert viewer.wait() == 0, viewer.run.told()
    ended = viewer.run.ended("a")
    assert (ended.status, ended.message) == ("completed", "minutes")
    assert viewer.run.lane_record("a", Limit).reached == "minutes"
    assert read_report(viewer.run.folder.report).lanes["a"].status == "completed"


def test_a_loop_of_its_own_that_is_ended_at_its_length_has_completed(stage: Stage, tmp_path: Path) -> None:
    script = tmp_path / "loop.py"
    script.write_text(
        "import keras\nimport numpy as np\n"
        "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\nmodel.compile('sgd', 'mse')\n"
        "x, y = np.ones((8, 2)), np.ones(8)\nwhile True:\n    model.train_on_batch(x, y)\n"
    )
    put_in_order(stage)
    limits = Limits(steps=20, stop_s=1.0)
    request = LaunchRequest({"a": str(script)}, device="cpu", limits=limits, run_dir=tmp_path / "run")
    run = stage.launch(request)
    ended = run.ended("a")
    assert (ended.status, ended.message) == ("completed", "steps")
    run.event(Ended)
    report = read_report(run.folder.report)
    assert report.outcome == "completed"
    assert report.lanes["a"].steps >= 20


def test_neither_a_fit_beside_nor_one_after_its_length_counts(stage: Stage, tmp_path: Path) -> None:
    script = tmp_path / "fits.py"
    script.write_text(
        """
import json, threading
import keras
import numpy as np

def small():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model

class Begins(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        begun.set()

class Starts(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        thread.start()
        begun.wait(60)

keras.utils.set_random_seed(1)
x, y, begun = np.random.rand(32, 2), np.ones(32), threading.Event()
first, second = small(), small()
thread = threading.Thread(
    target=lambda: second.fit(x, y, epochs=2, batch_size=4, verbose=0, callbacks=[Begins()])
)
losses = first.fit(x, y, epochs=9, batch_size=8, verbose=0, callbacks=[Starts()]).history["loss"]
thread.join()
for _ in range(3):
    small().fit(x, y, epochs=5, batch_size=32, validation_data=(x, y), verbose=0)
json.dump(losses, open("losses.json", "w"))
"""
    )
    put_in_order(stage)
    viewer = stage.headless(str(script), "--epochs", "4", cwd=tmp_path)
    assert viewer.wait() == 0, viewer.run.told()
    losses = json.loads((tmp_path / "losses.json").read_text())
    report = read_report(viewer.run.folder.report).lanes["a"]
    assert (report.status, report.steps, report.epochs) == ("completed", 16, 4)
    assert [report.first_loss, report.last_loss] == [losses[0], losses[3]]
    assert "two fits at once" in viewer.run.lane_record("a", Remark).message


def test_a_script_that_can_stop_at_no_step_is_ended_at_once(stage: Stage, tmp_path: Path) -> None:
    lanes: dict[Lane, str] = {"a": f"{SCRIPTS / 'without_keras.py'} 100000 0.02"}
    run = stage.launch(LaunchRequest(lanes, device="cpu", run_dir=tmp_path / "run"))
    run.lane_record("a", Started)
    wait_for("its first line", lambda: "step 1" in run.folder.lane_log("a").read_text(), saw=run.told)
    asked_s = time.monotonic()
    ask(run.folder, Request(ask="stop", by="test"))
    signalled = run.event(Signalled)
    assert (signalled.signal, signalled.why) == ("SIGTERM", "no step at which it could stop")
    assert time.monotonic() - asked_s < Limits().stop_s / 2
    assert run.ended("a").status == "stopped"
    run.event(Ended)


def test_two_scripts_of_one_name_are_told_apart(stage: Stage, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "train.py").write_text("print(1)\n")
    viewer = stage.headless("a/train.py", "./b/train.py", cwd=tmp_path)
    assert viewer.wait() == 0
    report = read_report(viewer.run.folder.report)
    assert [lane.preset for lane in report.lanes.values()] == ["a/train.py", "b/train.py"]
