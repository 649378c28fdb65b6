"""Measurements are asked for by content, device and versions; a pair by both, whichever stood where."""

from __future__ import annotations

import pytest

from tests.app.pick_world import preset
from tests.unit.made_measurements import CPU, GPU, VERSIONS, lane_measured, pair_measured
from training.analysis.measurements import gathered, installed_versions, read_measurements, swapped
from training.plan import Lane, PlannedDevice
from training.preset import Preset
from training.record.measurement_records import measured_on
from training.record.measurement_store import keep

ONE, OTHER = preset(seed=1), preset(seed=2)
BOTH: dict[Lane, Preset] = {"a": ONE, "b": OTHER}
ON_GPU: dict[Lane, PlannedDevice] = {"a": GPU, "b": GPU}


def test_another_preset_device_or_version_is_not_told_of() -> None:
    told = gathered([lane_measured(ONE), lane_measured(ONE, device=CPU, run="r2")], VERSIONS)
    assert [one.run for one in told.of(ONE, GPU)] == ["r1"]
    assert [one.run for one in told.of(ONE, CPU)] == ["r2"]
    assert told.of(OTHER, GPU) == ()
    assert told.of(ONE, PlannedDevice("gpu", "Test GPU", "GPU-2")) == ()
    assert told.of(ONE, PlannedDevice("cpu", "Another CPU")) == ()


@pytest.mark.parametrize("name", ["tensorflow", "keras"])
def test_each_version_counts_and_no_other_package(name: str) -> None:
    assert gathered([lane_measured(ONE)], {**VERSIONS, "python": "3.13"}).of(ONE, GPU)
    told = gathered([lane_measured(ONE)], {**VERSIONS, name: "9"})
    assert told.of(ONE, GPU) == ()
    assert told.has_other_versions(ONE, GPU)


def test_a_title_is_no_part_of_the_content() -> None:
    assert gathered([lane_measured(preset("Another title", seed=1))], VERSIONS).of(ONE, GPU)


def test_the_newest_first_and_each_once() -> None:
    old, new = (lane_measured(ONE, run=f"r{day}", at=f"2026-01-0{day}") for day in (1, 2))
    assert gathered([new, old, new], VERSIONS).of(ONE, GPU) == (new, old)


def test_two_lanes_of_one_run_with_one_preset_are_two() -> None:
    twins = [lane_measured(ONE), lane_measured(ONE, lane="b")]
    assert len(gathered(twins, VERSIONS).of(ONE, GPU)) == 2


def test_a_pair_is_found_whichever_stood_where() -> None:
    pair = pair_measured(ONE, OTHER, solo_steps_per_s={"a": 10.0, "b": 20.0})
    told = gathered([pair], VERSIONS)
    assert told.of_pair(BOTH, ON_GPU) == (pair,)
    [other_way] = told.of_pair({"a": OTHER, "b": ONE}, ON_GPU)
    assert other_way.slowdown == {"a": 1.25, "b": 1.5}
    assert other_way.solo_steps_per_s == {"a": 20.0, "b": 10.0}
    assert swapped(other_way) == pair
    assert told.of_pair({"a": ONE, "b": ONE}, ON_GPU) == ()
    assert told.of_pair(BOTH, {"a": CPU, "b": CPU}) == ()


def test_a_pair_of_twins_is_told_once() -> None:
    twins: dict[Lane, Preset] = {"a": ONE, "b": ONE}
    assert len(gathered([pair_measured(ONE, ONE)], VERSIONS).of_pair(twins, ON_GPU)) == 1


def test_a_pair_on_an_instance_each_is_not_that_on_one_gpu() -> None:
    own: dict[Lane, PlannedDevice] = {
        "a": PlannedDevice("gpu", "M", "MIG-1"), "b": PlannedDevice("gpu", "M", "MIG-2")
    }  # fmt: skip
    on = {lane: measured_on(device, VERSIONS) for lane, device in own.items()}
    told = gathered([pair_measured(ONE, OTHER, on=on)], VERSIONS)
    assert told.of_pair(BOTH, own)
    assert told.of_pair(BOTH, ON_GPU) == ()


def test_what_is_read_is_for_the_versions_installed_now() -> None:
    assert {"tensorflow", "keras"} <= set(installed_versions())
    on = measured_on(GPU, installed_versions())
    keep([lane_measured(ONE, on=on), lane_measured(OTHER, run="r2")])
    assert read_measurements().of(ONE, GPU)
    assert not read_measurements().of(OTHER, GPU)
