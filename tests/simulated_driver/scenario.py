"""What the simulated driver library answers: devices, processes, samples, failures, as data a test writes.

Written to a file that the library reads again whenever it has changed, so a test may play one scenario after the other
while the programs run. Figures are in NVML's own units (bytes, mW, mJ, percent, microseconds).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

GIB = 1 << 30
MIB = 1 << 20
UUID = "GPU-11111111-2222-3333-4444-555555555555"


@dataclass(frozen=True)
class Process:
    """One entry of a process list; `memory_bytes` None is the driver's NOT_AVAILABLE."""

    pid: int
    memory_bytes: int | None = 0
    kind: Literal["compute", "graphics", "mps"] = "compute"
    gpu_instance_id: int | None = None
    compute_instance_id: int | None = None


@dataclass(frozen=True)
class Utilization:
    """One explicit utilisation sample of a process, garbage allowed."""

    pid: int
    time_stamp_us: int
    sm_percent: int
    mem_percent: int = 0
    ignores_last_seen: bool = False
    """Told at every call, also to a caller that has seen newer ones: a driver's stale sample."""


@dataclass(frozen=True)
class Gpm:
    """What GPM tells between any two samples, percent; only a device from Hopper on (architecture 9) tells it."""

    sm_active: float = 0.0
    sm_occupancy: float = 0.0
    tensor_active: float = 0.0
    dram_bandwidth: float = 0.0


@dataclass(frozen=True)
class Mig:
    """A MIG instance. `index` is its place below the GPU: places in between are holes (NOT_FOUND)."""

    uuid: str
    name: str = "NVIDIA Simulated MIG 1g.10gb"
    index: int = 0
    gpu_instance_id: int = 1
    compute_instance_id: int = 0
    memory_total_bytes: int = 10 * GIB
    memory_used_bytes: int = 1 * GIB
    memory_reserved_bytes: int = 0
    processes: tuple[Process, ...] = ()
    gpm: Gpm | None = None


@dataclass(frozen=True)
class Device:
    """One GPU. With `memory_total_bytes` 0 it has none of its own (unified memory).

    `busy` gives SM percent by PID that the library turns into samples as time passes, about six a second, kept for ten
    seconds; `samples` are explicit ones beside it. `energy_mj` grows by `power_mw` as time passes, and begins anew
    where a scenario gives another figure. The time up to a scenario passes on the GPU as the one before said; where
    `clock_us` holds the clock still, as the scenario that moves it says.
    """

    uuid: str = UUID
    name: str = "NVIDIA Simulated 24GB"
    memory_total_bytes: int = 24 * GIB
    memory_used_bytes: int = 2 * GIB
    """Without the reserve; what v1 reports as used is this and the reserve."""
    memory_reserved_bytes: int = 512 * MIB
    gpu_percent: int = 0
    memory_percent: int = 0
    power_mw: int = 60_000
    power_limit_mw: int = 350_000
    energy_mj: int = 5_000_000
    temperature_c: int = 45
    sm_clock_mhz: int = 1800
    memory_clock_mhz: int = 9500
    event_reasons: int = 0
    """NVML's bit mask."""
    compute_mode: int = 0
    persistence: int = 1
    architecture: int = 8
    """NVML's number: 7 Ampere, 8 Ada, 9 Hopper, 10 Blackwell."""
    ecc_errors: int = 0
    retired_pending: int = 0
    remap_pending: int = 0
    remap_failed: int = 0
    virtualization: int = 0
    """0 none, 1 passthrough, 2 vGPU."""
    mig_mode: int = 0
    mig: tuple[Mig, ...] = ()
    max_mig: int = 7
    processes: tuple[Process, ...] = ()
    busy: dict[int, int] = field(default_factory=dict)
    samples: tuple[Utilization, ...] = ()
    gpm: Gpm | None = None


@dataclass(frozen=True)
class Fault:
    """An error code in place of an answer, from a process's `from_call`-th call of the function to its `to_call`-th.

    `device` is a UUID, and then its calls alone are counted; None means any. A GPU that is lost (15, 16) takes its MIG
    instances with it. Code 0 is a success that tells nothing: what the caller passed stays as it was.
    """

    function: str
    """NVML's exported name (`nvmlDeviceGetMemoryInfo_v2`), or `*` for all but nvmlInit_v2, nvmlShutdown and
    nvmlErrorString. nvmlInit_v2 stands for nvmlInitWithFlags and nvmlInit, too.
    """
    code: int
    from_call: int = 1
    to_call: int | None = None
    device: str | None = None


@dataclass(frozen=True)
class Delay:
    """A call that takes its time, counted like a fault's."""

    function: str
    seconds: float
    from_call: int = 1
    to_call: int | None = None


@dataclass(frozen=True)
class Scenario:
    """One state of the machine. `clock_us` holds the library's clock still; None is the real one (microseconds of
    CLOCK_REALTIME, as drivers stamp samples).
    """

    devices: tuple[Device, ...] = (Device(),)
    faults: tuple[Fault, ...] = ()
    delays: tuple[Delay, ...] = ()
    driver_version: str = "580.65.06"
    cuda_version: int = 13000
    clock_us: int | None = None
