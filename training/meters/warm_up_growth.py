"""How much of the device a lane took while it alone warmed up: an estimate where the driver cannot tell.

Lanes warm up one at a time, so what the device's memory grew by meanwhile belongs to the lane that did, unless
somebody else came, went or changed what it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from training.meters.meter import LaneProcess
from training.plan import Lane

_MOVED_BYTES = 32 << 20
"""By how much another process's memory changes before it spoils the estimate of a lane's, itself of hundreds of MiB."""


@dataclass(frozen=True, slots=True)
class Growth:
    """What the device's memory in use grew by; `is_rough` where somebody else's changed meanwhile."""

    bytes: int
    is_rough: bool = False


Listed = Mapping[int, int | None]
"""Memory by PID, as the driver lists it."""


@dataclass(slots=True)
class _WarmUp:
    before_bytes: int
    listed_before: Listed
    is_rough: bool = False
    is_over: bool = False
    growth: Growth | None = None
    newcomers: set[int] = field(default_factory=set)
    """PIDs the driver listed first in this warm-up and that mean nothing here: it may be the lane itself."""


class WarmUpGrowth:
    """Follows the memory in use of one device through the warm-ups of its lanes.

    Where the driver tells a container the host's PIDs, a lane stands in the list under a name we cannot know. So a
    PID that comes up in the warm-up of a lane that is not listed, and that no process here has, may be that lane: it
    does not make the estimate rough, unless there are several, and is not told as a foreign process.
    """

    def __init__(self, means_nothing_here: Callable[[int], bool]) -> None:
        """Begin before any warm-up; `means_nothing_here` tells of a listed PID whether no process here has it."""
        self._means_nothing_here = means_nothing_here
        self._used_before: int | None = None
        self._listed_before: Listed = {}
        self._warm_ups: dict[Lane, _WarmUp] = {}

    def take(
        self,
        lanes: Mapping[Lane, LaneProcess],
        used_bytes: int | None,
        listed: Listed | None,
        trees: Mapping[Lane, Collection[int]],
    ) -> None:
        """Take one sample.

        Args:
            lanes: the lanes on this device.
            used_bytes: memory in use on the device; None where it is not known.
            listed: what the driver lists; None where it cannot be read.
            trees: the PIDs of each lane in that list; none where its PIDs are not ours.
        """
        if used_bytes is None:
            return
        listed = self._listed_before if listed is None else listed
        for lane, process in lanes.items():
            warm_up = self._warm_ups.get(lane)
            if warm_up is None:
                if not process.is_warming and process.uses_device_since_s is None:
                    continue
                # The sample before it began is the cleaner one: this one may have some of its memory in it.
                if self._used_before is None:
                    warm_up = _WarmUp(used_bytes, listed)
                else:
                    warm_up = _WarmUp(self._used_before, self._listed_before)
                self._warm_ups[lane] = warm_up
            own = trees.get(lane, ())
            if not listed.keys().isdisjoint(own):
                warm_up.newcomers.clear()
            if warm_up.is_over:
                continue
            # Once it is over the next lane may have begun, and what has come since is that one's.
            if process.is_warming or not _another_warms(lane, lanes):
                self._grow(warm_up, used_bytes, listed, own)
            warm_up.is_over = not process.is_warming
        self._used_before, self._listed_before = used_bytes, listed

    def of(self, lane: Lane) -> Growth | None:
        """Return the growth so far, final once the lane is warm; None before anything of it showed."""
        warm_up = self._warm_ups.get(lane)
        return None if warm_up is None else warm_up.growth

    @property
    def maybe_ours(self) -> frozenset[int]:
        """Listed PIDs that may be the lanes' under the host's names."""
        return frozenset[int]().union(*(warm_up.newcomers for warm_up in self._warm_ups.values()))

    def _grow(self, warm_up: _WarmUp, used_bytes: int, listed: Listed, own: Collection[int]) -> None:
        before = warm_up.listed_before.keys() - own
        if listed.keys().isdisjoint(own):
            came = listed.keys() - before - self.maybe_ours
            warm_up.newcomers.update(pid for pid in came if self._means_nothing_here(pid))
        others = listed.keys() - own - warm_up.newcomers
        moved = others != before or any(
            abs((listed[pid] or 0) - (warm_up.listed_before[pid] or 0)) > _MOVED_BYTES for pid in others
        )
        left = warm_up.newcomers - listed.keys()  # the lane is still there: it was somebody else after all
        warm_up.is_rough = warm_up.is_rough or moved or bool(left) or len(warm_up.newcomers) > 1
        warm_up.newcomers -= left
        grown = used_bytes - warm_up.before_bytes
        if grown > 0:
            warm_up.growth = Growth(grown, warm_up.is_rough)


def _another_warms(lane: Lane, lanes: Mapping[Lane, LaneProcess]) -> bool:
    return any(process.is_warming for other, process in lanes.items() if other != lane)
