"""What was measured before, asked for by preset, device and versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from msgspec import structs

from training.plan import LANES, Lane, PlannedDevice
from training.plan_versions import installed_of
from training.preset import Preset, preset_digest
from training.preset.backend import BACKENDS
from training.record.measurement_records import (
    LaneMeasured,
    MeasuredOn,
    Measurement,
    PairMeasured,
    measured_on,
)
from training.record.measurement_store import read_kept

_LaneKey = tuple[MeasuredOn, str]
_PairKey = tuple[_LaneKey, _LaneKey]
VERSIONS_OF_RESULTS = (*BACKENDS, "keras")
"""What must be of the same version for two measurements to be of the same thing."""
_OTHER: dict[Lane, Lane] = {"a": "b", "b": "a"}


@dataclass(frozen=True, slots=True)
class Measurements:
    """Everything that is kept, of each thing the newest first."""

    versions: Mapping[str, str] = field(default_factory=dict)
    """Of the packages that are installed now."""
    lanes: Mapping[_LaneKey, tuple[LaneMeasured, ...]] = field(default_factory=dict)
    pairs: Mapping[_PairKey, tuple[PairMeasured, ...]] = field(default_factory=dict)

    def of(self, preset: Preset, device: PlannedDevice) -> tuple[LaneMeasured, ...]:
        """Every lane that trained this very preset on this very device with these versions."""
        return self.lanes.get(self._key(preset, device), ())

    def has_other_versions(self, preset: Preset, device: PlannedDevice) -> bool:
        """Whether it trained on this device with other versions alone."""
        here, digest = self._key(preset, device)
        others = (on for on, of in self.lanes if of == digest and on.device == here.device)
        return (here, digest) not in self.lanes and any(on != here for on in others)

    def of_pair(
        self, presets: Mapping[Lane, Preset], devices: Mapping[Lane, PlannedDevice]
    ) -> tuple[PairMeasured, ...]:
        """Every measurement of these two beside each other, told for the lanes they stand in now."""
        a, b = (self._key(presets[lane], devices[lane]) for lane in LANES)
        as_now = self.pairs.get((a, b), ())
        if a == b:
            return as_now
        both = (*as_now, *(swapped(one) for one in self.pairs.get((b, a), ())))
        return tuple(sorted(both, key=lambda one: one.at, reverse=True))

    def _key(self, preset: Preset, device: PlannedDevice) -> _LaneKey:
        return measured_on(device, self.versions, preset.fit.backend), preset_digest(preset)


def read_measurements() -> Measurements:
    """What the state directory keeps, for the versions that are installed now; reads one file of bounded size."""
    return gathered(read_kept(), installed_versions())


def gathered(measurements: Iterable[Measurement], versions: Mapping[str, str]) -> Measurements:
    """Measurements that can be asked; one that was kept twice counts once.

    Args:
        measurements: in any order.
        versions: of the packages that are installed now.
    """
    lanes: dict[_LaneKey, list[LaneMeasured]] = {}
    pairs: dict[_PairKey, list[PairMeasured]] = {}
    once = {identity(one): one for one in measurements}.values()
    for one in sorted(once, key=lambda one: one.at, reverse=True):
        if isinstance(one, LaneMeasured):
            lanes.setdefault((one.on, one.digest), []).append(one)
        elif all(lane in one.on and lane in one.digests and lane in one.slowdown for lane in LANES):
            a, b = ((one.on[lane], one.digests[lane]) for lane in LANES)
            pairs.setdefault((a, b), []).append(one)
    return Measurements(
        versions,
        {key: tuple(found) for key, found in lanes.items()},
        {key: tuple(found) for key, found in pairs.items()},
    )


def identity(one: Measurement) -> tuple[str, str, str]:
    """What two copies of one measurement have in common."""
    return one.run, one.at, f"lane {one.lane}" if isinstance(one, LaneMeasured) else f"pair {one.sharing}"


def swapped(pair: PairMeasured) -> PairMeasured:
    """The same measurement with the lanes the other way round."""
    return structs.replace(
        pair,
        on={_OTHER[lane]: on for lane, on in pair.on.items()},
        digests={_OTHER[lane]: digest for lane, digest in pair.digests.items()},
        presets={_OTHER[lane]: preset for lane, preset in pair.presets.items()},
        slowdown={_OTHER[lane]: slowdown for lane, slowdown in pair.slowdown.items()},
        solo_steps_per_s={_OTHER[lane]: rate for lane, rate in pair.solo_steps_per_s.items()},
    )


def installed_versions() -> dict[str, str]:
    """The versions a measurement holds for, as a plan made now would have them."""
    return installed_of(VERSIONS_OF_RESULTS)
