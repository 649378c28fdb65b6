"""Did sharing change the training: held against what is on record, and only where that is enough."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.made_runs import made_run, preset
from tests.unit.made_runs import plan as made_plan
from training.analysis.contention import Contention
from training.analysis.loss_by_step import LossBySteps
from training.analysis.report import LaneReport, Monitor, Report, ReportedDevice, write_report
from training.analysis.training_drift import drift_of, training_drift
from training.plan import LANES, Lane, LanePlan, Plan, PlannedDevice, Sharing
from training.record.lane_records import Progress
from training.record.run_folder import RunFolder

Loss = Callable[[int], float]
STEPS = 400


def falling(step: int) -> float:
    return 2.0 * math.exp(-step / 200)


def noisy(seed: int, noise: float = 0.01) -> Loss:
    """The same fall, each time with other noise."""
    chance = random.Random(seed)
    jitter = [chance.gauss(0, noise) for _ in range(STEPS + 1)]
    return lambda step: falling(step) + jitter[step]


def by_steps(loss: Loss, steps: int = STEPS) -> LossBySteps:
    told = LossBySteps()
    for step in range(1, steps + 1):
        told.take(progress(step, loss))
    return told


def progress(step: int, loss: Loss) -> Progress:
    return Progress(float(step), step, step * 8, 1, step, 1, 1.0, loss=loss(step))


def test_the_same_to_the_bit_is_as_alone() -> None:
    told = drift_of(by_steps(falling), [by_steps(falling)] * 2)
    assert told.sentence == "as alone: its loss is as in 2 trainings alone, up to step 400"


def test_of_trainings_that_are_always_equal_any_lasting_difference_is_told() -> None:
    told = drift_of(
        by_steps(lambda step: falling(step) * (1.001 if step > 100 else 1.0)), [by_steps(falling)] * 2
    )
    assert told.verdict == "changed"
    assert told.step == 101
    assert told.loss == pytest.approx(falling(101) * 1.001)
    assert told.low == pytest.approx(falling(101))
    assert told.because.startswith("its loss is 1.208 at step 101, where 2 trainings alone allow 1.207 to ")


@pytest.mark.parametrize("solo", [2, 3, 5])
def test_noise_as_that_of_the_others_is_as_alone(solo: int) -> None:
    for seed in range(0, 200, 10):
        told = drift_of(by_steps(noisy(seed)), [by_steps(noisy(seed + one)) for one in range(1, solo + 1)])
        assert told.verdict == "as alone", seed


def test_more_than_the_noise_is_told() -> None:
    chance = noisy(1)
    told = drift_of(
        by_steps(lambda step: chance(step) + (0.2 if step >= 250 else 0.0)),
        [by_steps(noisy(2)), by_steps(noisy(3))],
    )
    assert told.verdict == "changed"
    assert told.step == 250


def test_a_single_step_that_differs_is_no_change() -> None:
    told = drift_of(
        by_steps(lambda step: falling(step) + (5.0 if step == 77 else 0.0)), [by_steps(falling)] * 2
    )
    assert told.verdict == "as alone"


def test_only_the_steps_that_all_have_are_compared() -> None:
    told = drift_of(by_steps(falling), [by_steps(falling), by_steps(falling, 90)])
    assert told.steps_compared == 90
    few = drift_of(by_steps(falling), [by_steps(falling), by_steps(falling, 5)])
    assert few.sentence == "not known: only 5 steps in common with 2 trainings alone"


@given(losses=st.lists(st.lists(st.floats(-1e150, 1e150), min_size=20, max_size=20), min_size=3, max_size=4))
def test_no_losses_raise(losses: Sequence[Sequence[float]]) -> None:
    told = [by_steps(lambda step, of=of: of[step - 1], len(of)) for of in losses]  # type: ignore[misc]
    assert drift_of(told[0], told[1:]).because


SEED = LanePlan("seed-binary", "shipped", preset("Seed"))
OTHER_SEED = LanePlan("seed-binary", "shipped", preset("Seed", seed=7))
RETITLED = LanePlan("mine", "file", preset("The same by another name"))


def a_run(
    path: Path,
    lanes: dict[Lane, LanePlan] | None = None,
    *,
    sharing: Sharing = "sequential",
    loss: Loss = falling,
    changed_to: Sharing | None = None,
    contention: Contention | None = None,
    device: str = "CPU",
    versions: str = "2.21",
    reported: bool = True,
) -> RunFolder:
    """A run of the past; both lanes train `SEED` unless told otherwise."""
    planned = msgspec.structs.replace(
        made_plan(path.name, sharing=sharing, name=device),
        lanes=lanes or dict.fromkeys(LANES, SEED),
        versions={"tensorflow": versions, "keras": "3.15"},
    )
    folder = made_run(path, planned)
    for lane in planned.lanes:
        with folder.lane_records(lane).open("wb") as file:
            for step in range(1, STEPS + 1):
                file.write(msgspec.json.encode(progress(step, loss)) + b"\n")
    if reported:
        write_report(report_of(planned, changed_to or sharing, contention), folder.report)
    return folder


def report_of(planned: Plan, sharing: Sharing, contention: Contention | None) -> Report:
    reports = {
        lane: LaneReport(
            preset=one.preset_name,
            status="completed",
            exit_code=0,
            error=None,
            steps=STEPS,
            epochs=1,
            samples=STEPS * 8,
            wall_s=9.0,
            train_s=4.0,
            first_loss=2.0,
            last_loss=0.3,
            steps_per_s=100.0,
            peak_memory_bytes=None,
            model_path=None,
        )
        for lane, one in planned.lanes.items()
    }
    return Report(
        planned.run, "2026-01-01T10:00:00", "2026-01-01T10:01:00", sharing, reported(planned.device), reports,
        Monitor(1.0, 9.0, 1), contention=contention,
    )  # fmt: skip


def reported(device: PlannedDevice) -> ReportedDevice:
    return ReportedDevice(device.kind, device.name, device.uuid, device.memory_bytes)


def test_two_lanes_of_one_sequential_run_are_two_trainings(tmp_path: Path) -> None:
    solo = a_run(tmp_path / "solo")
    shared = a_run(tmp_path / "shared", sharing="together")
    told = training_drift(shared, [shared, solo])
    assert {lane: one.verdict for lane, one in told.items()} == {"a": "as alone", "b": "as alone"}
    assert told["a"].solo_runs == ("solo",)


def test_lanes_of_several_runs_are_put_together(tmp_path: Path) -> None:
    one = a_run(tmp_path / "one", {"a": SEED})
    other = a_run(tmp_path / "other", {"a": OTHER_SEED, "b": RETITLED})
    shared = a_run(tmp_path / "shared", sharing="together", loss=lambda step: falling(step) + 0.1)
    told = training_drift(shared, [one, other])["b"]
    assert told.verdict == "changed"
    assert told.step == 1
    assert told.solo_runs == ("one", "other")


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ({"sharing": "together"}, "none is"),
        ({"sharing": "together", "changed_to": "sequential"}, "none is"),
        ({"contention": Contention(shared_steps_per_s={"a": 3.0})}, "none is"),
        ({"lanes": {"a": SEED, "b": OTHER_SEED}}, "one is"),
        ({"device": "another CPU"}, "none is"),
        ({"versions": "2.20"}, "none is"),
        ({"reported": False}, "none is"),
    ],
    ids=[
        "beside each other",
        "until it was changed",
        "measured beside",
        "other seed",
        "device",
        "versions",
        "unended",
    ],
)
def test_what_is_not_the_same_training_alone_does_not_count(
    tmp_path: Path, beside: dict[str, object], expected: str
) -> None:
    on_record = a_run(tmp_path / "earlier", **beside)  # type: ignore[arg-type]
    shared = a_run(tmp_path / "shared", sharing="together")
    told = training_drift(shared, [shared, on_record])["a"]
    assert told.sentence == (f"not known: needs two solo runs of this preset and seed, {expected} on record")


def test_a_folder_that_is_listed_twice_counts_once(tmp_path: Path) -> None:
    solo = a_run(tmp_path / "solo", {"a": SEED})
    shared = a_run(tmp_path / "shared", sharing="together")
    assert training_drift(shared, [solo, solo])["a"].verdict == "not known"


def test_damaged_plans_and_reports_are_passed_over(tmp_path: Path) -> None:
    damaged = a_run(tmp_path / "damaged")
    damaged.plan.write_bytes(b"{")
    half = a_run(tmp_path / "half")
    half.report.write_bytes(b"{")
    shared = a_run(tmp_path / "shared", sharing="together")
    assert training_drift(shared, [damaged, half])["a"].verdict == "not known"


def test_a_run_whose_lanes_were_alone_has_nothing_to_be_changed_by(tmp_path: Path) -> None:
    solo = a_run(tmp_path / "solo")
    told = training_drift(solo, [a_run(tmp_path / "other")])
    assert {one.sentence for one in told.values()} == {"not known: nobody trained beside it"}


def test_looks_into_the_state_directory_unless_told_where(tmp_path: Path) -> None:
    shared = a_run(tmp_path / "shared", sharing="together")
    assert training_drift(shared)["a"].verdict == "not known"
