"""Figures as text: short, of a width that fits, and never a zero for what is not known."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui import format


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (math.nan, "–"),
        (0, "0:00"),
        (42.9, "0:42"),
        (723, "12:03"),
        (3723, "1:02:03"),
        (273_600, "3d 04h"),
    ],
)
def test_clock(seconds: float | None, text: str) -> None:
    assert format.clock(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, "–"),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "0.98 KiB"),
        (2**20, "1.00 MiB"),
        (612 * 2**20, "612 MiB"),
        (2**40, "1.00 TiB"),
    ],
)
def test_size(count: float | None, text: str) -> None:
    assert format.size(count) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "–"),
        (math.nan, "NaN"),
        (-math.inf, "-inf"),
        (0.0, "0.0000"),
        (0.43214, "0.4321"),
        (12.3456, "12.35"),
        (1234.5, "1234"),
        (1e-7, "1.00e-07"),
        (123_456_789.0, "1.23e+08"),
    ],
)
def test_value(number: float | None, text: str) -> None:
    assert format.value(number) == text


@pytest.mark.parametrize(
    ("rate", "text"), [(None, "–"), (0.4, "0.40"), (12.34, "12.3"), (345.6, "346"), (12_345.6, "12 346")]
)
def test_rate(rate: float | None, text: str) -> None:
    assert format.rate(rate) == text


def test_spans_and_ages_and_shares() -> None:
    assert [format.span(seconds) for seconds in (None, 3.44, 63.0)] == ["–", "3.4 s", "1:03"]
    assert [format.age(seconds) for seconds in (None, 0.42, 12.0, 700.0)] == ["–", "0.4 s", " 12 s", "11:40"]
    assert [format.percent(number) for number in (None, 0.0, 99.6)] == ["–", "0 %", "100 %"]
    assert format.milliseconds(0.0471) == "47.1"


@given(st.floats())
def test_no_number_breaks_its_cell(number: float) -> None:
    assert len(format.value(number)) <= 10
    assert len(format.size(abs(number)) if abs(number) < 1e18 else "") <= 8
    assert format.count(number)
    assert format.rate(number)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "–"),
        (0.0, "0.00 J"),
        (512.4, "512 J"),
        (12_340.0, "12.3 kJ"),
        (1.25e6, "1.25 MJ"),
        (5e13, "50000 GJ"),
    ],
)
def test_joules(number: float | None, text: str) -> None:
    assert format.joules(number) == text
