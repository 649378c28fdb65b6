"""What earlier runs tell: of the same preset on the same device with the same versions, kept when they are deleted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.app.pick_world import preset
from training.analysis import earlier_runs
from training.analysis.earlier_runs import read_earlier_runs
from training.analysis.measurements import installed_versions
from training.analysis.report import LaneReport, Monitor, Report, ReportedDevice, write_report
from training.plan import Lane, LanePlan, Limits, Plan, PlannedDevice, write_plan
from training.record.measurement_store import KEPT_OF_EACH, read_kept, store_path
from training.record.run_folder import RunFolder

CPU = PlannedDevice("cpu", "Test CPU")
ONE, OTHER = preset(seed=1), preset(seed=2)


def lane_report(**changes: Any) -> LaneReport:
    told: dict[str, Any] = {
        "preset": "one",
        "status": "completed",
        "exit_code": 0,
        "error": None,
        "steps": 100,
        "epochs": 4,
        "samples": 3200,
        "wall_s": 9.0,
        "train_s": 4.0,
        "first_loss": 1.0,
        "last_loss": 0.5,
        "steps_per_s": 25.0,
        "peak_memory_bytes": 1000,
        "model_path": None,
    }
    return LaneReport(**{**told, **changes})


def a_run(
    folder: Path,
    name: str,
    *,
    device: PlannedDevice = CPU,
    limits: Limits | None = None,
    versions: dict[str, str] | None = None,
    **b: Any,
) -> RunFolder:
    run = RunFolder(folder / name)
    run.path.mkdir()
    lanes: dict[Lane, LanePlan] = {
        "a": LanePlan("one", "shipped", ONE),
        "b": LanePlan("other", "shipped", OTHER),
    }
    plan = Plan(name, lanes, device, limits=limits or Limits(), versions=versions or installed_versions())
    write_plan(plan, run.plan)
    reported = ReportedDevice(device.kind, device.name, device.uuid, device.memory_bytes)
    reports: dict[Lane, LaneReport] = {"a": lane_report(), "b": lane_report(preset="other", **b)}
    monitor = Monitor(1.0, 9.0, 1)
    write_report(
        Report(name, "2026-01-01T10:00:00", f"2026-01-0{name[-1]}", "together", reported, reports, monitor),
        run.report,
    )
    return run


def test_a_run_tells_of_both_its_presets(tmp_path: Path) -> None:
    told = read_earlier_runs([a_run(tmp_path, "r1", status="failed", train_s=1.5)])
    [of_one], [of_other] = told.of(ONE, CPU), told.of(OTHER, CPU)
    assert (of_one.run, of_one.beside, of_one.is_whole, of_one.peak_memory_bytes) == (
        "r1",
        "other",
        True,
        1000,
    )
    assert (of_other.beside, of_other.is_whole, of_other.train_s) == ("one", False, 1.5)


def test_another_preset_or_another_device_is_not_told_of(tmp_path: Path) -> None:
    gpu = PlannedDevice("gpu", "GPU", uuid="GPU-1")
    told = read_earlier_runs([a_run(tmp_path, "r1"), a_run(tmp_path, "r2", device=gpu)])
    assert [run.run for run in told.of(ONE, CPU)] == ["r1"]
    assert [run.run for run in told.of(ONE, gpu)] == ["r2"]
    assert told.of(ONE, PlannedDevice("gpu", "GPU", uuid="GPU-2")) == ()
    assert told.of(preset(seed=3), CPU) == ()


def test_a_limited_run_is_not_whole(tmp_path: Path) -> None:
    [run] = read_earlier_runs([a_run(tmp_path, "r1", limits=Limits(steps=5))]).of(ONE, CPU)
    assert not run.is_whole


def test_a_lane_that_never_took_a_step_tells_nothing(tmp_path: Path) -> None:
    assert read_earlier_runs([a_run(tmp_path, "r1", steps=0)]).of(OTHER, CPU) == ()


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"schema": 99}', "\x00"])
def test_damaged_and_missing_files_hide_no_other_run(tmp_path: Path, damage: str) -> None:
    bad_plan, bad_report, no_report, good = (a_run(tmp_path, name) for name in ("r4", "r3", "r2", "r1"))
    bad_plan.plan.write_text(damage)
    bad_report.report.write_text(damage)
    no_report.report.unlink()
    gone = RunFolder(tmp_path / "gone")
    told = read_earlier_runs([gone, bad_plan, bad_report, no_report, good])
    assert [run.run for run in told.of(ONE, CPU)] == ["r1"]


def test_newest_first_and_no_more_than_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(earlier_runs, "NEWEST_RUNS", 2)
    looked_at: list[str] = []

    def folders() -> Iterator[RunFolder]:
        for name in ("r3", "r2", "r1"):
            looked_at.append(name)
            yield a_run(tmp_path, name)

    assert [run.run for run in read_earlier_runs(folders()).of(ONE, CPU)] == ["r3", "r2"]
    assert looked_at == ["r3", "r2"]


def test_other_versions_are_not_told_of_but_that_there_were_some(tmp_path: Path) -> None:
    told = read_earlier_runs([a_run(tmp_path, "r1", versions={"tensorflow": "1.0", "keras": "1.0"})])
    assert told.of(ONE, CPU) == ()
    assert told.has_other_versions(ONE, CPU)
    assert not told.has_other_versions(preset(seed=3), CPU)
    assert not read_earlier_runs([a_run(tmp_path, "r2")]).has_other_versions(ONE, CPU)


def test_what_was_read_once_is_kept_once_and_outlives_its_run(tmp_path: Path) -> None:
    run = a_run(tmp_path, "r1")
    first = read_earlier_runs([run])
    kept = store_path().read_bytes()
    assert read_earlier_runs([run]) == first
    assert store_path().read_bytes() == kept
    shutil.rmtree(run.path)
    assert read_earlier_runs([]) == first


def test_a_folder_that_was_used_again_is_another_run(tmp_path: Path) -> None:
    run = a_run(tmp_path, "r1")
    read_earlier_runs([run])
    report = run.report.read_text().replace("2026-01-01T10:01:00", "").replace("2026-01-01", "2026-01-09")
    run.report.write_text(report)
    assert [one.at for one in read_earlier_runs([run]).of(ONE, CPU)] == ["2026-01-09", "2026-01-01"]


def test_no_more_of_one_thing_is_kept_than_is_ever_asked_for(tmp_path: Path) -> None:
    runs = [a_run(tmp_path, f"r{n:02}") for n in range(KEPT_OF_EACH + 3, 0, -1)]
    assert len(read_earlier_runs(runs).of(ONE, CPU)) == KEPT_OF_EACH + 3
    assert len(read_kept()) == 2 * KEPT_OF_EACH
    kept = store_path().read_bytes()
    read_earlier_runs(runs)
    assert store_path().read_bytes() == kept


def test_a_state_directory_that_cannot_be_written_loses_nothing(tmp_path: Path) -> None:
    store_path().parent.parent.mkdir(parents=True, exist_ok=True)
    store_path().parent.write_text("a file in its place")
    assert len(read_earlier_runs([a_run(tmp_path, "r1")]).of(ONE, CPU)) == 1


def test_the_digest_of_a_plan_that_was_written_is_that_of_the_preset(tmp_path: Path) -> None:
    run = a_run(tmp_path, "r1")
    assert msgspec.json.decode(run.plan.read_bytes(), type=Plan).lanes["a"].preset == ONE
