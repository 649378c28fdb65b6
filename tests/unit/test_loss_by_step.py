"""A lane's loss by step: exact where each step has a record, and the same however the records were cut."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.contention_cases import ANY_COUNT, all_finite
from tests.unit.made_runs import append
from training.analysis.loss_by_step import LossBySteps, read_loss_by_steps
from training.record.lane_records import Progress

LOSSES = st.lists(st.floats(-100, 100), min_size=1, max_size=200)


def progress(step: int, steps: int, loss: float | None) -> Progress:
    return Progress(1.0, step, step * 8, 1, step, steps, 1.0, loss=loss)


def told(losses: Sequence[float], cuts: Sequence[int], capacity: int = 512) -> LossBySteps:
    """These losses, one a step, in records that end at `cuts` and at the last step."""
    by_step = LossBySteps(capacity)
    began = 0
    for end in sorted({*(cut for cut in cuts if 0 < cut < len(losses)), len(losses)}):
        by_step.take(progress(end, end - began, sum(losses[began:end]) / (end - began)))
        began = end
    return by_step


@given(losses=LOSSES)
def test_a_record_for_each_step_is_told_to_the_bit(losses: list[float]) -> None:
    by_step = told(losses, range(len(losses)))
    assert by_step.least_width == 1
    assert by_step.means(1) == {step: loss + 0.0 for step, loss in enumerate(losses, start=1)}


@given(losses=LOSSES, cuts=st.lists(st.integers(0, 200), max_size=40), capacity=st.integers(4, 64))
def test_the_mean_of_everything_does_not_depend_on_how_it_was_cut(
    losses: list[float], cuts: list[int], capacity: int
) -> None:
    by_step = told(losses, cuts, capacity)
    width = 1 << (len(losses) - 1).bit_length()
    if width >= by_step.least_width and len(losses) >= width / 2:
        (mean,) = by_step.means(width).values()
        assert mean == pytest.approx(sum(losses) / len(losses), abs=1e-9)


@given(losses=LOSSES, cuts=st.lists(st.integers(0, 200), max_size=40))
def test_no_mean_is_beyond_the_losses(losses: list[float], cuts: list[int]) -> None:
    by_step = told(losses, cuts)
    for mean in by_step.means(by_step.least_width).values():
        assert min(losses) - 1e-9 <= mean <= max(losses) + 1e-9


def test_a_bucket_holds_several_records() -> None:
    by_step = told([1.0] * 1000, range(0, 1000, 5))
    assert by_step.least_width == 32
    assert list(by_step.means(32)) == list(range(32, 1001, 32))  # the last is known to a quarter only


def test_a_long_training_is_told_in_as_little_memory() -> None:
    by_step = LossBySteps()
    for step in range(50, 5_000_001, 50):
        by_step.take(progress(step, 50, step / 1e6))
    assert by_step.least_width == 16384
    means = by_step.means(16384)
    assert 300 <= len(means) <= 512
    assert means[16384] == pytest.approx(0.00822, rel=0.001)  # the mean of 50, 100, … 16 400 millionths


def test_what_is_told_twice_or_without_a_loss_is_left_out() -> None:
    by_step = LossBySteps()
    for record in (progress(1, 1, 5.0), progress(1, 1, 9.0), progress(2, 1, None), progress(3, 1, 7.0)):
        by_step.take(record)
    assert by_step.means(1) == {1: 5.0, 3: 7.0}


@given(
    records=st.lists(
        st.builds(
            progress,
            ANY_COUNT,
            ANY_COUNT,
            st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
        ),
        max_size=20,
    )
)
def test_no_damaged_file_raises_or_gives_a_number_that_is_none(records: list[Progress]) -> None:
    by_step = LossBySteps()
    for record in records:
        by_step.take(record)
    means = by_step.means(by_step.least_width)
    assert all_finite(means)
    assert len(means) <= 512


def test_reads_a_lanes_file(tmp_path: Path) -> None:
    append(tmp_path / "a.jsonl", progress(1, 1, 3.0), progress(2, 1, 2.0))
    with (tmp_path / "a.jsonl").open("a") as file:
        file.write('{"k":"progress","t":')
    assert read_loss_by_steps(tmp_path / "a.jsonl").means(1) == {1: 3.0, 2: 2.0}
    assert read_loss_by_steps(tmp_path / "none.jsonl").means(1) == {}
