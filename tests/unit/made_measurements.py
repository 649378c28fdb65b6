"""Measurements that were never taken, and the devices and versions they hold for."""

from __future__ import annotations

from typing import Any

from training.analysis.forecast_memory import Experience, experience_of
from training.analysis.measurements import gathered
from training.plan import LANES, PlannedDevice
from training.preset import Preset, preset_digest
from training.record.measurement_records import LaneMeasured, Measurement, PairMeasured, measured_on

GIB = 1 << 30
VERSIONS = {"tensorflow": "2.20.0", "keras": "3.12.0", "python": "3.11.7"}
CPU = PlannedDevice("cpu", "Test CPU (2 cores)", memory_bytes=8 * GIB)
GPU = PlannedDevice("gpu", "Test GPU", "GPU-1", 24 * GIB)


def lane_measured(of: Preset, *, device: PlannedDevice = GPU, **changes: Any) -> LaneMeasured:
    """One whole run of this preset."""
    told: dict[str, Any] = {
        "on": measured_on(device, VERSIONS),
        "digest": preset_digest(of),
        "preset": "one",
        "run": "r1",
        "lane": "a",
        "at": "2026-10-07T14:03:00+02:00",
        "sharing": "together",
        "status": "completed",
        "steps": 1000,
        "train_s": 10.0,
        "beside": "other",
        "steps_per_s": 100.0,
        **changes,
    }
    return LaneMeasured(**told)


def pair_measured(a: Preset, b: Preset, *, device: PlannedDevice = GPU, **changes: Any) -> PairMeasured:
    """These two beside each other, a slowed by half and b by a quarter."""
    on = measured_on(device, VERSIONS)
    told: dict[str, Any] = {
        "on": dict.fromkeys(LANES, on),
        "digests": {"a": preset_digest(a), "b": preset_digest(b)},
        "presets": {"a": "one", "b": "other"},
        "run": "r1",
        "at": "2026-10-07T14:03:00+02:00",
        "sharing": "together",
        "slowdown": {"a": 1.5, "b": 1.25},
        "speedup": 1.52,
        "interval": (1.4, 1.65),
        "verdict": "together",
        "blocks": 4,
        **changes,
    }
    return PairMeasured(**told)


def experience(*measurements: Measurement) -> Experience:
    """What these teach with the versions of now, and the descriptions that are kept."""
    return experience_of(gathered(measurements, VERSIONS))
