"""The framework under Keras: set its device up, and ask what it holds."""

from __future__ import annotations

import importlib.metadata
from typing import Any

from training.plan import PlannedDevice
from training.preset import DeviceSpec
from training.worker.failures import LaneFailureError


class TensorFlow:
    """TensorFlow as Keras's backend, on one device.

    Constructing it imports both, so the environment must be complete by then.
    """

    def __init__(self) -> None:
        import tensorflow

        self._tf: Any = tensorflow
        self._gpu: str | None = None

    @staticmethod
    def versions() -> dict[str, str]:
        """Versions that decide what a run means."""
        return {name: importlib.metadata.version(name) for name in ("tensorflow", "keras", "numpy")}

    def threads(self) -> dict[str, int]:
        """Thread settings; 0 is TensorFlow's own choice. Part of the result where the device is a CPU."""
        threading = self._tf.config.threading
        return {
            "intra_op": int(threading.get_intra_op_parallelism_threads()),
            "inter_op": int(threading.get_inter_op_parallelism_threads()),
        }

    def set_up(self, device: PlannedDevice, spec: DeviceSpec) -> str:
        """Initialise the device as the preset asks; returns the framework's name for it.

        Raises:
            LaneFailureError: the planned device is a GPU and TensorFlow sees none.
        """
        gpus = self._tf.config.list_physical_devices("GPU")
        if device.kind == "cpu":
            return "CPU"
        if not gpus:
            raise LaneFailureError(
                "no-device",
                f"TensorFlow cannot use the GPU {device.name}: it finds none",
                "Install the CUDA libraries (pip install 'dualtrain[cuda]'); dualtrain-tui doctor tells more.",
            )
        if isinstance(spec.memory, int):
            limit = self._tf.config.LogicalDeviceConfiguration(memory_limit=spec.memory)
            self._tf.config.set_logical_device_configuration(gpus[0], [limit])
        else:
            self._tf.config.experimental.set_memory_growth(gpus[0], True)
        self._gpu = "GPU:0"
        return self._gpu

    def synchronize(self) -> None:
        """Return once the device has nothing left to do."""
        if self._gpu is not None:
            self._tf.test.experimental.sync_devices()

    def memory(self) -> dict[str, int] | None:
        """Bytes TensorFlow's tensors hold on a GPU; None on a CPU, where it does not count them."""
        if self._gpu is None:
            return None
        info = self._tf.config.experimental.get_memory_info(self._gpu)
        return {"current_bytes": int(info["current"]), "peak_bytes": int(info["peak"])}
