"""A TensorFlow with a GPU that is too small: put this folder on PYTHONPATH of a run.

The trainings are real and use the CPU. One whose batch is larger than STAND_IN_LARGEST_BATCH fails after its warm-up as
TensorFlow's allocator does, once the file that STAND_IN_FULL_WHEN names exists. With STAND_IN_DIES set the process ends
at once then, as where a check fails inside the framework: all it leaves is a line in its log.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

FAILS_AT_STEP = 5
LARGEST_BATCH = int(os.environ.get("STAND_IN_LARGEST_BATCH", "16"))
WHEN = Path(os.environ.get("STAND_IN_FULL_WHEN", "/nonexistent"))
PATIENCE_S = 60.0
WORDS = (
    "OOM when allocating tensor with shape[65536,65536] and type float on /job:localhost/replica:0/task:0/device:GPU:0 "
    "by allocator GPU_0_bfc"
)


def _believe_in_a_gpu() -> None:
    path = Path(__file__).parent.parent / "tensorflow_with_gpu" / "sitecustomize.py"
    spec = importlib.util.spec_from_file_location("stand_in_tensorflow_with_gpu", path)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


class _Finder(importlib.abc.MetaPathFinder):
    """Finds `keras` as ever; TensorFlow looks for it more than once before it is loaded."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        spec = importlib.machinery.PathFinder.find_spec(name, path, target) if name == "keras" else None
        if spec is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(importlib.abc.Loader):
    """Loads `keras` as ever, then makes its trainings fail."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def create_module(self, spec: Any) -> Any:
        return self._inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._inner.exec_module(module)
        _make_it_too_small(module)


def _make_it_too_small(keras: Any) -> None:
    class Full(keras.callbacks.Callback):  # type: ignore[misc]
        steps = 0

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            self.steps += 1
            if self.steps > FAILS_AT_STEP:
                _fail()

    truly = keras.Model.fit

    def fit(model: Any, batches: Any, **named: Any) -> Any:
        if batches.batch_size > LARGEST_BATCH:
            named["callbacks"] = [*named.get("callbacks", ()), Full()]
        return truly(model, batches, **named)

    keras.Model.fit = fit


def _fail() -> None:
    import tensorflow  # noqa: TID251 - the words are TensorFlow's own

    deadline = time.monotonic() + PATIENCE_S
    while not WHEN.exists():
        assert time.monotonic() < deadline, f"{WHEN} never came"
        time.sleep(0.01)
    if os.environ.get("STAND_IN_DIES"):
        print(f"F bfc_allocator.cc:700] {WORDS}", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGABRT)
    raise tensorflow.errors.ResourceExhaustedError(None, None, WORDS)


_believe_in_a_gpu()
sys.meta_path.insert(0, _Finder())
