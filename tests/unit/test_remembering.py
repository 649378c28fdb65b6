"""What of a run that ended is worth knowing before the next one, and what of it would mislead."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from tests.unit.made_runs import plan as made_plan
from training.analysis.contention import Contention
from training.analysis.remembering import remember_pair, remember_run, run_measurements
from training.analysis.report import LaneReport, Monitor, Report, ReportedDevice, ReportedNoGpu
from training.plan import Lane, Limits, Plan, PlannedDevice, Sharing
from training.preset import preset_digest
from training.record.measurement_records import LaneMeasured, PairMeasured
from training.record.measurement_store import read_kept

PLAN = structs.replace(
    made_plan(kind="gpu", name="Test GPU", uuid="GPU-1"), versions={"tensorflow": "2.20.0", "keras": "3.12.0"}
)
MEASURED = Contention(
    solo_steps_per_s={"a": 150.0, "b": 60.0},
    shared_steps_per_s={"a": 100.0, "b": 40.0},
    slowdown={"a": 1.5, "b": 1.5},
    stp=1.33,
    speedup=1.3,
    interval=(1.2, 1.4),
    blocks=4,
    verdict="together",
)


def lane_report(preset: str, **changes: Any) -> LaneReport:
    told: dict[str, Any] = {
        "preset": preset, "status": "completed", "exit_code": 0, "error": None, "steps": 100, "epochs": 4,
        "samples": 3200, "wall_s": 9.0, "train_s": 4.0, "first_loss": 1.0, "last_loss": 0.5, "steps_per_s": 25.0,
        "peak_memory_bytes": 1000, "model_path": None,
    }  # fmt: skip
    return LaneReport(**{**told, **changes})


def report(
    sharing: Sharing = "together", lanes: dict[Lane, LaneReport] | None = None, **changes: Any
) -> Report:
    return Report(
        "made", "2026-01-01T10:00:00", "2026-01-01T10:01:00", sharing, ReportedDevice("gpu", "Test GPU", "GPU-1", 1),
        lanes or {"a": lane_report("seed-binary"), "b": lane_report("seed-regression")},
        Monitor(1.0, 9.0, 1), **changes,
    )  # fmt: skip


def lanes_of(told: Report, plan: Plan = PLAN) -> dict[str, LaneMeasured]:
    return {one.lane: one for one in run_measurements(plan, told) if isinstance(one, LaneMeasured)}


def pair_of(told: Report, plan: Plan = PLAN) -> PairMeasured | None:
    return next((one for one in run_measurements(plan, told) if isinstance(one, PairMeasured)), None)


def test_a_run_tells_of_each_lane_and_of_the_pair() -> None:
    told = report(contention=MEASURED)
    a, pair = lanes_of(told)["a"], pair_of(told)
    assert (a.on.device, a.on.tensorflow, a.digest) == (
        "GPU-1", "2.20.0", preset_digest(PLAN.lanes["a"].preset)
    )  # fmt: skip
    assert (a.beside, a.is_whole, a.solo_steps_per_s, a.peak_memory_bytes) == (
        "seed-regression", True, 150.0, 1000
    )  # fmt: skip
    assert a.data_bytes
    assert pair is not None
    assert (pair.speedup, pair.interval, pair.verdict, pair.sharing) == (
        1.3,
        (1.2, 1.4),
        "together",
        "together",
    )


def test_remembered_is_what_is_read() -> None:
    told = report(contention=MEASURED)
    remember_run(PLAN, told)
    assert read_kept() == tuple(run_measurements(PLAN, told))
    remember_pair(PLAN, MEASURED, sharing="mps", at="2026-01-02", launches=3)
    newest = read_kept()[-1]
    assert isinstance(newest, PairMeasured)
    assert (newest.sharing, newest.launches) == ("mps", 3)


@pytest.mark.parametrize("missing", [{"speedup": None}, {"slowdown": {}}, {"slowdown": {"a": 1.0}}])
def test_a_pair_that_was_not_measured_is_not_made_up(missing: dict[str, Any]) -> None:
    told = structs.replace(MEASURED, **missing)
    assert pair_of(report(contention=told)) is None
    remember_pair(PLAN, told, sharing="together", at="2026-01-02")
    assert read_kept() == ()


@pytest.mark.parametrize(
    ("sharing", "asked", "contention", "rate"),
    [
        ("sequential", "sequential", None, 25.0),
        ("sequential", None, None, 25.0),
        ("sequential", "together", None, None),
        ("sequential", "sequential", Contention(shared_steps_per_s={"a": 1.0}), None),
        ("sequential", "sequential", MEASURED, 150.0),
        ("together", "together", None, None),
        ("adaptive", "adaptive", MEASURED, 150.0),
    ],
)
def test_a_rate_alone_is_only_of_who_was_alone(
    sharing: Sharing, asked: Sharing | None, contention: Contention | None, rate: float | None
) -> None:
    told = report(sharing, sharing_asked=asked, contention=contention)
    assert lanes_of(told)["a"].solo_steps_per_s == rate


def test_a_run_of_one_lane_is_alone() -> None:
    alone = structs.replace(PLAN, lanes={"a": PLAN.lanes["a"]})
    told = report(lanes={"a": lane_report("seed-binary")})
    assert lanes_of(told, alone)["a"].solo_steps_per_s == 25.0
    assert lanes_of(told, alone)["a"].beside is None


def test_who_trained_on_the_cpu_tells_nothing_of_the_gpu() -> None:
    lanes: dict[Lane, LaneReport] = {
        "a": lane_report("seed-binary", no_gpu=ReportedNoGpu("no CUDA")), "b": lane_report("seed-regression")
    }  # fmt: skip
    told = report(lanes=lanes, contention=MEASURED, gpu_verdict_void="no verdict about the GPU")
    assert list(lanes_of(told)) == ["b"]
    assert pair_of(told) is None


def test_a_lane_that_never_took_a_step_or_was_followed_by_another_tells_nothing() -> None:
    lanes: dict[Lane, LaneReport] = {
        "a": lane_report("seed-binary", steps=0),
        "b": lane_report("joined-later"),
    }
    told = report(lanes=lanes, contention=MEASURED)
    assert lanes_of(told) == {}
    assert pair_of(told) is None


def test_in_one_process_no_lane_has_a_memory_of_its_own() -> None:
    assert lanes_of(report("one-process"))["a"].peak_memory_bytes is None


def test_a_run_that_ended_in_turns_was_measured_before() -> None:
    pair = pair_of(report("sequential", sharing_asked="adaptive", contention=MEASURED))
    assert pair is not None
    assert pair.sharing == "adaptive"


def test_each_lane_is_of_its_own_instance() -> None:
    own: dict[Lane, PlannedDevice] = {
        "a": PlannedDevice("gpu", "M", "MIG-1"), "b": PlannedDevice("gpu", "M", "MIG-2")
    }  # fmt: skip
    split = structs.replace(PLAN, lane_devices=own)
    assert {one.on.device for one in lanes_of(report(), split).values()} == {"MIG-1", "MIG-2"}


def test_a_limited_a_stopped_and_a_capped_run_are_told_as_such() -> None:
    assert not lanes_of(report(), structs.replace(PLAN, limits=Limits(steps=5)))["a"].is_whole
    stopped: dict[Lane, LaneReport] = {"a": lane_report("seed-binary", status="stopped")}
    assert not lanes_of(report(lanes=stopped))["a"].is_whole
    preset = PLAN.lanes["a"].preset
    capped = structs.replace(preset, device=structs.replace(preset.device, memory=512))
    lanes: dict[Lane, Any] = {**PLAN.lanes, "a": structs.replace(PLAN.lanes["a"], preset=capped)}
    told = lanes_of(report(), structs.replace(PLAN, lanes=lanes))
    assert (told["a"].is_capped, told["b"].is_capped) == (True, False)


@pytest.mark.parametrize(("contention", "told"), [(None, 0.4), (MEASURED, None)])
def test_a_whole_runs_rate_alone_says_how_much_of_it_was_disturbed(
    contention: Contention | None, told: float | None
) -> None:
    """A probe's says it by not counting where anything was."""
    lanes: dict[Lane, LaneReport] = {
        "a": lane_report("seed-binary", disturbed_share=0.4),
        "b": lane_report("seed-regression"),
    }
    of = report("sequential", lanes, sharing_asked="sequential", contention=contention)
    assert lanes_of(of)["a"].solo_disturbed_share == told
