"""Descriptions that are shipped with the presets: nobody waits for Keras to tell of these."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec
from msgspec import structs

from training.description.description import Description
from training.preset import CheckpointSpec, DeviceSpec, Preset, preset_digest

_FILE = Path(__file__).with_name("shipped.json")


def shipped_description(preset: Preset) -> Description | None:
    """What is shipped of a preset, also of one that differs only in what changes nothing of its model."""
    found = _shipped().get(built_digest(preset))
    return None if found is None else structs.replace(found, digest=preset_digest(preset))


def built_digest(preset: Preset) -> str:
    """The same for all presets of one description: seed, length, learning rate, metrics and caps change none of it."""
    fit = structs.replace(
        preset.fit, seed=1, epochs=1, steps=None, learning_rate=1.0, metrics=(), on_nan="stop"
    )
    device = DeviceSpec(precision=preset.device.precision)
    return preset_digest(structs.replace(preset, fit=fit, device=device, checkpoint=CheckpointSpec()))


@cache
def _shipped() -> Mapping[str, Description]:
    try:
        told = msgspec.json.decode(_FILE.read_bytes(), type=list[Description])
    except (OSError, msgspec.DecodeError):  # then Keras is asked
        return {}
    return {one.digest: one for one in told}
