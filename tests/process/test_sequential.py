"""A then B, each alone."""

from __future__ import annotations

from tests.process.equipment import Stage
from training.record.device_records import Sample
from training.record.event_records import BarrierOpened, LaneEnded, Launched


def test_second_process_starts_after_the_first_has_ended(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "seed-regression", "--steps", "30", "--sharing", "sequential")
    assert viewer.wait() == 0, viewer.err
    events = viewer.run.events()
    launched = {record.lane: record.t for record in events if isinstance(record, Launched)}
    ended = {record.lane: record.t for record in events if isinstance(record, LaneEnded)}
    assert launched["b"] >= ended["a"]
    opened = [record.lanes for record in events if isinstance(record, BarrierOpened)]
    assert opened == [("a",), ("b",)]
    samples = [record for record in viewer.run.device() if isinstance(record, Sample)]
    assert not any(len(sample.lanes) > 1 for sample in samples)
    assert "completed, sequential on CPU (no GPU used)" in viewer.out


def test_stopping_before_the_second_lane_began_never_launches_it(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "seed-regression", "--minutes", "9", "--sharing", "sequential")
    viewer.run.trains("a")
    assert stage.command("stop", str(viewer.run.folder.path)).returncode == 0
    assert viewer.wait() == 130
    assert viewer.run.ended("b").status == "stopped"
    assert [record.lane for record in viewer.run.events() if isinstance(record, Launched)] == ["a"]
