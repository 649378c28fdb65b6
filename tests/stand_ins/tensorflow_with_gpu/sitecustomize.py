"""A TensorFlow that believes in a GPU: put this folder on PYTHONPATH of a run whose trainings should say "GPU:0".

The trainings are real and use the CPU; only what TensorFlow tells of its devices is another. The scenario of the
simulated driver library tells the rest.
"""

import importlib.abc
import importlib.machinery
import os
import sys
from types import ModuleType
from typing import Any

CURRENT_BYTES = int(os.environ.get("STAND_IN_CURRENT_BYTES", str(700 << 20)))
PEAK_BYTES = int(os.environ.get("STAND_IN_PEAK_BYTES", str(900 << 20)))


class _AfterImport(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Lets `tensorflow` be imported as ever, then changes what it tells."""

    def __init__(self) -> None:
        self._inner: Any = None

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != "tensorflow" or self._inner is not None:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None:
            self._inner, spec.loader = spec.loader, self
        return spec

    def create_module(self, spec: Any) -> Any:
        return self._inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._inner.exec_module(module)
        _believe(module)


def _believe(tensorflow: Any) -> None:
    config = tensorflow.config
    truly = config.list_physical_devices
    gpu = tensorflow.config.PhysicalDevice("/physical_device:GPU:0", "GPU")
    config.list_physical_devices = lambda kind=None: [gpu] if kind == "GPU" else truly(kind)
    config.experimental.set_memory_growth = lambda device, enable: None
    config.experimental.get_memory_info = lambda device: {"current": CURRENT_BYTES, "peak": PEAK_BYTES}


sys.meta_path.insert(0, _AfterImport())
