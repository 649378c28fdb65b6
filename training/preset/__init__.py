"""What a preset may say: one model's training, as TOML."""

from __future__ import annotations

from training.preset.document import CheckpointSpec, DeviceSpec, FitSpec, Preset
from training.preset.errors import PresetError
from training.preset.load import load_preset

__all__ = ["CheckpointSpec", "DeviceSpec", "FitSpec", "Preset", "PresetError", "load_preset"]
