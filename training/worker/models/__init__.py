"""The architectures: one file each, imported only when a preset names it."""

from __future__ import annotations

from training.worker.models.build import build_model, compile_model

__all__ = ["build_model", "compile_model"]
