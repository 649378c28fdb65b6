"""What a lane's card says of a script or program, whose steps are known by halves or not at all."""

from __future__ import annotations

from typing import Any

from tests import states
from training.analysis.state import RunState
from tui.widgets.lane_card import LaneCard

BLIND = "no step telemetry: memory and utilisation only"
POLLED = "steps are counted once a second"
WIDTH, HEIGHT = 60, 12


def card(state: RunState) -> list[str]:
    """The card's lines as they are read, for a lane whose bar needs no glyphs."""
    return [
        "".join(text for text, _ in spans).rstrip() for spans in LaneCard("b").picture(state, WIDTH, HEIGHT)
    ]


def of_a_program(**changes: Any) -> RunState:
    blind = {
        "telemetry": "none",
        "why_no_steps": BLIND,
        "step": 0,
        "epoch": 0,
        "loss": None,
        "metrics": {},
        "validation": (),
        "planned_steps": None,
        "steps_per_epoch": None,
        "parameters": None,
    }
    return states.with_lane(states.cpu_run(), "b", **{**blind, **changes})


def test_a_lane_without_steps_shows_why_and_no_pace() -> None:
    told = card(of_a_program())
    assert told[:2] == ["training", BLIND]
    assert told[2].startswith("memory")
    assert not [row for row in told if row.startswith(("loss", "rate", "step"))]


def test_a_loss_that_it_wrote_itself_is_shown() -> None:
    told = card(of_a_program(loss=0.25))
    assert [row.split() for row in told if row.startswith("loss")] == [["loss", "0.2500"]]


def test_a_fit_is_named_with_its_model() -> None:
    told = card(of_a_program(fit=2, model="decoder"))
    assert [row.split() for row in told if row.startswith("fit")] == [["fit", "2:", "decoder"]]


def test_counting_by_the_second_is_said() -> None:
    state = of_a_program(telemetry="polled", why_no_steps=POLLED, step=40)
    assert POLLED in card(state)
    assert any(row.startswith("step 40") for row in card(state))


def test_what_a_script_calls_its_model_reaches_the_terminal_as_text() -> None:
    name = "evil\x1b[2Jmodel"
    for spans in LaneCard("b").picture(of_a_program(fit=1, model=name), WIDTH, HEIGHT):
        assert all("\x1b" not in text for text, _ in spans)
