"""A stand-in for the module pynvml, given to the code that would import it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

GIB = 1 << 30
UUID = "GPU-11111111-2222-3333-4444-555555555555"


class NVMLError(Exception):
    """As hostile as the real one: not hashable, and not comparable."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: int) -> None:
        super().__init__(value)
        self.value = value

    def __eq__(self, other: object) -> bool:
        raise AttributeError("value")


class NVMLLibraryMismatchError(Exception):
    pass


def listed(pid: int, memory_bytes: int | None, instance: int = 0xFFFFFFFF) -> SimpleNamespace:
    return SimpleNamespace(
        pid=pid, usedGpuMemory=memory_bytes, gpuInstanceId=instance, computeInstanceId=instance
    )


def sampled(pid: int, time_stamp_us: int, sm: int) -> SimpleNamespace:
    return SimpleNamespace(pid=pid, timeStamp=time_stamp_us, smUtil=sm, memUtil=0, encUtil=0, decUtil=0)


@dataclass
class FakeGpu:
    uuid: str = UUID
    name: str = "NVIDIA Test 24GB"
    total: int = 24 * GIB
    used: int = 2 * GIB
    reserved: int = GIB // 2
    utilization: int = 90
    compute_mode: int = 0
    mig: int = 0
    compute: list[SimpleNamespace] = field(default_factory=list)
    graphics: list[SimpleNamespace] = field(default_factory=list)
    mps: list[SimpleNamespace] = field(default_factory=list)
    samples: list[SimpleNamespace] = field(default_factory=list)
    energy_mj: int = 5_000_000


class FakeNvml:
    """The functions of the binding this project calls, over `gpus`.

    `errors` maps a function's name to the code it raises; `missing` names functions an older binding lacks.
    """

    NVMLError = NVMLError
    NVMLLibraryMismatchError = NVMLLibraryMismatchError

    def __init__(self, *gpus: FakeGpu) -> None:
        self.gpus = list(gpus)
        self.nvmlMemory_v2 = 0x02000028
        self.errors: dict[str, int | list[int]] = {}
        self.missing: set[str] = set()
        self.calls: list[str] = []
        self.started = 0
        self.forgotten = False
        self.last_seen: list[int] = []

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("nvml") and name != "nvmlMemory_v2":
            if name in self.missing:
                raise AttributeError(name)
            return self._guarded(name, object.__getattribute__(self, name))
        return object.__getattribute__(self, name)

    def _guarded(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self.calls.append(name)
            code = self.errors.get(name)
            if isinstance(code, list):
                code = code.pop(0) if code else None
            if code is not None:
                raise NVMLError(code)
            if name != "nvmlInit" and (not self.started or self.forgotten):
                raise NVMLError(1)
            return function(*arguments)

        return call

    def nvmlInit(self) -> None:
        self.started += 1
        self.forgotten = False

    def nvmlShutdown(self) -> None:
        self.started -= 1

    def nvmlSystemGetDriverVersion(self) -> str:
        return "580.65.06"

    def nvmlDeviceGetCount(self) -> int:
        return len(self.gpus)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> FakeGpu:
        return self.gpus[index]

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> FakeGpu:
        for gpu in self.gpus:
            if gpu.uuid == uuid:
                return gpu
        raise NVMLError(6)

    def nvmlDeviceGetUUID(self, gpu: FakeGpu) -> str:
        return gpu.uuid

    def nvmlDeviceGetName(self, gpu: FakeGpu) -> str:
        return gpu.name

    def nvmlDeviceGetMemoryInfo(self, gpu: FakeGpu, version: int | None = None) -> SimpleNamespace:
        if version and "nvmlDeviceGetMemoryInfo_v2" in self.missing:
            raise NVMLError(13)
        free = gpu.total - gpu.used - gpu.reserved
        if version:
            return SimpleNamespace(total=gpu.total, used=gpu.used, free=free, reserved=gpu.reserved)
        return SimpleNamespace(total=gpu.total, used=gpu.used + gpu.reserved, free=free)

    def nvmlDeviceGetUtilizationRates(self, gpu: FakeGpu) -> SimpleNamespace:
        return SimpleNamespace(gpu=gpu.utilization, memory=0)

    def nvmlDeviceGetPowerUsage(self, gpu: FakeGpu) -> int:
        return 123_456

    def nvmlDeviceGetTemperature(self, gpu: FakeGpu, sensor: int) -> int:
        assert sensor == 0
        return 61

    def nvmlDeviceGetClockInfo(self, gpu: FakeGpu, kind: int) -> int:
        return {1: 1800, 2: 9500}[kind]

    def nvmlDeviceGetTotalEnergyConsumption(self, gpu: FakeGpu) -> int:
        return gpu.energy_mj

    def nvmlDeviceGetComputeMode(self, gpu: FakeGpu) -> int:
        return gpu.compute_mode

    def nvmlDeviceGetMigMode(self, gpu: FakeGpu) -> list[int]:
        return [gpu.mig, gpu.mig]

    def nvmlDeviceGetComputeRunningProcesses_v3(self, gpu: FakeGpu) -> list[SimpleNamespace]:
        return gpu.compute

    def nvmlDeviceGetComputeRunningProcesses_v2(self, gpu: FakeGpu) -> list[SimpleNamespace]:
        return gpu.compute

    def nvmlDeviceGetGraphicsRunningProcesses_v3(self, gpu: FakeGpu) -> list[SimpleNamespace]:
        return gpu.graphics

    def nvmlDeviceGetMPSComputeRunningProcesses_v3(self, gpu: FakeGpu) -> list[SimpleNamespace]:
        return gpu.mps

    def nvmlDeviceGetProcessUtilization(self, gpu: FakeGpu, last_seen: int) -> list[SimpleNamespace]:
        self.last_seen.append(last_seen)
        if not gpu.samples:
            raise NVMLError(6)
        return list(gpu.samples)

    def nvmlDeviceGetProcessesUtilizationInfo(self, gpu: FakeGpu, last_seen: int) -> list[SimpleNamespace]:
        self.last_seen.append(last_seen)
        if not gpu.samples:
            raise NVMLError(0)
        return list(gpu.samples)
