"""Spells in which the clocks are held down: told once each, however they flap."""

from __future__ import annotations

from training.analysis.clock_holds import ClockHolds
from training.analysis.state import ClockHold, EventLine
from training.record.device_records import EventReason


def _take(holds: ClockHolds, spells: list[tuple[float, float]], until: float) -> list[EventLine]:
    """Two samples a second; the power cap is on within the spells."""
    lines: list[EventLine] = []
    for half in range(int(2 * until) + 1):
        t = half / 2
        on = any(begin <= t < end for begin, end in spells)
        reasons: tuple[EventReason, ...] = ("power cap",) if on else ()
        lines += holds.take(t, reasons)
    return lines


def test_a_spell_has_a_beginning_and_an_end_with_its_length() -> None:
    holds = ClockHolds()
    lines = _take(holds, [(5.0, 20.0)], 60.0)
    assert [(line.t, line.text, line.level) for line in lines] == [
        (5.0, "clocks are held down: power cap", "info"),
        (19.5, "power cap is over after 14 s", "info"),
    ]
    assert holds.holds() == (ClockHold("power cap", now=False, seconds=14.5),)


def test_flapping_is_one_spell_that_says_so() -> None:
    holds = ClockHolds()
    lines = _take(holds, [(float(n), n + 1.0) for n in range(0, 60, 4)], 59.0)
    assert len(lines) == 1
    assert holds.holds()[0].now
    lines = _take(ClockHolds(), [(float(n), n + 1.0) for n in range(0, 60, 4)], 100.0)
    assert "power cap is over after 56 s, on and off:" in lines[1].text


def test_what_keeps_coming_back_is_told_ever_more_rarely() -> None:
    spells = [(float(n), n + 1.0) for n in range(0, 7200, 15)]
    assert len(_take(ClockHolds(), spells, 7200.0)) <= 4


def test_heat_is_a_warning_and_what_is_not_known_is_nothing() -> None:
    holds = ClockHolds()
    assert [line.level for line in holds.take(0.0, ("thermal",))] == ["warning"]
    assert not holds.take(30.0, None)
    assert holds.holds() == (ClockHold("thermal", now=False, seconds=0.0),)
