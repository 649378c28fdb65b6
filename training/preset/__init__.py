"""What a preset may say: one model's training, as TOML."""

from __future__ import annotations

from training.preset.digest import preset_digest
from training.preset.document import CheckpointSpec, DeviceSpec, FitSpec, Preset
from training.preset.errors import PresetError
from training.preset.explain import Setting, explain
from training.preset.load import load_preset
from training.preset.overrides import apply_overrides
from training.preset.printable import printable

__all__ = [
    "CheckpointSpec",
    "DeviceSpec",
    "FitSpec",
    "Preset",
    "PresetError",
    "Setting",
    "apply_overrides",
    "explain",
    "load_preset",
    "preset_digest",
    "printable",
]
