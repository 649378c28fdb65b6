"""Windows begin after what is left out, and end at a boundary."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from training.agent.window import DROPPED_S, DROPPED_STEPS, WindowTimer


@given(
    step_s=st.floats(0.001, 2.0),
    wanted_steps=st.integers(0, 50),
    wanted_s=st.floats(0, 5),
    began_step=st.integers(0, 1000),
)
def test_is_as_long_as_asked_and_no_step_longer(
    step_s: float, wanted_steps: int, wanted_s: float, began_step: int
) -> None:
    began_s = 17.0
    window = WindowTimer({"id": 3, "steps": wanted_steps, "seconds": wanted_s}, began_s, began_step)
    taken = 0
    while not window.at_boundary(began_s + taken * step_s, began_step + taken, (began_step + taken) * 8):
        taken += 1
        assert taken < 100_000
    told = window.result(began_s + taken * step_s, began_step + taken, (began_step + taken) * 8, True)
    assert told["complete"]
    assert told["id"] == 3
    assert told["samples"] == 8 * told["steps"]
    assert told["steps"] >= max(1, wanted_steps)
    assert told["t1"] - told["t0"] >= wanted_s
    one_less_s = told["t1"] - told["t0"] - step_s
    assert told["steps"] == 1 or told["steps"] - 1 < wanted_steps or one_less_s < wanted_s + 1e-9
    left_out = taken - told["steps"]
    assert left_out >= DROPPED_STEPS
    assert told["t0"] - began_s >= DROPPED_S
    assert left_out == DROPPED_STEPS or (left_out - 1) * step_s < DROPPED_S + 1e-9


def test_cut_short_before_it_began_has_no_steps() -> None:
    window = WindowTimer({"id": 1}, 5.0, 10)
    assert not window.at_boundary(5.0, 10, 80)
    assert window.result(5.2, 11, 88, complete=True) == {
        "id": 1,
        "t0": 5.2,
        "t1": 5.2,
        "steps": 0,
        "samples": 0,
        "complete": False,
    }
