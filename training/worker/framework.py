"""The framework under Keras: set its device up, and ask what it holds."""

from __future__ import annotations

import importlib.metadata
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from training.agent.emitter import Emitter
from training.plan import IfNoGpu, PlannedDevice
from training.preset import DeviceSpec
from training.worker.failures import LaneFailureError
from training.worker.no_gpu import WhyNoGpu, why_no_gpu


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the lane trains on, in the framework's words ("GPU:0", "CPU"); `no_gpu` says why not on the chosen GPU."""

    device: str
    no_gpu: WhyNoGpu | None = None


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
            "intra_op": int(threading.get_intra_op_parallelism_threads()) or _asked("TF_NUM_INTRAOP_THREADS"),
            "inter_op": int(threading.get_inter_op_parallelism_threads()) or _asked("TF_NUM_INTEROP_THREADS"),
        }

    def set_up(self, device: PlannedDevice, spec: DeviceSpec, if_no_gpu: IfNoGpu) -> SetUp:
        """Initialise the device as the preset asks.

        Raises:
            LaneFailureError: the planned device is a GPU, TensorFlow sees none, and `if_no_gpu` is "fail".
        """
        gpus = self._tf.config.list_physical_devices("GPU")
        if device.kind == "cpu":
            return SetUp("CPU")
        if not gpus:
            why = why_no_gpu(dict(self._tf.sysconfig.get_build_info()))
            if if_no_gpu == "cpu":
                return SetUp("CPU", why)
            raise LaneFailureError(
                "no-device", why.why, f"{why.remedy} Or train on the CPU: --if-no-gpu cpu."
            )
        if isinstance(spec.memory, int):
            limit = self._tf.config.LogicalDeviceConfiguration(memory_limit=spec.memory)
            self._tf.config.set_logical_device_configuration(gpus[0], [limit])
        else:
            self._tf.config.experimental.set_memory_growth(gpus[0], True)
        self._gpu = "GPU:0"
        return SetUp(self._gpu)

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


def import_framework(emitters: Sequence[Emitter]) -> TensorFlow:
    """Import the framework and Keras, and tell every lane of this process what it took."""
    began = time.monotonic()
    framework = TensorFlow()
    import keras  # noqa: F401 - imported here so that the time and the versions are told

    seconds = round(time.monotonic() - began, 3)
    for emitter in emitters:
        emitter.emit("imported", seconds=seconds, versions=framework.versions(), threads=framework.threads())
    return framework


def _asked(variable: str) -> int:
    """What the environment asks for: TensorFlow keeps to it, but its own functions tell 0."""
    asked = os.environ.get(variable, "")
    return int(asked) if asked.isascii() and asked.isdigit() else 0
