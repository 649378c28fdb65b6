"""Which mode is best for a pair, and which partner for a preset."""

from __future__ import annotations

import pytest

from tests.unit.made_benches import figures
from training.bench.mode_report import ModeReport, mode_report
from training.bench.pair_report import PairReport, pair_report
from training.bench.partners import best_partners
from training.plan import Sharing


def _mode(
    sharing: Sharing, slowdown: float, *, width: float = 0.02, alone_s: tuple[float, float] = (100.0, 200.0)
) -> ModeReport:
    return mode_report(sharing, [figures((slowdown, slowdown), alone_s, width=width)])


def _pair(*modes: ModeReport, labels: tuple[str, str] = ("x", "y")) -> PairReport:
    return pair_report({"a": labels[0], "b": labels[1]}, modes)


def test_the_mode_that_ends_soonest_is_best() -> None:
    told = _pair(_mode("together", 1.5), _mode("one-process", 1.2))
    assert (told.best.sharing, told.best.certain) == ("one-process", True)
    assert "times as soon as one after the other" in told.best.because


def test_modes_whose_intervals_meet_are_not_told_apart() -> None:
    told = _pair(_mode("together", 1.30), _mode("one-process", 1.31))
    assert (told.best.sharing, told.best.certain) == ("together", False)
    assert "not clearly sooner than under one-process" in told.best.because


def test_slower_than_turns_means_turns() -> None:
    told = _pair(_mode("together", 2.4))
    assert (told.best.sharing, told.best.certain) == ("sequential", True)


def test_no_clear_difference_means_turns_without_certainty() -> None:
    told = _pair(_mode("together", 2.0), _mode("one-process", 2.4))
    assert (told.best.sharing, told.best.certain) == ("sequential", False)


def test_a_gain_on_slow_rates_of_its_own_is_no_gain() -> None:
    """Little slowdown in a mode in which each is slow alone already: the reference ends sooner."""
    told = _pair(_mode("together", 2.2), _mode("one-process", 1.5, alone_s=(300.0, 600.0)))
    assert told.best.sharing == "sequential"
    assert "A alone runs under one-process at 0.33 times its rate under together" in told.note


def test_reference_has_the_rates_of_the_first_modes_windows() -> None:
    told = _pair(mode_report("together", [], failed_because=["it failed"]), _mode("one-process", 1.2))
    assert told.sequential is not None
    assert (told.sequential.rates_from, told.sequential.stp) == ("one-process", 1.0)
    assert told.sequential.makespan_s == pytest.approx(300.0)


def test_nothing_measured_has_no_best() -> None:
    told = _pair(mode_report("together", [], failed_because=["it failed"]))
    assert (told.best.sharing, told.sequential) == (None, None)


def test_best_partner_is_the_one_beside_which_most_is_done() -> None:
    told = [
        _pair(_mode("together", 1.5), _mode("one-process", 1.2), labels=("x", "y")),
        _pair(_mode("together", 1.1), labels=("x", "z")),
        _pair(mode_report("together", [], failed_because=["it failed"]), labels=("y", "z")),
    ]
    partners = {one.label: (one.partner, one.sharing) for one in best_partners(("x", "y", "z", "w"), told)}
    assert partners == {"x": ("z", "together"), "y": ("x", "one-process"), "z": ("x", "together")}


def test_too_little_measured_has_no_best() -> None:
    told = _pair(mode_report("together", [figures(width=None, blocks=2)]))
    assert told.best.sharing is None
    assert told.sequential is not None


def test_throughput_beyond_two_is_not_taken_at_its_word() -> None:
    assert "something slowed the lanes while alone" in _pair(_mode("together", 0.8)).note
    assert _pair(_mode("together", 0.99)).note == ""
