"""A lane that runs out of the device's memory: who held what, and the next try, which is linked and fits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.process.equipment import Run, Stage, Viewer, wait_for
from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.scenario import GIB, Device, Process, Scenario
from training.plan import read_plan
from training.record.device_records import Sample
from training.record.event_records import LaneEnded, MemoryHolder
from training.record.lane_records import Error

STAND_IN = Path(__file__).parents[1] / "stand_ins" / "out_of_memory"
FOREIGN = 999_999_999
"""No process of this machine: PIDs end below."""
HELD = {"a": 14 * GIB, "b": 6 * GIB}


def _launch(stage: Stage, driver: SimulatedDriver, folder: Path, **environment: str) -> Viewer:
    """A pair whose lane A, of batch 32, fills the device once it is seen to hold it with lane B and another."""
    full = folder / "full"
    stage.environment |= driver.environment | environment
    stage.environment |= {"PYTHONPATH": str(STAND_IN), "STAND_IN_FULL_WHEN": str(full)}
    arguments = ("--steps", "400", "--set", "b.fit.batch_size=16", "--json")
    viewer = stage.headless("seed-binary", "seed-regression", *arguments, device="gpu")
    lanes = tuple(Process(viewer.run.pid(lane), HELD[lane]) for lane in ("a", "b"))
    device = Device(memory_used_bytes=23 * GIB, processes=(*lanes, Process(FOREIGN, 2 * GIB)))
    driver.play(Scenario(devices=(device,)))
    wait_for("a sample with both lanes' memory", lambda: _seen(viewer.run), saw=viewer.run.told)
    full.touch()
    return viewer


def _seen(run: Run) -> bool:
    return any(
        {lane: reading.memory_bytes for lane, reading in sample.lanes.items()} == HELD
        for sample in run.device()
        if isinstance(sample, Sample)
    )


def _held(ended: LaneEnded) -> set[tuple[str, int | None]]:
    return {(holder.who, holder.memory_bytes) for holder in ended.held}


@pytest.mark.slow
def test_memory_runs_out_and_the_next_try_fits(
    stage: Stage, simulated_driver: SimulatedDriver, tmp_path: Path
) -> None:
    viewer = _launch(stage, simulated_driver, tmp_path)
    assert viewer.wait() == 1, viewer.err
    lanes = json.loads(viewer.out)["lanes"]
    assert lanes["a"]["error"]["kind"] == "out-of-memory"
    assert "OOM when allocating" in lanes["a"]["error"]["message"]
    assert lanes["b"]["status"] == "completed"
    told = viewer.run.ended("a")
    assert {("a", 14 * GIB), ("b", 6 * GIB), ("others", 2 * GIB)} <= _held(told)
    assert MemoryHolder("b", 6 * GIB, viewer.run.pid("b")) in told.held

    offered = stage.command("retry", viewer.run.folder.name, "--list").stdout
    assert [line.split()[0] for line in offered.splitlines()] == ["batch", "cap", "sequential", "again"]

    again = stage.command(
        "retry", viewer.run.folder.name, "--headless", "--json", "--run-dir", str(tmp_path / "again")
    )
    assert again.returncode == 0, again.stderr
    assert "half the batch size (lane A: 16 instead of 32)" in again.stderr
    assert {lane["status"] for lane in json.loads(again.stdout)["lanes"].values()} == {"completed"}
    plan = read_plan(tmp_path / "again" / "plan.json")
    first = read_plan(viewer.run.folder.plan)
    assert plan.retry_of == first.run
    assert [lane.preset.fit.batch_size for lane in plan.lanes.values()] == [16, 16]
    assert (plan.device.uuid, plan.limits) == (first.device.uuid, first.limits)


@pytest.mark.slow
def test_a_process_that_dies_of_it_is_named_by_its_last_words(
    stage: Stage, simulated_driver: SimulatedDriver, tmp_path: Path
) -> None:
    viewer = _launch(stage, simulated_driver, tmp_path, STAND_IN_DIES="1")
    assert viewer.wait() == 1, viewer.err
    told = viewer.run.ended("a")
    assert (told.kind, told.exit_code) == ("out-of-memory", -6)
    assert ("b", 6 * GIB) in _held(told)
    assert not any(isinstance(record, Error) for record in viewer.run.lane("a"))
