"""TensorFlow under Keras: set its device up, and ask what it holds."""

from __future__ import annotations

import importlib.metadata
import os
from typing import Any

from training.plan import IfNoGpu, PlannedDevice
from training.preset import DeviceSpec
from training.worker.frameworks.framework import SetUp, thread_count, without_gpu
from training.worker.no_gpu import why_no_gpu


class TensorFlow:
    """TensorFlow as Keras's backend, on one device."""

    times_cached_batches = True

    def __init__(self) -> None:
        import tensorflow

        self._tf: Any = tensorflow
        self._gpu: str | None = None

    def versions(self) -> dict[str, str]:
        """Versions that decide what a run means."""
        return {name: importlib.metadata.version(name) for name in ("tensorflow", "keras", "numpy")}

    def threads(self) -> dict[str, int]:
        """Thread settings; 0 is TensorFlow's own choice."""
        # What the environment asks for TensorFlow keeps to, but its own functions tell 0.
        threading = self._tf.config.threading
        return {
            "intra_op": int(threading.get_intra_op_parallelism_threads())
            or thread_count(os.environ.get("TF_NUM_INTRAOP_THREADS")),
            "inter_op": int(threading.get_inter_op_parallelism_threads())
            or thread_count(os.environ.get("TF_NUM_INTEROP_THREADS")),
        }

    def set_up(self, device: PlannedDevice, spec: DeviceSpec, if_no_gpu: IfNoGpu) -> SetUp:
        """Have memory grow, or set the preset's cap."""
        gpus = self._tf.config.list_physical_devices("GPU")
        if device.kind == "cpu":
            return SetUp("CPU")
        if not gpus:
            return without_gpu(why_no_gpu(dict(self._tf.sysconfig.get_build_info())), if_no_gpu)
        if isinstance(spec.memory, int):
            limit = self._tf.config.LogicalDeviceConfiguration(memory_limit=spec.memory)
            self._tf.config.set_logical_device_configuration(gpus[0], [limit])
        else:
            self._tf.config.experimental.set_memory_growth(gpus[0], True)
        self._gpu = "GPU:0"
        return SetUp(self._gpu)

    def hold_state(self, model: Any) -> None:
        """TensorFlow's variables always hold it."""

    def synchronize(self) -> None:
        """Return once the GPU has nothing left to do; a CPU is done when Keras is."""
        if self._gpu is not None:
            self._tf.test.experimental.sync_devices()

    def memory(self) -> dict[str, int] | None:
        """Bytes TensorFlow's tensors hold on a GPU; None on a CPU, where it does not count them."""
        if self._gpu is None:
            return None
        info = self._tf.config.experimental.get_memory_info(self._gpu)
        return {"current_bytes": int(info["current"]), "peak_bytes": int(info["peak"])}
