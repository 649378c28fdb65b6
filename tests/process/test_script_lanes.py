"""Scripts and programs beside each other and beside presets: pause without steps, losses from a log, another Python."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.process.equipment import COMMAND, Run, Stage, process_state, wait_for
from tests.process.script_trial import SCRIPTS, put_in_order
from training.analysis.report import read_report
from training.control.client import ControlError, ask
from training.control.protocol import Request
from training.launch import LaunchRequest
from training.plan import Lane, Limits
from training.record.event_records import CleanedUp, Ended, Note, ProcessContinued, ProcessStopped, ScalarRead
from training.record.lane_records import Imported, Paused, Progress, Released
from training.record.liveness import read_facts
from training.record.script_records import Telemetry

WITHOUT_KERAS = SCRIPTS / "without_keras.py"
LIMITS = Limits(no_step_s=0.5, stop_s=1.0)


def launched(stage: Stage, tmp_path: Path, **presets: str) -> Run:
    """A run on the CPU that knows within half a second that a script shows no steps."""
    lanes: dict[Lane, str] = {lane: presets[lane] for lane in ("a", "b") if lane in presets}
    return stage.launch(LaunchRequest(lanes, device="cpu", limits=LIMITS, run_dir=tmp_path / "run"))


def supervisor_pid(run: Run) -> int:
    facts = read_facts(run.folder)
    assert facts is not None
    return facts.pid


def test_a_script_without_steps_is_paused_as_processes(stage: Stage, tmp_path: Path) -> None:
    run = launched(stage, tmp_path, a=f"{WITHOUT_KERAS} 100000 0.02", b="exec:sleep 600")
    run.lane_record("a", Telemetry, lambda told: told.steps == "none")
    ask(run.folder, Request(ask="pause", lane="a"))
    run.event(ProcessStopped, lambda told: told.lane == "a")
    pid = run.pid("a")
    wait_for("the stop", lambda: process_state(pid) == "T", saw=run.told)
    for asked, told in (
        ("probe", "shows none that can be timed"),
        ("checkpoint", "its checkpoints are its own"),
    ):
        with pytest.raises(ControlError, match=told):
            ask(run.folder, Request(ask=asked, lane=None if asked == "probe" else "a"))  # type: ignore[arg-type]
    ask(run.folder, Request(ask="resume", lane="a"))
    continued = run.event(ProcessContinued, lambda told: told.lane == "a")
    assert continued.stopped_s > 0
    wait_for("its going on", lambda: process_state(pid) in "SR", saw=run.told)
    ask(run.folder, Request(ask="pause", lane="a"))
    run.nth_event(ProcessStopped, 1)
    ask(run.folder, Request(ask="stop", by="test"))
    assert run.ended("a").status == run.ended("b").status == "stopped"
    run.event(Ended)
    report = read_report(run.folder.report)
    assert report.contention is not None
    assert report.contention.because == "no step telemetry in lane A and B: nothing could be timed"
    assert {lane.step_telemetry for lane in report.lanes.values()} == {"none"}
    assert all(lane.peak_memory_bytes for lane in report.lanes.values())
    assert run.event(CleanedUp).left_pids == ()


def test_a_preset_does_not_wait_for_steps_that_may_never_come(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "--exec", "sleep 600", "--steps", "40")
    released = viewer.run.lane_record("a", Released)
    assert released.step == 3
    assert viewer.run.ended("a").status == "completed"
    viewer.signal(signal.SIGINT)
    assert viewer.wait() == 130


def test_nobody_waits_for_a_script_that_made_itself_another_program(stage: Stage, tmp_path: Path) -> None:
    script = tmp_path / "becomes.py"
    script.write_text("import os\nos.execvp('sleep', ['sleep', '600'])\n")
    run = launched(stage, tmp_path, a=str(script), b="seed-binary")
    note = run.event(Note, lambda note: note.lane == "a")
    assert "became another program" in note.message
    run.lane_record("b", Released)
    ask(run.folder, Request(ask="pause", lane="a"))
    run.event(ProcessStopped, lambda told: told.lane == "a")
    ask(run.folder, Request(ask="stop", by="test"))
    run.event(Ended)


def test_losses_from_a_log_under_a_preset(stage: Stage, tmp_path: Path) -> None:
    preset = tmp_path / "mine.toml"
    preset.write_text(
        f"title = 'Prints its losses'\n[script]\npath = '{WITHOUT_KERAS}'\nargs = ['60', '0.02']\n"
        "loss_pattern = 'step (?P<step>[0-9]+) loss=(?P<loss>[0-9.]+) error=(?P<error>[0-9.]+)'\n"
    )
    viewer = stage.headless(str(preset))
    assert viewer.wait() == 0
    read = [one for one in viewer.run.events() if isinstance(one, ScalarRead)]
    losses = [one for one in read if one.name == "loss"]
    assert {one.name for one in read} == {"loss", "error"}
    assert losses[-1].step == 60
    assert losses[0].value > losses[-1].value >= 1 / 60
    report = read_report(viewer.run.folder.report).lanes["a"]
    assert (report.first_loss, report.last_loss) == (losses[0].value, losses[-1].value)
    assert "loss" in viewer.out


def test_a_pattern_that_takes_for_ever_holds_nothing_up(stage: Stage, tmp_path: Path) -> None:
    script = tmp_path / "prints.py"
    script.write_text(
        "import time\nfor _ in range(6):\n    print('a' * 60, flush=True)\n    time.sleep(0.7)\n"
    )
    preset = tmp_path / "mine.toml"
    preset.write_text("title = 'x'\n[script]\npath = 'prints.py'\nloss_pattern = '(a+)+$b'\n")
    viewer = stage.headless(str(preset))
    assert viewer.wait() == 0
    assert "takes too long" in viewer.run.event(Note, lambda note: note.lane == "a").message


def test_a_venv_without_dualtrain_runs_a_script(stage: Stage, tmp_path: Path) -> None:
    """In it is Keras and nothing of ours; the runner comes by path."""
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    spec = find_spec("tensorflow")
    assert spec is not None
    assert spec.origin is not None
    (packages,) = (venv / "lib").glob("python3*/site-packages")
    (packages / "theirs.pth").write_text(f"{Path(spec.origin).parents[1]}\n")
    script = tmp_path / "train.py"
    script.write_text(
        "import sys\nprint(sys.prefix)\nimport keras\nimport numpy as np\nkeras.utils.set_random_seed(1)\n"
        "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\nmodel.compile('sgd', 'mse')\n"
        "model.fit(np.ones((8, 2)), np.ones(8), epochs=2, batch_size=2, verbose=0)\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in ('training', 'tui')))\n"
    )
    preset = tmp_path / "mine.toml"
    preset.write_text("title = 'x'\n[script]\npath = 'train.py'\npython = 'venv/bin/python'\n")
    put_in_order(stage)
    viewer = stage.headless(str(preset))
    assert viewer.wait() == 0, viewer.run.told()
    printed = viewer.run.folder.lane_log("a").read_text().splitlines()
    assert [line for line in printed if line in (str(venv), "[]")] == [str(venv), "[]"]
    assert read_report(viewer.run.folder.report).lanes["a"].steps == 8
    told = [record for record in viewer.run.lane("a") if isinstance(record, Imported)]
    assert {"python", "keras", "tensorflow"} <= set(told[-1].versions)


def test_refusals_come_before_anything_is_made(stage: Stage, tmp_path: Path) -> None:
    for arguments, told in (
        (["run", "nowhere.py"], 'script "nowhere.py": there is no such file'),
        (
            ["run", "--exec", "no-such-program 3"],
            "lane a: there is no program no-such-program that can be run",
        ),
        (["run"], "Missing argument 'A'"),
        (["run", "lstm", "lstm", "--exec", "true"], "a run has two lanes, and 3 were named"),
        (["run", str(WITHOUT_KERAS), "--seed", "3"], "lane a: --seed: a script seeds itself"),
        (["run", "lstm", str(WITHOUT_KERAS), "--sharing", "one-process"], "lane b is a script or program"),
        (["run", str(WITHOUT_KERAS), "--set", "a.fit.epochs=2"], "fit.epochs: found 2 beside script"),
        (["bench", "lstm", "exec:true"], "preset b is any program"),
    ):
        done = stage.command(*arguments, "--device", "cpu")
        assert done.returncode == 2, done.stderr
        assert told in done.stderr
    assert not list((stage.home / "dualtrain").glob("runs/*"))


def test_checking_with_run_ends_a_script_behind_its_first_steps(stage: Stage, tmp_path: Path) -> None:
    """What it would write once it has trained is not written."""
    out = tmp_path / "history.json"
    preset = tmp_path / "mine.toml"
    preset.write_text(
        f"title = 'Mine'\n[script]\npath = '{SCRIPTS}/functional.py'\nargs = ['--out', '{out}']\n"
    )
    script = f"{SCRIPTS}/functional.py --out {out} --units many"
    done = stage.command("presets", "check", "--run", str(preset), script)
    assert done.returncode == 2
    assert done.stdout.startswith(f"ok  {preset}  a script: 161 parameters, 3 steps in ")
    assert done.stdout.endswith(" s from its start, then ended, on the CPU\n")
    assert (
        f"{script}: The script ended with exit code 2: functional.py: error: argument --units:" in done.stderr
    )
    assert not out.exists()


def test_presets_tell_of_a_script(stage: Stage, tmp_path: Path) -> None:
    preset = tmp_path / "mine.toml"
    preset.write_text("title = 'Mine'\n[script]\npath = 'train.py'\n")
    checked = stage.command("presets", "check", str(preset))
    assert checked.returncode == 2
    assert f"script: {tmp_path}/train.py is no file that can be read" in checked.stderr
    (tmp_path / "train.py").write_text("print(1)")
    assert stage.command("presets", "check", str(preset)).returncode == 0
    shown = stage.command("presets", "show", str(preset)).stdout
    assert f'script.path               "{tmp_path}/train.py"' in shown
    assert "model.name" not in shown


@pytest.mark.slow
def test_processes_that_are_stopped_do_not_outlive_their_supervisor(stage: Stage, tmp_path: Path) -> None:
    """Nobody is left to continue them: a guard does, and then they end as any lane that nobody owns."""
    run = launched(stage, tmp_path, a=f"{WITHOUT_KERAS} 1000000 0.02")
    run.lane_record("a", Telemetry)
    ask(run.folder, Request(ask="pause", lane="a"))
    run.event(ProcessStopped)
    pid = run.pid("a")
    wait_for("the stop", lambda: process_state(pid) == "T", saw=run.told)
    os.kill(supervisor_pid(run), signal.SIGKILL)
    wait_for("its going on", lambda: process_state(pid) in ("S", "R"), saw=run.told)
    wait_for("its end", lambda: process_state(pid) in ("", "Z"), saw=run.told)


@pytest.mark.slow
def test_a_script_is_held_probed_and_joined_as_a_preset_is(stage: Stage, tmp_path: Path) -> None:
    put_in_order(stage)
    script = tmp_path / "long.py"
    script.write_text(
        "import keras\nimport numpy as np\nkeras.utils.set_random_seed(1)\n"
        "model = keras.Sequential([keras.Input((16,)), keras.layers.Dense(64), keras.layers.Dense(1)])\n"
        "model.compile('sgd', 'mse')\nx = np.random.rand(3200, 16)\n"
        "model.fit(x, x.sum(axis=1), epochs=100000, batch_size=32, verbose=0)\nprint('saved')\n"
    )
    viewer = stage.headless("seed-binary", "--epochs", "100000", "--no-probe")
    run = viewer.run
    run.trains("a")
    joined = subprocess.run(
        [*COMMAND, "join", f"{script}", str(run.folder.path)],
        env=stage.environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert joined.returncode == 0, joined.stderr
    run.trains("b")
    ask(run.folder, Request(ask="pause", lane="b"))
    paused = run.lane_record("b", Paused)
    ask(run.folder, Request(ask="resume", lane="b"))
    run.lane_record("b", Progress, lambda told: told.step > paused.step)
    ask(run.folder, Request(ask="stop", by="test"))
    assert viewer.wait() == 130
    assert (run.ended("b").status, run.ended("b").exit_code) == ("stopped", 0)
    assert run.folder.lane_log("b").read_text().endswith("\nsaved\n")
