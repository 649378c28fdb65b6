"""The disk fills up under a run and is freed again: the trainings never notice, and the record goes on."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.equipment import Run, Stage, cpu_seconds, wait_for
from training.analysis.history import RunHistory
from training.analysis.report import read_report
from training.control.client import ControlError, ask
from training.control.protocol import Request
from training.launch import LaunchRequest, make_plan, plan_lanes
from training.meters.devices import choose_device, list_devices
from training.plan import LANES, Limits, write_plan
from training.record.event_records import Asked, Ended
from training.record.lane_records import Epoch, Finished, LaneRecord, Progress
from training.record.reader import TailingReader
from training.record.run_folder import make_run_folder
from training.supervisor.start import start_supervisor


@pytest.fixture
def little_disk(tmp_path: Path) -> Iterator[Path]:
    """Two megabytes of room of its own."""
    mount_point = tmp_path / "little"
    mount_point.mkdir()
    try:
        mounting = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "none", mount_point],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        pytest.skip(f"no disk can be mounted here: {error}")
    if mounting.returncode != 0:
        pytest.skip(f"no disk can be mounted here: {mounting.stderr.strip()}")
    yield mount_point
    subprocess.run(["umount", "--lazy", mount_point], check=True)


def _launch(stage: Stage, run_dir: Path) -> Run:
    """As `launch` does, except for the look at the disk, which would refuse so little room."""
    lanes = plan_lanes(LaunchRequest({"a": "seed-binary", "b": "seed-regression"}))
    folder = make_run_folder(run_dir)
    device = choose_device("cpu", list_devices())
    write_plan(make_plan(folder.name, lanes, device, "together", Limits(minutes=9)), folder.plan)
    stage.own(start_supervisor(folder))
    return Run(folder.path)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            return


def _ended(run: Run) -> bool:
    """Whether the control socket is closed, which is the last thing before the report."""
    try:
        ask(run.folder, Request(ask="status"))
    except ControlError:
        return True
    return False


def _trains_on(pid: int) -> None:
    """Wait until the process has spent two more seconds of CPU time."""
    spent_s = cpu_seconds(pid)
    wait_for("training to go on", lambda: cpu_seconds(pid) > spent_s + 2)


def _phase(history: RunHistory) -> str:
    history.refresh()
    return history.state().phase


@pytest.mark.slow
def test_record_resumes_and_says_what_is_missing(stage: Stage, little_disk: Path) -> None:
    run = _launch(stage, little_disk / "run")
    for lane in LANES:
        run.trains(lane)
    history = RunHistory(run.folder)
    _fill(little_disk / "filling")
    assert shutil.disk_usage(little_disk).free == 0
    before = {lane: run.steps(lane) for lane in LANES}
    for lane in LANES:
        _trains_on(run.pid(lane))
    history.refresh()
    assert history.is_live
    (little_disk / "filling").unlink()
    for lane in LANES:
        run.trains(lane, beyond_step=before[lane] + 100)
    ask(run.folder, Request(ask="stop"))
    run.event(Ended)
    wait_for("the end to be seen", lambda: _phase(history) == "ended", saw=history.state)
    report = read_report(run.folder.report)
    for lane in LANES:
        told = run.lane(lane)
        finished = next(record for record in told if isinstance(record, Finished))
        assert (report.lanes[lane].status, report.lanes[lane].steps) == ("stopped", finished.step)
        progress = [record for record in told if isinstance(record, Progress)]
        # a record waits where it can, and where one is missing the record says so
        missing_steps = finished.step - sum(record.steps for record in progress)
        assert (missing_steps > 0) == (progress[-1].dropped > 0)
        # what is not dropped came whole, once, and in order
        epochs = [record.epoch for record in told if isinstance(record, Epoch)]
        assert epochs == list(range(1, len(epochs) + 1))
        reader: TailingReader[LaneRecord] = TailingReader(run.folder.lane_records(lane), LaneRecord)
        assert sum(1 for _ in reader.read_new()) == len(told)
        assert reader.damaged_lines <= 3
        assert history.state().lanes[lane].dropped_records == progress[-1].dropped
    stage.wait_until_clean()


@pytest.mark.slow
def test_run_that_ends_on_a_full_disk_is_not_lost_when_it_is_freed(stage: Stage, little_disk: Path) -> None:
    run = _launch(stage, little_disk / "run")
    for lane in LANES:
        run.trains(lane)
    _fill(little_disk / "filling")
    for _ in range(50):  # what room is left in the pages of the supervisor's own files
        ask(run.folder, Request(ask="window", by="x" * 80))
    ask(run.folder, Request(ask="stop"))
    wait_for("the lanes' end", lambda: _ended(run), saw=run.told)
    history = RunHistory(run.folder)
    history.refresh()
    assert history.is_live
    assert not run.folder.report.exists()
    (little_disk / "filling").unlink()
    run.event(Ended)
    assert [record.what for record in run.events() if isinstance(record, Asked)] == ["window"] * 50 + ["stop"]
    for lane in LANES:
        assert run.ended(lane).status == "failed"
        assert read_report(run.folder.report).lanes[lane].steps > 10
