"""A made-up world for the pick screen: presets, devices and earlier runs without disk, driver or Keras."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from training.analysis.forecast_memory import Experience
from training.analysis.measurements import gathered
from training.description import Description
from training.meters.capacity import Capacity
from training.meters.devices import DeviceListing, choose_device
from training.meters.gpu_facts import Gpu, MigInstance
from training.plan import Sharing
from training.preflight import Check
from training.preset import Preset, preset_digest
from training.preset.make import make_preset
from training.preset_library import Origin, PresetEntry
from training.recent_pairs import RecentPair
from training.record.measurement_records import LaneMeasured, Measurement, measured_on
from tui.screens.pick import PickScreen
from tui.screens.pick_messages import Pair
from tui.screens.pick_sources import PickSources

NAMES = ("cnn-small", "lstm", "seed-binary", "seed-regression", "tiny-steps", "wide-mlp")
ERROR = '/presets/broken.toml: fit.loss: found "binary", did you mean binary_crossentropy?; allowed: losses'
NOW = datetime.fromisoformat("2026-11-30T12:00:00+00:00")

CAPACITY = Capacity(2.0, 8 * 2**30, "the machine's cores", "the machine's memory", None, None, Path("/"))
CPU_ONLY = DeviceListing("Test CPU (2 cores)", CAPACITY, why_no_gpu="no NVIDIA library: it is not found")
TWO_GPUS = DeviceListing(
    "Test CPU (2 cores)",
    CAPACITY,
    gpus=tuple(
        Gpu(
            index=index,
            uuid=f"GPU-{index}",
            name="Test GPU",
            memory_total_bytes=40 * 2**30,
            memory_free_bytes=free * 2**30,
        )
        for index, free in ((0, 10), (1, 30))
    ),
)


def gpu(index: int, **changes: Any) -> Gpu:
    """A GPU that is free and idle."""
    told: dict[str, Any] = {
        "uuid": f"GPU-{index}",
        "name": "NVIDIA Test GPU",
        "memory_total_bytes": 40 * 2**30,
        "memory_free_bytes": 30 * 2**30,
        "utilization_percent": 0.0,
        "compute_mode": "default",
        "processes": (),
        **changes,
    }
    return Gpu(index=index, **told)


def listing(*gpus: Gpu, **changes: Any) -> DeviceListing:
    """A machine with these GPUs."""
    return DeviceListing("Test CPU (2 cores)", CAPACITY, gpus=gpus, **changes)


def instance(name: str, uuid: str) -> MigInstance:
    """A MIG instance nobody uses."""
    return MigInstance(uuid, name, 7, 0, 5 * 2**30, 4 * 2**30, ())


MIG = listing(
    gpu(0, mig=True, mig_instances=(instance("1g.5gb", "MIG-aa"), instance("2g.10gb", "MIG-bb"))),
    gpu(1),
    gpu(2, mig=True, mig_instances=(instance("3g.20gb", "MIG-cc"),)),
)


def preset(title: str = "A title", **fit: Any) -> Preset:
    """A small sound preset."""
    made = make_preset(
        {
            "title": title,
            "description": "What it is.",
            "stresses": "What it stresses.",
            "model": {"name": "mlp", "hidden": [64]},
            "data": {"name": "tabular-binary", "samples": 1000, "features": 10},
            "fit": {"loss": "binary_crossentropy", "epochs": 4, **fit},
        }
    )
    assert isinstance(made, Preset), made
    return made


def entry(name: str, *, origin: Origin = "shipped", title: str | None = None) -> PresetEntry:
    """A good preset; each name trains something of its own."""
    seed = sum(name.encode())
    return PresetEntry(
        name, origin, Path(f"/presets/{name}.toml"), preset(title or f"Title of {name}"[:60], seed=seed), None
    )


def broken(name: str = "broken") -> PresetEntry:
    """A file with something wrong in it."""
    return PresetEntry(name, "local", Path(f"/presets/{name}.toml"), None, ERROR)


def description(of: Preset, parameters: int = 1234) -> Description:
    """What Keras would tell."""
    return Description(
        preset_digest(of), "3", parameters, parameters, 4 * parameters, 8 * parameters, 4096, 25, 3
    )


VERSIONS = {"tensorflow": "2.20.0", "keras": "3.12.0"}
CPU_NOW = measured_on(choose_device("cpu", CPU_ONLY), VERSIONS)


def lane_measured(of: Preset, **changes: Any) -> LaneMeasured:
    """One whole run of this preset on the made-up CPU."""
    told: dict[str, Any] = {
        "on": CPU_NOW,
        "digest": preset_digest(of),
        "preset": "one",
        "run": "r1",
        "lane": "a",
        "at": "2026-10-07T14:03:00+02:00",
        "sharing": "together",
        "beside": "lstm",
        "status": "completed",
        "is_whole": True,
        "steps": 4000,
        "train_s": 42.0,
        "steps_per_s": 95.2,
        "peak_memory_bytes": 300 * 2**20,
        **changes,
    }
    return LaneMeasured(**told)


def experience(*measurements: Measurement) -> Experience:
    """What these teach, with the versions of now."""
    return Experience(gathered(measurements, VERSIONS))


class World:
    """What the screen reads; each part can be another, and presets can be held back."""

    def __init__(
        self, entries: tuple[PresetEntry, ...] | None = None, listing: DeviceListing = CPU_ONLY
    ) -> None:
        self.entries = entries if entries is not None else tuple(entry(name) for name in NAMES)
        self.listing = listing
        self.experience = experience()
        self.kept: dict[str, Description] = {}
        self.may_read = threading.Event()
        self.may_read.set()
        self.may_describe = threading.Event()
        self.may_describe.set()
        self.described: list[str] = []
        self.cancelled: list[str] = []
        self.findings: dict[Sharing, tuple[Check, ...]] = {}
        self.checked: list[Pair] = []
        self.recent: tuple[RecentPair, ...] = ()
        self.listed = 0

    def screen(self, **options: Any) -> PickScreen:
        """A pick screen in this world; it describes as soon as the highlight rests at all."""
        sources = PickSources(
            presets=self._presets,
            devices=self._devices,
            earlier=lambda: self.experience,
            kept=lambda preset: self.kept.get(preset_digest(preset)),
            describe=self._describe,
            check=self._check,
            recent=lambda: self.recent,
        )
        return PickScreen(sources, **{"rest_s": 0.001, "now": lambda: NOW, **options})

    def _check(
        self, pair: Pair, _listing: DeviceListing, _experience: Experience | None
    ) -> dict[Sharing, tuple[Check, ...]]:
        self.checked.append(pair)
        return self.findings

    def _devices(self) -> DeviceListing:
        self.listed += 1
        return self.listing

    def _presets(self) -> tuple[PresetEntry, ...]:
        self.may_read.wait(30)
        return self.entries

    def _describe(self, one: PresetEntry, is_cancelled: Callable[[], bool]) -> Description | str:
        self.described.append(one.name)
        while not self.may_describe.wait(0.01):
            if is_cancelled():
                self.cancelled.append(one.name)
                return "cancelled"
        assert one.preset is not None
        return description(one.preset)
