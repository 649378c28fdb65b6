"""`contention` of `report.json`: its keys, its rounding, and where there is no verdict whatever the blocks say."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings

from tests.unit.contention_cases import ANY_SPANS, PAIRS, Known, Measured, Spans, all_finite, counted
from tests.unit.made_contention import measured_run
from tests.unit.made_runs import append, made_run, plan
from training.analysis.build_report import build_report
from training.analysis.contention import Contention, contention
from training.analysis.history import RunHistory
from training.analysis.pair_times import LaneLength
from training.analysis.report import Monitor, Report, read_report, write_report
from training.analysis.reported_contention import NEVER_BESIDE, every_key, known_keys, reported_contention
from training.plan import LANES, Lane, Plan, read_plan
from training.record.contention_records import SoloSpan
from training.record.event_records import DeviceLost
from training.record.lane_records import NoGpu
from training.record.run_folder import RunFolder

STARTED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
KEYS = {
    "solo_steps_per_s", "shared_steps_per_s", "slowdown", "stp", "stp_interval", "antt", "fairness", "speedup",
    "interval", "speedup_whole", "blocks", "excluded", "excluded_because", "probe_cost_s", "stood_still_s",
    "shared_s", "shared_left_out_s", "makespan_s", "sequential_estimate_s", "verdict", "because",
}  # fmt: skip


def _report(folder: RunFolder) -> Report:
    return build_report(folder, read_plan(folder.plan), STARTED, Monitor(0.5, 20.0, 7))


def test_every_key_is_there_and_the_figures_are_rounded(tmp_path: Path) -> None:
    folder = measured_run(tmp_path / "made", disturbed=1)
    write_report(_report(folder), folder.report)
    told = json.loads(folder.report.read_bytes())["contention"]
    assert set(told) == KEYS
    assert told["verdict"] == "together"
    assert told["slowdown"] == pytest.approx({"a": 1.31, "b": 1.58}, rel=0.01)
    assert told["stp"] == pytest.approx(1 / 1.31 + 1 / 1.58, rel=0.01)
    assert told["interval"][0] < told["speedup"] < told["interval"][1]
    assert (told["blocks"], told["excluded"]) == (5, 1)
    assert told["excluded_because"] == ["others used 1.2 of 2 cores"]
    assert told["probe_cost_s"] > 0
    for name in ("stp", "antt", "fairness", "speedup", "speedup_whole"):
        assert told[name] == round(told[name], 4)
    assert read_report(folder.report).contention == _report(folder).contention


def test_what_the_lanes_did_alone_is_no_verdict_for_a_sequential_run(tmp_path: Path) -> None:
    folder = measured_run(tmp_path / "made", plan("made", sharing="sequential"), blocks=0)
    append(folder.events, *_turns())
    told = _report(folder).contention
    assert told is not None
    assert (told.verdict, told.because) == ("unknown", NEVER_BESIDE)
    assert set(told.solo_steps_per_s) == {"a", "b"}


def _turns() -> Spans:
    measured = Measured({lane: Known(0.01, 1.0) for lane in LANES})
    for lane in LANES:
        measured.solo(0, lane)
    return [
        msgspec.structs.replace(span, how="turn") for span in measured.spans if isinstance(span, SoloSpan)
    ]


@pytest.mark.parametrize("why", ["on the CPU", "lost"])
def test_a_void_gpu_has_no_verdict_whatever_the_blocks_say(tmp_path: Path, why: str) -> None:
    folder = measured_run(tmp_path / "made", plan("made", kind="gpu"))
    if why == "lost":
        append(folder.events, DeviceLost(t=30.0, message="gone"))
    else:
        append(folder.lane_records("b"), NoGpu(t=1.0, why="no driver"))
    report = _report(folder)
    assert report.contention is not None
    assert report.contention.verdict == "unknown"
    assert report.contention.because == report.gpu_verdict_void != ""


def test_the_history_says_the_same_and_so_does_a_copy_of_the_folder(tmp_path: Path) -> None:
    folder = measured_run(tmp_path / "made", disturbed=2)
    report = _report(folder)
    write_report(report, folder.report)
    history = RunHistory(folder)
    history.refresh()
    told = history.state().contention.contention
    assert reported_contention(told, history.plan, None) == report.contention
    copy = RunFolder(tmp_path / "copied")
    shutil.copytree(folder.path, copy.path)
    assert _report(copy) == report
    assert read_report(copy.report) == report


LENGTHS: dict[Lane, LaneLength] = {"a": LaneLength(5000, 100), "b": LaneLength(3000, 70)}


@settings(max_examples=60)
@given(ANY_SPANS)
def test_whatever_the_spans_are_the_json_is_whole_and_read_again_alike(spans: Spans) -> None:
    _holds(reported_contention(contention(counted(spans), LENGTHS), plan(), None))


@settings(max_examples=30)
@given(PAIRS)
def test_whatever_the_pair_is_the_json_is_whole_and_read_again_alike(pair: dict[Lane, Known]) -> None:
    measured = Measured(pair)
    for block in range(3):
        measured.block(block)
    told = contention(counted(measured.spans), LENGTHS)
    reported = reported_contention(told, plan(), None)
    assert reported.verdict == told.verdict
    _holds(reported)


def _holds(told: Contention) -> None:
    written = json.loads(msgspec.json.encode(every_key(told)))
    assert set(written) == KEYS
    assert all_finite(written)
    for name in ("solo_steps_per_s", "shared_steps_per_s", "slowdown"):
        assert set(written[name]) == {"a", "b"}
    assert msgspec.convert(known_keys(written), Contention) == told


def test_a_plan_of_one_lane_says_so(tmp_path: Path) -> None:
    whole = plan("made")
    alone = Plan("made", {"a": whole.lanes["a"]}, whole.device, sharing="sequential")
    told = _report(made_run(tmp_path / "made", alone)).contention
    assert told is not None
    assert told.verdict == "unknown"
    assert told.because == "one lane has the device to itself"
