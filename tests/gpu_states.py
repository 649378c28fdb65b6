"""Hand-made runs on every kind of GPU there is, for the screens' tests: what is told, and what is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from msgspec import structs

from tests import states
from tests.states import GIB, MIB
from training.analysis.series import SeriesView
from training.analysis.state import ClockHold, LaneError, LaneState, RunState
from training.meters.lane_attribution import (
    MPS_SERVER_ONLY,
    NOT_SEPARABLE,
    ON_MIG,
    VGPU,
    WSL2,
)
from training.plan import Lane, PlannedDevice
from training.record.device_records import DeviceReading, Figure, OtherReading
from training.record.event_records import MemoryHolder
from training.record.lane_records import NoGpu

NO_GPU = NoGpu(3.0, "TensorFlow sees no GPU: it is a build without CUDA", "pip install 'dualtrain[cuda]'.")


def unsupported(reason: str, scope: str = "process") -> Figure:
    """A figure that is never told."""
    return Figure("nvml", "process" if scope == "process" else "device", "unsupported", reason)


def with_reading(state: RunState, **changes: Any) -> RunState:
    """The run with figures of its device changed."""
    return replace(state, reading=structs.replace(state.reading or DeviceReading(), **changes))


def with_figures(state: RunState, **changes: Figure) -> RunState:
    """The run with sources changed; a dot in a name is written as two underscores."""
    return replace(state, figures={**state.figures, **{k.replace("__", "."): v for k, v in changes.items()}})


def with_lanes(state: RunState, **changes: Any) -> RunState:
    """The run with both lanes changed."""
    return replace(state, lanes={lane: replace(held, **changes) for lane, held in state.lanes.items()})


def plain() -> RunState:
    """An A100 to ourselves, all figures told."""
    state = with_reading(
        states.gpu_run(),
        memory_reserved_bytes=512 * MIB,
        power_limit_w=400.0,
        memory_clock_mhz=1215,
        energy_j=12_340.0,
        event_reasons=(),
    )
    device = PlannedDevice(
        "gpu", "NVIDIA A100-SXM4-40GB", "GPU-3f2a1c55-1111-2222-3333-444455556666", 40 * GIB, "the only GPU"
    )
    return replace(state, device=device, energy_j_per_1000_samples=45.2, others=())


def throttled() -> RunState:
    """Held down by its power cap now, by heat before."""
    held = (ClockHold("thermal", now=False, seconds=12.0), ClockHold("power cap", now=True, seconds=83.0))
    return replace(with_reading(plain(), event_reasons=("power cap",)), clock_holds=held)


def hopper() -> RunState:
    """With GPM."""
    return with_reading(
        plain(),
        sm_active_percent=71.0,
        sm_occupancy_percent=34.0,
        tensor_active_percent=12.0,
        dram_bandwidth_percent=45.0,
    )


def container() -> RunState:
    """Without the host's PIDs: memory is estimated, shares cannot be had."""
    reason = "what the device's memory grew by while the lane alone warmed up"
    estimate = Figure("nvml", "process", "estimate", reason)
    state = with_figures(
        plain(),
        lanes__a__memory_bytes=estimate,
        lanes__b__memory_bytes=estimate,
        lanes__sm_percent=unsupported(NOT_SEPARABLE),
    )
    return with_lanes(state, sm_percent=None, utilization_series=SeriesView())


def wsl2() -> RunState:
    """The driver lists processes without their memory, and tells no shares."""
    state = with_figures(
        plain(),
        lanes__memory_bytes=unsupported(WSL2),
        lanes__sm_percent=unsupported("the driver tells no shares of processes here (WSL2)"),
    )
    state = replace(state, others_memory_series=SeriesView())
    return with_lanes(state, memory_bytes=None, memory_peak_bytes=None, memory_series=SeriesView(),
                      sm_percent=None, utilization_series=SeriesView())  # fmt: skip


def vgpu() -> RunState:
    """A virtual GPU: of power, heat and energy only the machine below knows."""
    why = unsupported("not told on a vGPU: only the machine below this virtual one knows it", "device")
    state = with_figures(
        wsl2(),
        lanes__memory_bytes=unsupported(VGPU),
        device__power_w=why,
        device__energy_j=why,
        device__event_reasons=why,
    )
    return replace(
        with_reading(state, power_w=None, power_limit_w=None, temperature_c=None, sm_clock_mhz=None,
                     memory_clock_mhz=None, energy_j=None, event_reasons=None),
        energy_j_per_1000_samples=None,
    )  # fmt: skip


def _without_shares(state: RunState) -> RunState:
    why = unsupported("the driver tells no utilisation on MIG", "device")
    state = with_figures(state, lanes__sm_percent=unsupported(ON_MIG), device__utilization_percent=why)
    state = with_lanes(with_reading(state, utilization_percent=None), sm_percent=None,
                       utilization_series=SeriesView())  # fmt: skip
    return replace(state, device_utilization_series=SeriesView())


def mig_one() -> RunState:
    """Both lanes on one MIG instance."""
    instance = PlannedDevice("gpu", "A100 MIG 3g.20gb", "MIG-aaaa", 20 * GIB, "asked for", mig_of="GPU-3f2a")
    state = _without_shares(plain())
    return replace(with_reading(state, memory_total_bytes=20 * GIB), device=instance)


