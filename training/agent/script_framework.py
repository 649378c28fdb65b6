"""What a script's framework can be asked, through the modules that the script imported: nothing is imported here."""

import os
import sys
from typing import Dict, Optional

CPU = "CPU"
_TOLD_VERSIONS = ("keras", "tf_keras", "numpy")
_PACKAGES = {"tensorflow": ("tensorflow",), "jax": ("jax", "jaxlib"), "torch": ("torch",)}
"""Of each backend. Keras, and much else, imports others beside the one that it trains on."""


class ScriptFramework:
    """The framework under the Keras of a script; every answer is a guess less than an error.

    None of this sets a device up: whatever is asked was used by the script before.
    """

    def __init__(self, keras_package: str = "") -> None:
        """`keras_package` is the package of the Keras that trains, as "keras.src"; it is asked for its backend."""
        self.name = _backend(keras_package)
        self.device = self._device()

    def synchronize(self) -> None:
        """Return once the device has nothing left to do; at once where Python waits for every step anyway."""
        try:
            if self.name == "jax":
                # A step's results are alive until the next takes them over; on a CPU nothing else would do.
                jax = sys.modules["jax"]
                jax.block_until_ready([array for array in jax.live_arrays() if not array.is_deleted()])
                jax.effects_barrier()
            elif self.device == CPU:
                return
            elif self.name == "tensorflow":
                sys.modules["tensorflow"].test.experimental.sync_devices()
            elif self.name == "torch":
                sys.modules["torch"].cuda.synchronize()
        except Exception:
            return

    def memory(self) -> Optional[Dict[str, int]]:
        """Bytes that the framework holds of the GPU; None where it does not tell."""
        if self.device == CPU:
            return None
        try:
            return self._memory()
        except Exception:
            return None

    def versions(self) -> Dict[str, str]:
        """Of the interpreter, and of what is imported; of backends only the one that trains."""
        found = {"python": "%d.%d.%d" % sys.version_info[:3]}
        for name in (*_TOLD_VERSIONS, *_PACKAGES.get(self.name, ())):
            version = getattr(sys.modules.get(name), "__version__", None)
            if isinstance(version, str):
                found[name] = version
        return found

    def threads(self) -> Dict[str, int]:
        """Thread settings, where the framework tells them; 0 is its own choice."""
        try:
            if self.name == "torch":
                torch = sys.modules["torch"]
                return {
                    "intra_op": int(torch.get_num_threads()),
                    "inter_op": int(torch.get_num_interop_threads()),
                }
            if self.name != "tensorflow":
                return {}
            threading = sys.modules["tensorflow"].config.threading
            return {
                "intra_op": int(threading.get_intra_op_parallelism_threads())
                or _asked("TF_NUM_INTRAOP_THREADS"),
                "inter_op": int(threading.get_inter_op_parallelism_threads())
                or _asked("TF_NUM_INTEROP_THREADS"),
            }
        except Exception:
            return {}

    def _device(self) -> str:
        """The device's name in the framework's words: "GPU:0" or "CPU"."""
        if os.environ.get("CUDA_VISIBLE_DEVICES") == "-1":
            return CPU
        try:
            return "GPU:0" if self._sees_gpu() else CPU
        except Exception:
            return CPU

    def _sees_gpu(self) -> bool:
        if self.name == "tensorflow":
            return bool(sys.modules["tensorflow"].config.get_visible_devices("GPU"))
        if self.name == "torch":
            return bool(sys.modules["torch"].cuda.is_available())
        if self.name == "jax":
            return str(sys.modules["jax"].devices()[0].platform) in ("gpu", "cuda", "rocm")
        return False

    def _memory(self) -> Optional[Dict[str, int]]:
        if self.name == "tensorflow":
            told = sys.modules["tensorflow"].config.experimental.get_memory_info("GPU:0")
            return {"current_bytes": int(told["current"]), "peak_bytes": int(told["peak"])}
        if self.name == "torch":
            cuda = sys.modules["torch"].cuda
            return {
                "current_bytes": int(cuda.memory_allocated()),
                "peak_bytes": int(cuda.max_memory_allocated()),
            }
        told = sys.modules["jax"].devices()[0].memory_stats()
        return {"current_bytes": int(told["bytes_in_use"]), "peak_bytes": int(told["peak_bytes_in_use"])}


def _backend(keras_package: str) -> str:
    """What the Keras of this package trains on: Keras 2 knows TensorFlow alone."""
    if not keras_package:
        return "tensorflow" if "tensorflow" in sys.modules else ""
    try:
        return str(sys.modules[keras_package + ".backend"].backend())
    except Exception:
        return "tensorflow"


def _asked(variable: str) -> int:
    asked = os.environ.get(variable, "")
    return int(asked) if asked.isdigit() else 0
