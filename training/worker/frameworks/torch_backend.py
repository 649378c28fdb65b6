"""PyTorch under Keras: set its device up, and ask what it holds."""

from __future__ import annotations

import importlib.metadata
from typing import Any

from training.plan import IfNoGpu, PlannedDevice
from training.preset import DeviceSpec
from training.worker.frameworks.framework import SetUp, without_gpu
from training.worker.frameworks.kept_out import keep_keras_from_tensorflow
from training.worker.frameworks.torch_no_gpu import why_torch_sees_no_gpu

_MIB = 1 << 20


class Torch:
    """PyTorch as Keras's backend, on one device. Its allocator grows as it needs; a cap is set here."""

    times_cached_batches = False

    def __init__(self) -> None:
        import torch

        self._torch: Any = torch
        self._on_gpu = False
        keep_keras_from_tensorflow()

    def versions(self) -> dict[str, str]:
        """Versions that decide what a run means."""
        return {name: importlib.metadata.version(name) for name in ("torch", "keras", "numpy")}

    def threads(self) -> dict[str, int]:
        """Thread settings, as PyTorch chose them or was asked (OMP_NUM_THREADS)."""
        return {
            "intra_op": int(self._torch.get_num_threads()),
            "inter_op": int(self._torch.get_num_interop_threads()),
        }

    def set_up(self, device: PlannedDevice, spec: DeviceSpec, if_no_gpu: IfNoGpu) -> SetUp:
        """Set the preset's cap, where it has one."""
        if device.kind == "cpu":
            return SetUp("CPU")
        cuda = self._torch.cuda
        if not cuda.is_available():
            return without_gpu(why_torch_sees_no_gpu(self._torch.version.cuda), if_no_gpu)
        if isinstance(spec.memory, int):
            share = spec.memory * _MIB / cuda.get_device_properties(0).total_memory
            cuda.set_per_process_memory_fraction(min(1.0, share), 0)
        self._on_gpu = True
        return SetUp("GPU:0")

    def hold_state(self, model: Any) -> None:
        """PyTorch's parameters always hold it."""

    def synchronize(self) -> None:
        """Return once the GPU has nothing left to do; on a CPU an operation is done when its call returns."""
        if self._on_gpu:
            self._torch.cuda.synchronize()

    def memory(self) -> dict[str, int] | None:
        """Bytes PyTorch's tensors hold on a GPU; None on a CPU, where it does not count them."""
        if not self._on_gpu:
            return None
        cuda = self._torch.cuda
        return {
            "current_bytes": int(cuda.memory_allocated(0)),
            "peak_bytes": int(cuda.max_memory_allocated(0)),
        }
