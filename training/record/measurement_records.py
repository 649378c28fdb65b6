"""What runs and benches measured, as the state directory keeps it: one lane's training, and two beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

from training.plan import Lane, PlannedDevice, Sharing
from training.preset.backend import BACKENDS, DEFAULT_BACKEND, Backend
from training.record.event_records import LaneStatus
from training.record.tagged import Record

Figure = Annotated[float, Meta(ge=1e-9, le=1e12)]
"""A rate or a ratio as it can be: what lies beyond is damage."""
Count = Annotated[int, Meta(ge=0)]


class MeasuredOn(Struct, frozen=True):
    """Device and versions: what was measured holds for these alone."""

    kind: Literal["cpu", "gpu"]
    device: str
    """A GPU's or MIG instance's UUID; a CPU's name, as machines may share the disk of the measurements."""
    tensorflow: str
    """Its version; empty where the lane trains on another backend."""
    keras: str
    backend: str = ""
    """The other backend with its version, as "jax 0.10.2"; empty for TensorFlow."""

    @property
    def backend_name(self) -> Backend:
        """The backend without its version; one that only a later version knows is taken for the default."""
        name = self.backend.partition(" ")[0]
        return next((one for one in BACKENDS if one == name), DEFAULT_BACKEND)


def measured_on(
    device: PlannedDevice, versions: Mapping[str, str], backend: Backend = DEFAULT_BACKEND
) -> MeasuredOn:
    """What a measurement of a lane on this device and backend holds for, with these versions of packages."""
    name, keras = device.uuid or device.name, versions.get("keras", "")
    if backend == DEFAULT_BACKEND:
        return MeasuredOn(device.kind, name, versions.get("tensorflow", ""), keras)
    return MeasuredOn(device.kind, name, "", keras, f"{backend} {versions.get(backend, '')}".rstrip())


class LaneMeasured(Record, frozen=True, tag="lane_measured"):
    """One lane of one run that ended. What the run could not tell is None."""

    on: MeasuredOn
    digest: str
    """Of the preset's content."""
    preset: str
    run: str
    lane: Lane
    at: str
    """When the run ended: wall time, ISO 8601 with offset."""
    sharing: Sharing
    status: LaneStatus
    steps: Count
    train_s: Annotated[float, Meta(ge=0)]
    beside: str | None = None
    """What trained in the other lane."""
    is_whole: bool = False
    """It trained the preset's own length, with no limit of the run's."""
    steps_per_s: Figure | None = None
    solo_steps_per_s: Figure | None = None
    """Steps per second of its whole time while nobody trained beside it."""
    solo_disturbed_share: Annotated[float, Meta(ge=0, le=1)] | None = None
    """Share of the time behind `solo_steps_per_s` in which something disturbed it; what probes time nothing did."""
    peak_memory_bytes: Count | None = None
    """The footprint: device memory on a GPU, RSS on a CPU."""
    peak_is_estimate: bool = False
    """Inferred and not told by the driver."""
    is_capped: bool = False
    """The footprint was bound by the preset's own cap."""
    data_bytes: Count | None = 0
    """What its data take once made; None where a function of the user's own makes them."""


class PairMeasured(Record, frozen=True, tag="pair_measured"):
    """Two presets beside each other; the figures are those of `Contention`, for the lengths they had then."""

    on: dict[Lane, MeasuredOn]
    digests: dict[Lane, str]
    presets: dict[Lane, str]
    run: str
    at: str
    sharing: Sharing
    """How they shared the device while they were beside each other."""
    slowdown: dict[Lane, Figure]
    speedup: Figure
    solo_steps_per_s: dict[Lane, Figure] = {}
    interval: tuple[Figure, Figure] | None = None
    """Of the speed-up; None where there were too few measurements for one."""
    verdict: Literal["together", "sequential", "no clear difference", "unknown"] = "unknown"
    blocks: Count = 0
    launches: Annotated[int, Meta(ge=1)] = 1
    """How many fresh launches it stands on."""


Measurement = LaneMeasured | PairMeasured