def mig_with_gpm() -> RunState:
    """A MIG instance of a Hopper: GPM tells of it what nothing else does."""
    state = with_reading(mig_one(), sm_active_percent=71.0)
    return replace(state, sm_active_series=states.series(240, lambda _: 71.0))


def mig_each() -> RunState:
    """A MIG instance for each lane."""
    state = _without_shares(plain())
    instances: dict[Lane, PlannedDevice] = {
        "a": PlannedDevice("gpu", "3g.20gb", "MIG-aaaa", 20 * GIB, mig_of="GPU-3f2a"),
        "b": PlannedDevice("gpu", "1g.10gb", "MIG-bbbb", 10 * GIB, mig_of="GPU-3f2a"),
    }
    return replace(state, lane_devices=instances, others_memory_series=SeriesView())


def mps(*, verified: bool = True) -> RunState:
    """Under MPS, where the driver may name only the server."""
    why = unsupported(MPS_SERVER_ONLY)
    state = with_figures(plain(), lanes__memory_bytes=why, lanes__sm_percent=why)
    state = with_lanes(state, memory_bytes=None, memory_series=SeriesView(), sm_percent=None,
                       utilization_series=SeriesView())  # fmt: skip
    return replace(state, sharing="mps", sharing_asked="mps", mps_verified=verified)


def not_under_mps() -> RunState:
    """MPS was asked for and could not be had."""
    why = "lane B is not in the server's list of clients"
    return replace(plain(), sharing="together", sharing_asked="mps", why_sharing_changed=why)


def unified() -> RunState:
    """A system on a chip: the GPU's memory is the machine's."""
    source = Figure("host", "device", reason="unified memory: the GPU shares the machine's")
    state = with_figures(plain(), device__memory_used_bytes=source, device__memory_total_bytes=source)
    device = PlannedDevice("gpu", "NVIDIA GB10", "GPU-gb10", 119 * GIB, "the only GPU", unified=True)
    return replace(
        with_reading(state, memory_total_bytes=119 * GIB, memory_reserved_bytes=None), device=device
    )


def lost() -> RunState:
    """The GPU fell off the bus."""
    why = "NVML says the GPU is lost (GPU_IS_LOST)"
    return replace(with_lanes(plain(), phase="stopped"), device_lost=why, meter_trouble=why)


def silent() -> RunState:
    """The library has not come back from a call for twelve seconds."""
    state = plain()
    message = "the NVIDIA library has not answered for 3 s"
    return replace(state, meter_trouble=message, reading_t=state.elapsed_s - 12.0)


def fallen_back() -> RunState:
    """Lane A trains on the CPU though a GPU was chosen."""
    state = with_figures(plain(), lanes__a__memory_bytes=Figure("nvml", "process", "pending", "on the CPU"))
    state = replace(state, cores=2.0, energy_j_per_1000_samples=None)
    return states.with_lane(state, "a", no_gpu=NO_GPU, trains_on="CPU", memory_bytes=None, sm_percent=None,
                            memory_peak_bytes=None, framework_memory=None, memory_series=SeriesView(),
                            utilization_series=SeriesView(), rss_bytes=612 * MIB)  # fmt: skip


def both_fallen_back() -> RunState:
    """Both lanes train on the CPU."""
    state = fallen_back()
    return states.with_lane(state, "b", **{name: getattr(state.lanes["a"], name) for name in (
        "no_gpu", "trains_on", "memory_bytes", "sm_percent", "memory_peak_bytes", "framework_memory",
        "memory_series", "utilization_series", "rss_bytes")})  # fmt: skip


def out_of_memory() -> RunState:
    """Lane B ran out of memory beside somebody else's process; the run has ended."""
    held = (
        MemoryHolder("a", 9 * GIB, 41_001),
        MemoryHolder("b", 6 * GIB, 41_002),
        MemoryHolder("others", 24 * GIB, 977, "python3 (eva)"),
        MemoryHolder("free", 412 * MIB),
    )
    hint = "Try --set b.fit.batch_size=128; `dualtrain-tui retry` offers it."
    message = "the device could not give 2.3 GiB for the activations of block_14_expand"
    error = LaneError("out-of-memory", message, hint, (), held)
    failed: LaneState = states.lane_state("b", phase="failed", error=error)
    state = plain()
    return replace(state, phase="ended", lanes={**state.lanes, "b": failed})


def crowded() -> RunState:
    """Fifty processes of other people, the last with a hostile name."""
    others = tuple(
        OtherReading(7000 + n, (60 - n) * 16 * MIB, f"job-{n}", f"user{n}", "compute") for n in range(49)
    )
    hostile = OtherReading(9999, None, "\x1b[2J[red]\u202eevil\n", "\x9b31m", "mps")
    return replace(plain(), others=(*others, hostile), others_sm_percent=8.0)


def listed_though_on_cpu() -> RunState:
    """Lane A trains on the CPU, and the driver lists its process all the same."""
    return states.with_lane(fallen_back(), "a", memory_bytes=3 * GIB, sm_percent=41.0)
