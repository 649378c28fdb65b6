"""How much of the device a lane took while it alone warmed up: an estimate where the driver cannot tell.

Lanes warm up one at a time, so what the device's memory grew by meanwhile belongs to the lane that did, unless
somebody else came, went or grew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from training.meters.meter import LaneProcess
from training.plan import Lane


@dataclass(frozen=True, slots=True)
class Growth:
    """What the device's memory in use grew by; `is_rough` where other processes came or went meanwhile."""

    bytes: int
    is_rough: bool = False


@dataclass(slots=True)
class _WarmUp:
    before_bytes: int
    others_before: frozenset[int]
    is_over: bool = False
    growth: Growth | None = None


class WarmUpGrowth:
    """Follows the memory in use of one device through the warm-ups of its lanes."""

    def __init__(self) -> None:
        self._used_before: int | None = None
        self._warm_ups: dict[Lane, _WarmUp] = {}

    def take(
        self, lanes: Mapping[Lane, LaneProcess], used_bytes: int | None, others: Collection[int]
    ) -> None:
        """Take one sample.

        Args:
            lanes: the lanes on this device.
            used_bytes: memory in use on the device; None where it is not known.
            others: PIDs the driver lists that belong to no lane.
        """
        if used_bytes is None:
            return
        strangers = frozenset(others)
        for lane, process in lanes.items():
            warm_up = self._warm_ups.get(lane)
            if warm_up is None:
                if not process.is_warming and process.uses_device_since_s is None:
                    continue
                # The sample before it began is the cleaner one: this one may have some of its memory in it.
                before = used_bytes if self._used_before is None else self._used_before
                warm_up = self._warm_ups[lane] = _WarmUp(before, strangers)
            if warm_up.is_over:
                continue
            # Once it is over the next lane may have begun, and what has come since is that one's.
            if process.is_warming or not _another_warms(lane, lanes):
                self._grow(warm_up, used_bytes, strangers)
            warm_up.is_over = not process.is_warming
        self._used_before = used_bytes

    def of(self, lane: Lane) -> Growth | None:
        """Return the growth so far, final once the lane is warm; None before anything of it showed."""
        warm_up = self._warm_ups.get(lane)
        return None if warm_up is None else warm_up.growth

    @staticmethod
    def _grow(warm_up: _WarmUp, used_bytes: int, strangers: frozenset[int]) -> None:
        grown = used_bytes - warm_up.before_bytes
        is_rough = strangers != warm_up.others_before
        if grown > 0:
            warm_up.growth = Growth(grown, is_rough)


def _another_warms(lane: Lane, lanes: Mapping[Lane, LaneProcess]) -> bool:
    return any(process.is_warming for other, process in lanes.items() if other != lane)
