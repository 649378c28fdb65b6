"""`report.json`: every key, whatever the lanes told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from tests.unit.made_runs import append, made_run, plan
from training.analysis.build_report import build_report
from training.analysis.report import Monitor, ReportError, read_report, write_report
from training.plan import PlannedDevice
from training.record.device_records import DeviceReading, Figure, LaneReading, OtherReading, Sample, Source
from training.record.event_records import DeviceLost, LaneEnded, Launched, MemoryHolder, SharingChanged
from training.record.lane_records import Finished, FrameworkMemory, NoGpu, Progress, Released
from training.record.run_folder import RunFolder
from tui.report_text import report_lines

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
                "threads": {},
                "backend": "",
                "need_peak_bytes": None,
                "memory_source": "",
                "memory_estimated": False,
                "device": None,
                "memory_in": None,
                "step_telemetry": "each",
                "disturbed_share": None,
            },
            "b": {
                "preset": "seed-regression",
                "status": "failed",
                "exit_code": -9,
                "error": {"kind": "killed", "message": "m", "hint": "h", "held": [], "log_tail": []},
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
                "threads": {},
                "backend": "",
                "need_peak_bytes": None,
                "memory_source": "",
                "memory_estimated": False,
                "device": None,
                "memory_in": None,
                "step_telemetry": "each",
                "disturbed_share": None,
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
        "contention": {
            "solo_steps_per_s": {"a": None, "b": None},
            "shared_steps_per_s": {"a": None, "b": None},
            "slowdown": {"a": None, "b": None},
            "stp": None,
            "stp_interval": None,
            "antt": None,
            "fairness": None,
            "speedup": None,
            "interval": None,
            "speedup_whole": None,
            "blocks": 0,
            "excluded": 0,
            "excluded_because": [],
            "probe_cost_s": None,
            "stood_still_s": None,
            "shared_s": None,
            "shared_left_out_s": None,
            "makespan_s": None,
            "sequential_estimate_s": None,
            "verdict": "unknown",
            "because": "the lanes never trained beside each other",
        },
        "limits": [{"name": "not clear", "because": "too little time beside each other was measured"}],
        "others": None,
        "gpu_verdict_void": None,
        "earlier_lanes": {},
        "sharing_changes": [],
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


def _step(t: float, samples: int) -> Progress:
    memory = FrameworkMemory(current_bytes=100, peak_bytes=300 + samples)
    return Progress(t=t, step=samples, samples=samples, epoch=1, epoch_step=1, steps=1, span_s=0.1,
                    framework_memory=memory)  # fmt: skip


def test_a_gpu_runs_report_tells_footprint_need_energy_and_who_else_was_there(tmp_path: Path) -> None:
    made = msgspec.structs.replace(
        plan("made", sharing="mps"),
        device=PlannedDevice("gpu", "GB10", "GPU-1", 1000, unified=True),
        lane_devices={"b": PlannedDevice("gpu", "1g", "MIG-1", 100, mig_of="GPU-1")},
        retry_of="before",
    )
    folder = made_run(tmp_path / "made", made)
    held = (MemoryHolder("a", 5),)
    append(
        folder.events,
        SharingChanged(t=1.0, before="mps", after="together", because="no daemon"),
        LaneEnded(t=30.0, lane="a", status="completed", exit_code=0),
        LaneEnded(t=30.0, lane="b", status="failed", exit_code=1, kind="out-of-memory", held=held),
    )
    for lane in made.lanes:
        append(folder.lane_records(lane), Released(t=5.0, step=0), _step(6.0, 100), _step(25.0, 500))
    append(
        folder.device, Source(t=0.0, figures={"lanes.b.memory_bytes": Figure("nvml", "process", "estimate")})
    )
    for half in range(61):
        reading = DeviceReading(energy_j=50.0 * half, event_reasons=("power cap",) if half < 21 else ())
        others = (OtherReading(7, 50, "job"), OtherReading(8, 60 + half, "\x1b[2J"))
        lanes = {"b": LaneReading(2, 900 - half)}
        append(folder.device, Sample(t=half / 2, device=reading, lanes=lanes, others=others))  # type: ignore[arg-type]
    report = build_report(folder, made, STARTED, MONITOR)
    write_report(report, folder.report)
    assert read_report(folder.report) == report
    assert (report.sharing, report.sharing_asked, report.why_sharing_changed) == (
        "together",
        "mps",
        "no daemon",
    )
    assert report.retry_of == "before"
    assert report.device.unified
    assert report.energy_j == 2000.0
    assert report.energy_j_per_1000_samples == 2000.0
    assert report.event_reasons_s == {"power cap": 10.0}
    assert report.others is not None
    assert (report.others.count, report.others.peak_bytes) == (2, 170)
    assert report.gpu_verdict_void is None
    b = report.lanes["b"]
    assert (b.peak_memory_bytes, b.memory_estimated, b.memory_source, b.need_peak_bytes) == (
        900,
        True,
        "nvml",
        800,
    )
    assert b.device is not None
    assert b.device.mig_of == "GPU-1"
    assert b.error is not None
    assert b.error.held == held
    text = "\n".join(report_lines(report, folder.path))
    for wanted in (
        "not under mps, as was asked, but together: no daemon",
        "energy: 2.00 kJ (whole device), 2000 J",
        "held back: power cap 10.0 s",
        "others: 2 other processes on the device, 170 B at most: job, \\x1b[2J",
        "memory at peak ≈900 B, needed 800 B",
        "held: A 0 MiB",
        "again of: before",
    ):
        assert wanted.replace("2000 J", "2 000 J") in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("on_cpu", "lost", "void"),
    [
        (("a",), False, "no verdict about the GPU: lane a trained on the CPU"),
        (("a", "b"), False, "no verdict about the GPU: both lanes trained on the CPU"),
        ((), True, "no verdict about the GPU: it was lost while the lanes trained"),
        ((), False, None),
    ],
)
def test_what_voids_a_verdict_about_the_gpu(
    tmp_path: Path, on_cpu: tuple[str, ...], lost: bool, void: str | None
) -> None:
    folder = made_run(tmp_path / "made", plan("made", kind="gpu"))
    for lane in on_cpu:
        append(folder.lane_records(lane), NoGpu(t=1.0, why="no driver", remedy="get one"))  # type: ignore[arg-type]
    if lost:
        append(folder.events, DeviceLost(t=3.0, message="gone"))
    report = build_report(folder, plan("made", kind="gpu"), STARTED, MONITOR)
    assert report.gpu_verdict_void == void
    text = "\n".join(report_lines(report, folder.path))
    assert ("TRAINED ON THE CPU: no driver. get one" in text) is bool(on_cpu)
    assert ("GPU LOST: gone" in text) is lost


def test_a_report_of_an_earlier_version_is_read(folder: RunFolder) -> None:
    write_report(build_report(folder, plan(), STARTED, MONITOR), folder.report)
    told = json.loads(folder.report.read_bytes())
    for name in ("sharing_asked", "why_sharing_changed", "retry_of", "device_lost", "energy_j",
                 "energy_j_per_1000_samples", "event_reasons_s", "contention", "limits", "others",
                 "gpu_verdict_void", "earlier_lanes", "sharing_changes"):  # fmt: skip
        del told[name]
    for lane in told["lanes"].values():
        for name in ("need_peak_bytes", "memory_source", "memory_estimated", "device", "memory_in", "trained_on",
                     "no_gpu", "threads"):  # fmt: skip
            del lane[name]
    folder.report.write_text(json.dumps(told))
    report = read_report(folder.report)
    assert report.sharing_asked is None
    assert report.contention is None
    assert report_lines(report, folder.path)


@pytest.mark.parametrize("content", [None, b"", b"{}", b'{"schema":1', b"\xff"])
def test_damage_is_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "report.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ReportError, match="no report that can be read"):
        read_report(path)


def test_a_lane_that_was_disturbed_for_long_says_so(folder: RunFolder) -> None:
    told = build_report(folder, plan(), STARTED, MONITOR)
    lanes = {lane: structs.replace(one, disturbed_share=0.4) for lane, one in told.lanes.items()}
    assert "disturbed in 40 % of its training" in "\n".join(
        report_lines(structs.replace(told, lanes=lanes), Path())
    )
    hardly = {lane: structs.replace(one, disturbed_share=0.05) for lane, one in told.lanes.items()}
    assert "disturbed" not in "\n".join(report_lines(structs.replace(told, lanes=hardly), Path()))
