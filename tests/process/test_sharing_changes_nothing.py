"""With deterministic operations and fixed threads a training beside another is the same as alone, to the bit."""

from __future__ import annotations

import pytest

from tests.process.equipment import Run, Stage
from training.analysis.training_drift import training_drift
from training.plan import LANES, Lane
from training.record.lane_records import Epoch, Imported, Progress, Validation

DETERMINISTIC = {"TF_DETERMINISTIC_OPS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
FEWEST_IN_COMMON = 10


@pytest.fixture
def deterministic(stage: Stage) -> Stage:
    """A stage whose trainings get what makes TensorFlow deterministic from the environment, as a user would set it."""
    stage.environment.update(DETERMINISTIC)
    return stage


def trained(stage: Stage, preset: str, sharing: str, *more: str) -> Run:
    viewer = stage.headless(preset, preset, "--sharing", sharing, "--no-probe", *more)
    assert viewer.wait() == 0, viewer.err
    return viewer.run


def single_steps(run: Run, lane: Lane) -> dict[int, float | None]:
    """The loss of each step that has a record of its own."""
    return {one.step: one.loss for one in run.lane(lane) if isinstance(one, Progress) and one.steps == 1}


def running(run: Run, lane: Lane) -> dict[int, float | None]:
    """The epoch's running mean after each step at which it is told: every step before it is in there."""
    return {one.step: one.running_loss for one in run.lane(lane) if isinstance(one, Progress)}


def at_ends(run: Run, lane: Lane) -> list[tuple[int, object]]:
    """What was told at epoch ends."""
    return [
        (one.step, (one.metrics, getattr(one, "loss", None)))
        for one in run.lane(lane)
        if isinstance(one, Epoch | Validation)
    ]


def assert_equal_where_both_tell(
    one: dict[int, float | None], other: dict[int, float | None], least: int
) -> None:
    common = one.keys() & other.keys()
    assert len(common) >= least
    assert {step: one[step] for step in common} == {step: other[step] for step in common}


@pytest.mark.slow
def test_each_steps_loss_is_that_of_the_training_alone(deterministic: Stage) -> None:
    """Batches so slow to make that nearly each step takes more than the tenth of a second between two records."""
    slow = ("--steps", "24", *(f"--set={lane}.data.blur_passes=200" for lane in LANES))
    together = trained(deterministic, "input-bound", "together", *slow)
    alone = trained(deterministic, "input-bound", "sequential", *slow)
    for run in (together, alone):
        for lane in LANES:
            assert run.lane_record(lane, Imported).threads == {"intra_op": 1, "inter_op": 1}
    for lane in LANES:
        assert_equal_where_both_tell(
            single_steps(together, lane), single_steps(alone, lane), FEWEST_IN_COMMON
        )
        assert_equal_where_both_tell(running(together, lane), running(alone, lane), FEWEST_IN_COMMON)
        assert at_ends(together, lane) == at_ends(alone, lane) == at_ends(alone, "a")


@pytest.mark.slow
def test_a_longer_training_is_found_to_be_as_alone(deterministic: Stage) -> None:
    """Thousands of short steps: some ends of records and all ends of epochs fall together."""
    alone = trained(deterministic, "seed-binary", "sequential", "--epochs", "40")
    together = trained(deterministic, "seed-binary", "together", "--epochs", "40")
    for lane in LANES:
        assert at_ends(together, lane) == at_ends(alone, lane)
        assert_equal_where_both_tell(running(together, lane), running(alone, lane), 40)
    told = training_drift(together.folder)
    assert {lane: one.verdict for lane, one in told.items()} == dict.fromkeys(LANES, "as alone"), told
    assert told["a"].solo_runs == (alone.folder.name,)
