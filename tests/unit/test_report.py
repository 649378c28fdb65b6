"""`report.json`: every key, whatever the lanes told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.made_runs import append, made_run, plan
from training.analysis.report import Monitor, ReportError, build_report, read_report, write_report
from training.record.device_records import DeviceReading, LaneReading, Sample
from training.record.event_records import LaneEnded, Launched
from training.record.lane_records import Finished
from training.record.run_folder import RunFolder

STARTED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MONITOR = Monitor(cpu_s=0.5, wall_s=20.0, peak_rss_bytes=7)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run whose lane a completed and whose lane b was killed."""
    folder = made_run(tmp_path / "made")
    append(
        folder.events,
        Launched(t=1.0, lane="a", pid=1),
        Launched(t=1.5, lane="b", pid=2),
        LaneEnded(t=9.0, lane="b", status="failed", exit_code=-9, kind="killed", message="m", hint="h"),
        LaneEnded(t=11.0, lane="a", status="completed", exit_code=0),
    )
    append(
        folder.lane_records("a"),
        Finished(t=10.0, status="completed", step=5, samples=20, epochs=1, model_path="m.keras"),
    )
    append(
        folder.device,
        Sample(t=2.0, device=DeviceReading(), lanes={"a": LaneReading(1, 500), "b": LaneReading(2)}),
        Sample(t=3.0, device=DeviceReading(), lanes={"a": LaneReading(1, 900)}),
        Sample(t=4.0, device=DeviceReading(), lanes={"a": LaneReading(1, 400)}),
    )
    return folder


def test_schema_is_the_documented_one(folder: RunFolder) -> None:
    write_report(build_report(folder, plan(), STARTED, MONITOR), folder.report)
    assert json.loads(folder.report.read_bytes()) == {
        "schema": 1,
        "run": "made",
        "started_at": "2026-01-02T03:04:05+00:00",
        "ended_at": "2026-01-02T03:04:25+00:00",
        "sharing": "together",
        "device": {
            "kind": "cpu",
            "name": "CPU",
            "uuid": None,
            "memory_bytes": 1000,
            "mig_of": None,
            "unified": False,
        },
        "lanes": {
            "a": {
                "preset": "seed-binary",
                "status": "completed",
                "exit_code": 0,
                "error": None,
                "steps": 5,
                "epochs": 1,
                "samples": 20,
                "wall_s": 10.0,
                "train_s": 0.0,
                "first_loss": None,
                "last_loss": None,
                "steps_per_s": None,
                "peak_memory_bytes": 900,
                "model_path": "m.keras",
                "trained_on": "",
                "no_gpu": None,
                "need_peak_bytes": None,
                "memory_source": "",
                "memory_estimated": False,
                "device": None,
            },
            "b": {
                "preset": "seed-regression",
                "status": "failed",
                "exit_code": -9,
                "error": {"kind": "killed", "message": "m", "hint": "h", "held": []},
                "steps": 0,
                "epochs": 0,
                "samples": 0,
                "wall_s": 7.5,
                "train_s": 0.0,
                "first_loss": None,
                "last_loss": None,
                "steps_per_s": None,
                "peak_memory_bytes": None,
                "model_path": None,
                "trained_on": "",
                "no_gpu": None,
                "need_peak_bytes": None,
                "memory_source": "",
                "memory_estimated": False,
                "device": None,
            },
        },
        "monitor": {"cpu_s": 0.5, "wall_s": 20.0, "peak_rss_bytes": 7},
        "sharing_asked": "together",
        "why_sharing_changed": "",
        "retry_of": None,
        "device_lost": None,
        "energy_j": None,
        "energy_j_per_1000_samples": None,
        "event_reasons_s": {},
        "others": None,
        "gpu_verdict_void": None,
    }


def test_is_read_again_and_keys_to_come_do_not_matter(folder: RunFolder) -> None:
    report = build_report(folder, plan(), STARTED, MONITOR)
    write_report(report, folder.report)
    assert read_report(folder.report) == report
    assert report.outcome == "failed"
    later = json.loads(folder.report.read_bytes()) | {"verdict": {"is": "together"}}
    folder.report.write_text(json.dumps(later))
    assert read_report(folder.report) == report
    assert not list(folder.path.glob("half-*"))


def test_a_run_nothing_is_known_of_has_a_report_all_the_same(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "made")
    report = build_report(folder, plan(), STARTED, MONITOR)
    assert {lane.status for lane in report.lanes.values()} == {"failed"}
    assert {lane.wall_s for lane in report.lanes.values()} == {0.0}


def test_stopped_outweighs_completed(folder: RunFolder) -> None:
    append(folder.events, LaneEnded(t=12.0, lane="b", status="stopped", exit_code=0))
    assert build_report(folder, plan(), STARTED, MONITOR).outcome == "stopped"


@pytest.mark.parametrize("content", [None, b"", b"{}", b'{"schema":1', b"\xff"])
def test_damage_is_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "report.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ReportError, match="no report that can be read"):
        read_report(path)
