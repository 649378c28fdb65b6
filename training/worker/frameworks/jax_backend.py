"""JAX under Keras: set its device up, and ask what it holds."""

from __future__ import annotations

import importlib.metadata
import os
from typing import Any

from training.plan import IfNoGpu, PlannedDevice
from training.preset import DeviceSpec
from training.worker.frameworks.framework import SetUp, without_gpu
from training.worker.frameworks.jax_no_gpu import why_jax_sees_no_gpu
from training.worker.frameworks.kept_out import keep_keras_from_tensorflow

_ONE_THREAD = "--xla_cpu_multi_thread_eigen=false"
"""In XLA_FLAGS: the one setting there is of the threads that XLA uses for an operation on a CPU."""


class Jax:
    """JAX as Keras's backend, on one device. Growth or cap is XLA's affair, set in the environment."""

    times_cached_batches = False

    def __init__(self) -> None:
        import jax

        self._jax: Any = jax
        self._gpu: Any = None
        keep_keras_from_tensorflow()

    def versions(self) -> dict[str, str]:
        """Versions that decide what a run means."""
        return {name: importlib.metadata.version(name) for name in ("jax", "jaxlib", "keras", "numpy")}

    def threads(self) -> dict[str, int]:
        """Thread settings; 0 is XLA's own choice."""
        return {"intra_op": int(_ONE_THREAD in os.environ.get("XLA_FLAGS", "").split()), "inter_op": 0}

    def set_up(self, device: PlannedDevice, spec: DeviceSpec, if_no_gpu: IfNoGpu) -> SetUp:  # noqa: ARG002
        """Initialise JAX's own backends, which it does once for all of them."""
        if device.kind == "cpu":
            self._jax.devices()
            return SetUp("CPU")
        try:
            gpus = self._jax.devices("gpu")
        except RuntimeError as error:
            return without_gpu(why_jax_sees_no_gpu(str(error)), if_no_gpu)
        self._gpu = gpus[0]
        return SetUp("GPU:0")

    def hold_state(self, model: Any) -> None:
        """Within an epoch the state is in the trainer's hands, and the variables are empty (`JAXTrainer.fit`)."""
        model.jax_state_sync()

    def synchronize(self) -> None:
        """Return once the device has nothing left to do.

        A step's results are the training's state, alive until the next step takes them over: once every array that is
        alive is there, no step is under way. On a CPU nothing else would do, as what does not depend on a step may
        overtake it.
        """
        alive = [array for array in self._jax.live_arrays() if not array.is_deleted()]
        self._jax.block_until_ready(alive)
        self._jax.effects_barrier()

    def memory(self) -> dict[str, int] | None:
        """Bytes JAX's arrays hold on a GPU; None on a CPU, where it does not count them."""
        stats = None if self._gpu is None else self._gpu.memory_stats()
        if not stats or "bytes_in_use" not in stats:
            return None
        current = int(stats["bytes_in_use"])
        return {"current_bytes": current, "peak_bytes": int(stats.get("peak_bytes_in_use", current))}
