"""The estimate of a lane's memory: what the device's grew by while the lane alone warmed up."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from training.meters.meter import LaneProcess
from training.meters.warm_up_growth import Growth, Listed, WarmUpGrowth
from training.plan import Lane

MIB = 1 << 20
BEFORE = {"a": LaneProcess(7), "b": LaneProcess(8)}
A_WARMS = {"a": LaneProcess(7, True, 1.0), "b": LaneProcess(8)}
A_IS_WARM = {"a": LaneProcess(7, False, 1.0), "b": LaneProcess(8)}
B_WARMS = {"a": LaneProcess(7, False, 1.0), "b": LaneProcess(8, True, 3.0)}
BOTH = {"a": LaneProcess(7, False, 1.0), "b": LaneProcess(8, False, 3.0)}
NOBODY: dict[Lane, frozenset[int]] = {"a": frozenset({7}), "b": frozenset({8})}


class Device:
    """Memory in use, sample by sample."""

    def __init__(self) -> None:
        self.growth = WarmUpGrowth(means_nothing_here=lambda pid: pid > 1000)

    def take(
        self, lanes: Mapping[str, LaneProcess], used_mib: int | None, listed: Listed | None = None
    ) -> None:
        self.growth.take(
            lanes,  # type: ignore[arg-type]
            None if used_mib is None else used_mib * MIB,
            {} if listed is None else listed,
            NOBODY,
        )


def test_each_lane_has_what_came_in_its_own_warm_up() -> None:
    device = Device()
    device.take(BEFORE, 100)
    device.take(A_WARMS, 600)
    device.take(A_IS_WARM, 900)
    device.take(B_WARMS, 1000)
    device.take(B_WARMS, 1700)
    device.take(BOTH, 1900)
    device.take(BOTH, 3000)  # later it is anybody's
    assert device.growth.of("a") == Growth(800 * MIB)
    assert device.growth.of("b") == Growth(1000 * MIB)


def test_a_warm_up_that_ends_as_the_next_begins_is_not_given_what_is_the_nexts() -> None:
    device = Device()
    device.take(BEFORE, 100)
    device.take(A_WARMS, 900)
    device.take(B_WARMS, 1300)
    device.take(BOTH, 1500)
    assert device.growth.of("a") == Growth(800 * MIB)
    assert device.growth.of("b") == Growth(600 * MIB)


def test_nothing_is_known_before_it_grew_nor_where_memory_in_use_is_not_told() -> None:
    device = Device()
    device.take(BEFORE, None)
    device.take(A_WARMS, None)
    assert device.growth.of("a") is None
    device.take(A_IS_WARM, 900)  # the beginning was missed
    assert device.growth.of("a") is None


@pytest.mark.parametrize(
    ("before", "during", "is_rough"),
    [
        ({}, {5: MIB}, True),
        ({5: MIB}, {}, True),
        ({5: MIB}, {5: 200 * MIB}, True),
        ({5: MIB}, {5: 2 * MIB}, False),
        ({5: None}, {5: None}, False),
        ({}, {7: 800 * MIB}, False),  # the lane itself
        ({}, {5000: 800 * MIB}, False),  # it may be the lane, by the host's PID
        ({}, {5000: 400 * MIB, 5001: 400 * MIB}, True),  # one of them is somebody else
    ],
)
def test_it_is_rough_where_others_changed(before: Listed, during: Listed, is_rough: bool) -> None:
    device = Device()
    device.take(BEFORE, 100, before)
    device.take(A_WARMS, 900, during)
    device.take(A_IS_WARM, 900, during)
    assert device.growth.of("a") == Growth(800 * MIB, is_rough)


@pytest.mark.parametrize("pid", [5, 5000])
def test_who_came_and_left_in_the_warm_up_was_not_the_lane(pid: int) -> None:
    device = Device()
    device.take(BEFORE, 100)
    device.take(A_WARMS, 900, {pid: 100 * MIB})
    device.take(A_IS_WARM, 900, {})
    assert device.growth.of("a") == Growth(800 * MIB, is_rough=True)
    assert not device.growth.maybe_ours


def test_a_pid_that_may_be_the_lane_is_not_foreign_until_the_lane_is_listed() -> None:
    device = Device()
    device.take(BEFORE, 100, {4000: MIB})
    device.take(A_WARMS, 900, {4000: MIB, 5000: 800 * MIB})
    assert device.growth.maybe_ours == {5000}
    device.take(A_IS_WARM, 900, {4000: MIB, 5000: 800 * MIB})
    device.take(A_IS_WARM, 900, {4000: MIB, 5000: 800 * MIB, 6000: MIB})
    assert device.growth.maybe_ours == {5000}  # who comes later is foreign
    device.take(A_IS_WARM, 900, {5000: 800 * MIB, 7: 800 * MIB})
    assert device.growth.maybe_ours == frozenset()
