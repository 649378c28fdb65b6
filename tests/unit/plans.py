"""Plans, GPUs and listings for tests of what is looked at before a launch."""

from __future__ import annotations

from pathlib import Path

import msgspec

from training.meters.capacity import Capacity
from training.meters.devices import DeviceListing
from training.meters.gpu_facts import Gpu
from training.plan import LanePlan, Plan, PlannedDevice, Sharing
from training.preflight import Check
from training.preset import Preset, load_preset

GIB = 1 << 30
MIB = 1 << 20
SEED = load_preset(Path(__file__).parents[2] / "presets" / "seed-binary.toml")
CPU = Capacity(cores=2.0, memory_bytes=8 * GIB, cores_from="the machine's cores", memory_from="the machine's")
GPU = Gpu(0, "GPU-1111", "NVIDIA Test", 24 * GIB, 23 * GIB + GIB // 2, compute_mode="default", processes=())


def devices(*gpus: Gpu, why: str | None = "no NVIDIA driver", visibility: str = "") -> DeviceListing:
    """A machine with these GPUs, or with none because of `why`."""
    return DeviceListing(
        "Some CPU (2 cores)", CPU, gpus, None if gpus else why, visibility, "580.65.06", (13, 0)
    )


def with_memory(memory: int | None) -> Preset:
    """A preset with a cap in MiB, or with growth."""
    spec = msgspec.structs.replace(SEED.device, memory="growth" if memory is None else memory)
    return msgspec.structs.replace(SEED, device=spec)


def plan(
    sharing: Sharing = "together",
    *,
    gpu: Gpu | None = GPU,
    memory: tuple[int | None, int | None] = (None, None),
) -> Plan:
    """Two lanes on the GPU, or on the CPU where there is none."""
    device = (
        PlannedDevice(kind="cpu", name="CPU") if gpu is None else PlannedDevice("gpu", gpu.name, gpu.uuid)
    )
    return Plan(
        run="test",
        lanes={
            "a": LanePlan("seed-binary", "shipped", with_memory(memory[0])),
            "b": LanePlan("seed-binary", "shipped", with_memory(memory[1])),
        },
        device=device,
        sharing=sharing,
    )


def named(checks: tuple[Check, ...], name: str) -> Check:
    """The one check of that name."""
    (check,) = [check for check in checks if check.name == name]
    return check


def stops(checks: tuple[Check, ...]) -> list[str]:
    """The names of those that stop."""
    return [check.name for check in checks if check.state == "stop"]
