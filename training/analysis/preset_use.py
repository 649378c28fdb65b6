"""When presets were trained here last, and how fast one goes alone, as far as it was measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from training.analysis.forecast_rate import RateAlone, rate_alone
from training.analysis.measurements import Measurements
from training.plan import PlannedDevice
from training.preset import Preset, preset_digest
from training.record.measurement_records import PairMeasured, measured_on
from training.record.wall_time import wall_time


@dataclass(frozen=True, slots=True)
class LastUses:
    """The newest end of a training, by what was trained and by what it was called."""

    by_digest: Mapping[str, datetime]
    by_name: Mapping[str, datetime]

    def of(self, digest: str, name: str | None) -> datetime | None:
        """When it was trained last, whatever was set beside it; None where it never was.

        Args:
            digest: of the preset's content.
            name: what it is called, where no other is called so.
        """
        found = (self.by_digest.get(digest), self.by_name.get(name) if name is not None else None)
        return max((one for one in found if one is not None), default=None)


def last_uses(measured: Measurements) -> LastUses:
    """What every measurement together says, on whatever device."""
    by_digest: dict[str, datetime] = {}
    by_name: dict[str, datetime] = {}
    for digest, name, at in _trained(measured):
        then = wall_time(at)
        if then is not None:
            by_digest[digest] = max(then, by_digest.get(digest, then))
            by_name[name] = max(then, by_name.get(name, then))
    return LastUses(by_digest, by_name)


def speed_alone(preset: Preset, device: PlannedDevice, measured: Measurements) -> RateAlone | None:
    """Steps per second of the preset alone on this device; None where that was never measured."""
    runs = measured.of(preset, device)
    rate = rate_alone("a", runs)
    if rate is not None:
        return rate
    on, digest = measured_on(device, measured.versions, preset.fit.backend), preset_digest(preset)
    for pair in _pairs(measured):
        for lane, of in pair.digests.items():
            if of == digest and pair.on.get(lane) == on and (found := rate_alone(lane, runs, pair)):
                return found
    return None


def _trained(measured: Measurements) -> Iterable[tuple[str, str, str]]:
    for lanes in measured.lanes.values():
        yield from ((one.digest, one.preset, one.at) for one in lanes)
    for pair in _pairs(measured):
        yield from (
            (pair.digests[lane], name, pair.at) for lane, name in pair.presets.items() if lane in pair.digests
        )


def _pairs(measured: Measurements) -> list[PairMeasured]:
    """All of them, the newest first."""
    return sorted(
        (one for pairs in measured.pairs.values() for one in pairs), key=lambda one: one.at, reverse=True
    )
