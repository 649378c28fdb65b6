"""What lies under Keras: one file for each backend, behind one protocol."""

from __future__ import annotations

from training.worker.frameworks.framework import Framework, SetUp
from training.worker.frameworks.importing import import_framework

__all__ = ["Framework", "SetUp", "import_framework"]
