"""Sums of steps in one progress record."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.agent.span import KEPT_STEP_TIMES, Span

steps = st.tuples(st.integers(1, 16), st.floats(1e-6, 10), st.none() | st.floats(allow_nan=True))


@given(st.lists(steps, min_size=1, max_size=60))
def test_sums_are_those_of_the_steps(added: list[tuple[int, float, float | None]]) -> None:
    span = Span()
    for count, seconds, loss in added:
        span.add(count, seconds, loss)
    fields = span.fields()
    finite = [(count, loss) for count, _, loss in added if loss is not None and math.isfinite(loss)]
    assert fields["steps"] == sum(count for count, _, _ in added)
    assert fields["span_s"] == pytest.approx(sum(seconds for _, seconds, _ in added), abs=1e-5)
    told = sum(count for count, _, loss in added if loss is not None and not math.isfinite(loss))
    assert fields.get("nonfinite", 0) == told
    assert ("loss" in fields) == bool(finite)
    if finite:
        assert fields["loss_min"] == min(loss for _, loss in finite)
        assert fields["loss_max"] == max(loss for _, loss in finite)
    times = [seconds / count for count, seconds, _ in added]
    assert min(times) - 1e-6 <= fields["step_p50_s"] <= fields["step_p99_s"] <= max(times) + 1e-6


def test_mean_weighs_by_steps() -> None:
    span = Span()
    span.add(1, 0.1, 4.0)
    span.add(3, 0.3, 8.0)
    assert span.fields()["loss"] == 7.0


def test_quantiles_of_a_known_row() -> None:
    span = Span()
    for milliseconds in range(1, 102):
        span.add(1, milliseconds / 1000, None)
    assert span.fields()["step_p50_s"] == 0.051
    assert span.fields()["step_p99_s"] == 0.1


def test_memory_is_bounded_in_a_long_span() -> None:
    span = Span()
    for _ in range(10 * KEPT_STEP_TIMES):
        span.add(1, 0.001, 1.0)
    assert len(span._step_times) == KEPT_STEP_TIMES
    assert span.fields()["steps"] == 10 * KEPT_STEP_TIMES


def test_nothing_is_told_of_nothing() -> None:
    assert Span().fields() == {"steps": 0, "span_s": 0.0}
