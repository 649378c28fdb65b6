"""Steps on one batch at hand, as the hooks ask for them: who gets their time, and what is told of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.fit_loop import FitLoop

REQUEST = {"do": "window", "id": 4, "cached_batch": True, "steps": 20, "seconds": 1.5}
TAKES_S = 7.0


class Asked:
    """A training that is asked before its eleventh step, and what it was asked for."""

    def __init__(self, timed: Callable[[], tuple[int, float] | None], **limits: Any) -> None:
        self.asked: list[tuple[float, int]] = []
        self._timed = timed
        self.loop = FitLoop((1.0,) * 50, time_cached_batch=self._take, **limits)
        self.ask_before(10)

    def ask_before(self, at: int) -> None:
        self.loop.before_batch = lambda step: self.loop.gate.tell(REQUEST) if step == at else None

    def _take(self, seconds: float, steps: int) -> tuple[int, float] | None:
        self.asked.append((seconds, steps))
        self.loop.emitter.clock_s += TAKES_S
        return self._timed()

    @property
    def windows(self) -> list[dict[str, Any]]:
        return self.loop.emitter.of("window")


def broken() -> None:
    raise RuntimeError("no room")


def test_are_told_as_a_window_of_their_own() -> None:
    training = Asked(lambda: (25, 1.75))
    training.loop.fit()
    assert training.asked == [(1.5, 20)]
    (told,) = training.windows
    assert (told["id"], told["complete"], told["cached_batch"]) == (4, True, True)
    assert (told["steps"], told["samples"], told["in_steps_s"]) == (25, 100, 1.75)
    assert told["t1"] - told["t0"] == pytest.approx(TAKES_S)
    assert not training.loop.gate.attention


@pytest.mark.parametrize("timed", [lambda: (25, 1.75), lambda: None, broken])
def test_take_nobodys_time_whatever_comes_of_them(timed: Callable[[], tuple[int, float] | None]) -> None:
    training = Asked(timed, train_for_s=2.0)
    loop = training.loop
    loop.fit(epochs=2)
    assert (loop.hooks.step, loop.hooks.epochs_done) == (100, 2)  # and not cut short after two seconds
    assert sum(one["span_s"] for one in loop.emitter.of("progress")) == pytest.approx(100 * 0.01)
    assert max(one["step_p99_s"] for one in loop.emitter.of("progress")) == pytest.approx(0.01)
    for epoch in loop.emitter.of("epoch"):
        assert epoch["seconds"] == pytest.approx(0.5)
        assert epoch["outside_s"] == pytest.approx(0.0, abs=1e-9)
    assert loop.checkpoints.stood_still_s == pytest.approx(TAKES_S)


@pytest.mark.parametrize("timed", [lambda: None, broken])
def test_that_cannot_be_had_are_told_as_incomplete(timed: Callable[[], tuple[int, float] | None]) -> None:
    training = Asked(timed)
    training.loop.fit()
    (told,) = training.windows
    assert (told["id"], told["complete"], told["steps"], told["cached_batch"]) == (4, False, 0, True)
    assert "in_steps_s" not in told
    assert told["t1"] - told["t0"] == pytest.approx(TAKES_S)
    assert any("no room" in line for line in training.loop.said) == (timed is broken)


def test_of_a_training_that_cannot_take_them_or_has_not_begun_are_told_at_once() -> None:
    early = Asked(lambda: (25, 1.75))
    early.ask_before(0)
    early.loop.fit()
    assert not early.asked
    cannot = FitLoop((1.0,) * 50)
    cannot.before_batch = lambda step: cannot.gate.tell(REQUEST) if step == 10 else None
    cannot.fit()
    for told in (early.windows, cannot.emitter.of("window")):
        assert [(one["complete"], one["cached_batch"], one["t1"] - one["t0"]) for one in told] == [
            (False, True, 0.0)
        ]


def test_asked_for_too_late_are_answered_all_the_same() -> None:
    loop = FitLoop(validation_batches=2, time_cached_batch=lambda _seconds, _steps: (25, 1.75))
    loop.before_validation_batch = lambda batch: loop.gate.tell(REQUEST)
    loop.fit()
    (told,) = loop.emitter.of("window")
    assert (told["id"], told["complete"], told["cached_batch"], told["steps"]) == (4, False, True, 0)


def test_end_a_window_that_is_open_and_are_followed_by_the_next() -> None:
    training = Asked(lambda: (25, 1.75))
    orders = {
        8: {"do": "window", "id": 3, "steps": 500, "drop_s": 0.0},
        20: REQUEST,
        21: {"do": "window", "id": 5, "steps": 5, "seconds": 0.0, "drop_s": 0.0},
    }
    loop = training.loop
    loop.before_batch = lambda step: loop.gate.tell(orders[step]) if step in orders else None
    loop.fit()
    assert [(one["id"], one["complete"], one.get("cached_batch")) for one in training.windows] == [
        (3, False, None),
        (4, True, True),
        (5, True, None),
    ]
    assert training.windows[2]["in_steps_s"] == pytest.approx(5 * 0.01)
