"""How long a window is to be: thirty steps, the least seconds, whole epochs where these are short; never for long."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.supervisor.lane_pace import LanePace
from training.supervisor.window_length import FEWEST_STEPS, window_length


def pace(rate: float | None, epoch_s: float | None = None, epoch_steps: int = 0) -> LanePace:
    return LanePace(recent_rate=rate, epoch_s=epoch_s, epoch_steps=epoch_steps)


@pytest.mark.parametrize(
    ("lane", "least_s", "aimed_s", "steps", "whole_epochs", "lasts_s"),
    [
        (pace(100.0), 1.0, 3.0, 30, False, 1.0),
        (pace(20.0), 1.0, 3.0, 30, False, 1.5),
        (pace(5.0), 1.0, 3.0, 15, False, 3.0),
        (pace(0.1), 1.0, 3.0, 3, False, 30.0),
        (pace(None), 2.0, 3.0, 30, False, 2.0),
        (pace(100.0, epoch_s=1.6, epoch_steps=160), 1.0, 3.0, 30, False, 1.0),
        (pace(100.0, epoch_s=1.5, epoch_steps=150), 1.0, 3.0, 30, True, 1.5),
        (pace(100.0, epoch_s=0.5, epoch_steps=10), 1.0, 3.0, 30, True, 1.5),
        (pace(100.0, epoch_s=0.5, epoch_steps=10), 4.0, 4.0, 30, True, 4.0),
        (pace(100.0, epoch_s=1.2, epoch_steps=2), 1.0, 3.0, 4, True, 2.4),
        (pace(100.0, epoch_s=7.0, epoch_steps=1), 5.0, 5.0, 1, True, 7.0),
        (pace(100.0, epoch_s=0.0, epoch_steps=0), 1.0, 3.0, 30, False, 1.0),
    ],
    ids=[
        "fast", "thirty steps take longer", "as many as may be", "three at least", "not known yet", "long epochs",
        "short epochs", "several epochs", "the least seconds", "mostly validation", "one step an epoch", "no time",
    ],
)  # fmt: skip
def test_is(
    lane: LanePace, least_s: float, aimed_s: float, steps: int, whole_epochs: bool, lasts_s: float
) -> None:
    length = window_length(lane, least_s, aimed_s)
    assert (length.steps, length.whole_epochs) == (steps, whole_epochs)
    assert length.seconds == least_s
    assert length.lasts_s == pytest.approx(lasts_s)


@given(
    rate=st.none() | st.floats(1e-4, 1e5),
    epoch_s=st.none() | st.floats(0, 1e4),
    epoch_steps=st.integers(0, 10**6),
    least_s=st.floats(0.5, 20),
    more_s=st.floats(0, 20),
)
def test_is_within_its_limits(
    rate: float | None, epoch_s: float | None, epoch_steps: int, least_s: float, more_s: float
) -> None:
    length = window_length(pace(rate, epoch_s, epoch_steps), least_s, least_s + more_s)
    assert 1 <= length.steps <= FEWEST_STEPS
    assert length.lasts_s >= least_s * (1 - 1e-9)
    assert length.stands_s > length.lasts_s
    assert math.isfinite(length.stands_s)
    if length.whole_epochs:
        assert length.lasts_s <= 2.5 * max(least_s, 1.0) + least_s + more_s
    elif rate is not None:
        assert length.lasts_s <= max(least_s + more_s, 3 / rate) * (1 + 1e-9)
