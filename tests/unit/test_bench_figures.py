"""What one launch measured, from its run's folder: for the preset's own length, whatever bounded the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.made_benches import Outcome, bench_plan, leave_run
from training.analysis.energy import EnergyCount
from training.analysis.report import ReportError
from training.bench.figures import read_figures
from training.bench.power import PowerCount
from training.launch import LaunchRequest
from training.plan import LANES, Lane, LanePlan
from training.record.contention_records import RateSpan, SharedSpan, SoloSpan
from training.record.run_folder import RunFolder


def _left(path: Path, outcome: Outcome) -> RunFolder:
    plan = bench_plan()
    planned: dict[Lane, LanePlan] = {lane: one.planned for lane, one in zip(LANES, plan.presets, strict=True)}
    return leave_run(LaunchRequest({}, limits=plan.limits, planned=planned), path, outcome)


def test_lengths_are_the_presets_own(tmp_path: Path) -> None:
    told = read_figures(_left(tmp_path / "run", Outcome(slowed={"a": 1.31, "b": 1.58})))
    # ten epochs of a thousand steps, of which three were warm-up; 14 and 18 ms each
    assert told.own_steps == {"a": 9997, "b": 9997}
    assert told.alone_s == pytest.approx({"a": 9997 * 0.014, "b": 9997 * 0.018})
    assert told.shared_s["a"] / told.alone_s["a"] == pytest.approx(1.31, rel=0.02)
    assert told.contention.slowdown == pytest.approx({"a": 1.31, "b": 1.58}, rel=0.02)
    assert told.contention.sequential_estimate_s == pytest.approx(sum(told.alone_s.values()))
    assert told.contention.speedup_whole is not None
    assert told.blocks == 5
    assert set(told.peak_memory_bytes) == {"a", "b"}


def test_disturbed_blocks_are_left_out_and_counted(tmp_path: Path) -> None:
    told = read_figures(_left(tmp_path / "run", Outcome(blocks=3, disturbed=2)))
    assert (told.blocks, told.contention.excluded) == (3, 2)
    assert told.contention.excluded_because == ("others used 1.2 of 2 cores",)


def test_without_blocks_there_are_no_times(tmp_path: Path) -> None:
    told = read_figures(_left(tmp_path / "run", Outcome(blocks=0)))
    assert (told.blocks, told.alone_s, told.shared_s) == (0, {}, {})


def test_lost_run_has_no_figures(tmp_path: Path) -> None:
    with pytest.raises(ReportError):
        read_figures(_left(tmp_path / "run", Outcome(is_lost=True)))


def test_power_is_of_the_spans_that_count() -> None:
    energy, span = EnergyCount(), RateSpan(30, 1.0)
    for second in range(61):  # 100 W alone, 200 W from 30 s on
        energy.add(float(second), 100.0 * min(second, 30) + 200.0 * max(0, second - 30))
    power = PowerCount()
    power.take_solo(SoloSpan(10.0, 1, "a", 0.0, 10.0, span))
    power.take_solo(SoloSpan(12.0, 1, "b", 10.0, 12.0, span))
    power.take_solo(SoloSpan(50.0, 1, "a", 30.0, 50.0, span, disturbed=("heat",)))
    power.take_shared(SharedSpan(60.0, 1, 40.0, 60.0, {}))
    told = power.read(energy)
    assert told.solo_w == pytest.approx({"a": 100.0})  # two seconds of b are too few
    assert told.shared_w == pytest.approx(200.0)
    assert PowerCount().read(energy).shared_w is None
