"""Whether trainings fit the memory of the device they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from training.analysis.forecast_memory import MemoryNeed
from training.plan import Lane, PlannedDevice, Sharing

FitState = Literal["fits", "may not fit", "does not fit", "not known"]


@dataclass(frozen=True, slots=True)
class DeviceFit:
    """The lanes on one device, what they take at their peaks, and what there is."""

    device: PlannedDevice
    needs: Mapping[Lane, MemoryNeed]
    sharing: Sharing
    total_bytes: int | None

    @property
    def in_turn(self) -> bool:
        """Each lane has the memory to itself."""
        return self.sharing == "sequential" and len(self.needs) > 1

    @property
    def need_bytes(self) -> int | None:
        """What they take at most at one time; None where one of them is not known."""
        needs = [need.need_bytes for need in self.needs.values() if need.need_bytes is not None]
        return self._combined(needs) if len(needs) == len(self.needs) else None

    @property
    def known_bytes(self) -> int:
        """The same as far as it is known: of what is not, its process's own share."""
        return self._combined(
            [need.base_bytes if need.need_bytes is None else need.need_bytes for need in self.needs.values()]
        )

    @property
    def least_bytes(self) -> int:
        """What they take in any case, as far as it is known."""
        return self._combined([need.least_bytes for need in self.needs.values()])

    @property
    def state(self) -> FitState:
        """Where only an estimate says that it does not fit, and it may be too high, it may not fit."""
        if self.total_bytes is None:
            return "not known"
        if self.least_bytes > self.total_bytes:
            return "does not fit"
        if self.need_bytes is None:
            return "not known"
        return "fits" if self.need_bytes <= self.total_bytes else "may not fit"

    @property
    def rests_on_estimates(self) -> bool:
        """Whether anything in it was never measured."""
        return any(need.known_from == "estimate" for need in self.needs.values())

    @property
    def fits_in_turn(self) -> bool:
        """Whether each lane alone would fit, as far as it is known."""
        return self.total_bytes is not None and all(
            (need.need_bytes or 0) <= self.total_bytes for need in self.needs.values()
        )

    def _combined(self, needs: list[int]) -> int:
        if not needs:
            return 0
        if self.in_turn:
            return max(needs)
        if self.sharing == "one-process":  # a process has its own share once
            base_bytes = max(need.base_bytes for need in self.needs.values())
            return max(*needs, sum(needs) - (len(needs) - 1) * base_bytes, 0)
        return sum(needs)


def device_fits(
    needs: Mapping[Lane, MemoryNeed], devices: Mapping[Lane, PlannedDevice], sharing: Sharing
) -> tuple[DeviceFit, ...]:
    """Each device with the lanes on it: one for all, or a MIG instance for each."""
    lanes_on: dict[str, list[Lane]] = {}
    for lane in needs:
        lanes_on.setdefault(devices[lane].uuid or devices[lane].name, []).append(lane)
    return tuple(
        DeviceFit(
            devices[lanes[0]], {lane: needs[lane] for lane in lanes}, sharing, devices[lanes[0]].memory_bytes
        )
        for lanes in lanes_on.values()
    )
