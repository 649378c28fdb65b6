"""What is looked at of a GPU before a launch: health, clocks, who is there, room, and the lanes' MIG instances."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from tests.unit.plans import GIB, GPU, MIB, devices, named, plan, stops
from training.analysis.forecast_memory import Experience
from training.description import Description
from training.meters.gpu_facts import Gpu, GpuProcess, MigInstance
from training.plan import LANES, Plan, PlannedDevice, Sharing
from training.preflight import Check, check_launch
from training.preflight.device_memory import Describe, check_device_memory
from training.preflight.gpu import check_gpu
from training.preflight.other_processes import check_others
from training.preflight.target import Target
from training.preset import Preset

BIG = Description("digest", "3.15", 10**9, 10**9, 4 * GIB, 4 * GIB, 6 * GIB, 100, 12)
INSTANCES = tuple(
    MigInstance(f"MIG-{n}", "1g.10gb", n, 0, 10 * GIB, 9 * GIB + GIB // 2, processes=()) for n in (1, 2)
)
SPLIT = replace(GPU, mig=True, mig_instances=INSTANCES)


def big(preset: Preset) -> Description | None:
    return BIG


def check_memory(asked: Plan, target: Target, describe: Describe = big) -> Check:
    """Where nothing was measured yet."""
    return check_device_memory(asked, target, Experience(), describe)


def nothing(preset: Preset) -> Description | None:
    return None


@pytest.mark.parametrize(
    ("fields", "name", "state", "said"),
    [
        ({"persistence": True}, "persistence", "pass", "on"),
        ({"persistence": False}, "persistence", "warn", "nvidia-persistenced"),
        ({"ecc_errors": 0, "repair_pending": False}, "memory errors", "pass", "none"),
        ({"ecc_errors": 3}, "memory errors", "warn", "3"),
        ({"repair_pending": True}, "memory errors", "warn", "reset the GPU"),
        ({"event_reasons": ()}, "clocks", "pass", "nothing"),
        ({"event_reasons": ("power cap",)}, "clocks", "warn", "power limit"),
        ({"event_reasons": ("thermal", "power cap")}, "clocks", "warn", "cool down"),
        ({"event_reasons": ("sync boost",)}, "clocks", "info", "sync boost"),
        ({"is_vgpu": True}, "vgpu", "info", "share the card"),
        ({"unified": True}, "unified memory", "info", "the machine's"),
        ({"mig": True}, "mig", "warn", "no instance"),
        ({"mig": True, "mig_instances": INSTANCES}, "mig", "info", "1g.10gb (9.5 GiB free), 1g.10gb"),
    ],
)
def test_each_fact_of_a_gpu_has_its_state_and_remedy(
    fields: dict[str, object], name: str, state: str, said: str
) -> None:
    check = named(check_gpu(replace(GPU, **fields)), name)  # type: ignore[arg-type]
    assert check.state == state
    assert said in f"{check.message} {check.remedy}"
    assert bool(check.remedy) == (state in ("warn", "stop"))


def test_what_a_driver_does_not_tell_is_left_out() -> None:
    assert check_gpu(Gpu(0, "GPU-1", "NVIDIA Old")) == ()


@pytest.mark.parametrize(
    ("processes", "free", "own_pids", "state", "said"),
    [
        (None, 20 * GIB, False, "info", "does not list"),
        ((), 23 * GIB + GIB // 2, False, "pass", "no other"),
        ((), 4 * GIB, True, "warn", "outside this container"),
        ((), 4 * GIB, False, "warn", "20.0 GiB are in use"),
        (
            (GpuProcess(77, 3 * GIB, "python", "anna"), GpuProcess(8, None)),
            20 * GIB,
            False,
            "warn",
            "2 other processes on this GPU holding 3.0 GiB: PID 77 (anna, python, 3.0 GiB), PID 8",
        ),
        (
            (GpuProcess(77, 3 * GIB),),
            4 * GIB,
            True,
            "warn",
            "PID 77 (3.0 GiB); another 17.0 GiB are in use by nobody who is listed",
        ),
    ],
)
def test_who_else_is_there(
    processes: tuple[GpuProcess, ...] | None, free: int, own_pids: bool, state: str, said: str
) -> None:
    target = Target(replace(GPU, processes=processes, memory_free_bytes=free), LANES)
    (check,) = check_others(target, has_own_pids=own_pids)
    assert check.state == state
    assert said in check.message


@pytest.mark.parametrize(
    ("sharing", "free", "state"),
    [("together", 40 * GIB, "pass"), ("together", 30 * GIB, "warn"), ("sequential", 30 * GIB, "pass"),
     ("sequential", 18 * GIB, "warn")],
)  # fmt: skip
def test_the_forecast_is_made_of_kept_descriptions(sharing: Sharing, free: int, state: str) -> None:
    # Each lane: 2 × 4 GiB parameters and gradients, 4 GiB optimizer, 6 GiB activations, and its context.
    target = Target(replace(GPU, memory_total_bytes=80 * GIB, memory_free_bytes=free), LANES)
    check = check_memory(plan(sharing), target)
    assert check.state == state
    assert "lane a ≈18.8 GiB" in check.message
    assert ("37.5 GiB" if sharing == "together" else "18.8 GiB") in check.message


def test_a_forecast_that_is_not_there_is_said_so_and_a_cap_is_exact() -> None:
    check = check_memory(plan(memory=(None, 2048)), Target(GPU, LANES), nothing)
    assert check.state == "pass"
    assert "lane a not computed yet + lane b 2.8 GiB, its cap (CUDA context included)" in check.message
    capped = check_memory(plan(memory=(2048, 2048)), Target(GPU, LANES))
    assert "≈18" not in capped.message


def test_what_does_not_fit_stops_with_what_may_help_and_can_be_forced() -> None:
    tight = replace(GPU, memory_total_bytes=20 * GIB, memory_free_bytes=19 * GIB)
    check = check_memory(plan(), Target(tight, LANES))
    assert (check.state, check.can_be_forced) == ("stop", True)
    assert check.message.startswith("does not fit: expected about 37.5 GiB")
    assert "half the batch size" in check.remedy
    assert "one lane after the other" in check.remedy
    alone = check_memory(plan("sequential"), Target(tight, LANES))
    assert (alone.state, alone.can_be_forced) == ("pass", False)
    tiny = replace(GPU, memory_total_bytes=8 * GIB, memory_free_bytes=7 * GIB)
    assert "one lane after the other" not in check_memory(plan(), Target(tiny, LANES)).remedy


def test_unified_memory_is_held_against_the_machines() -> None:
    shared = replace(GPU, unified=True, memory_total_bytes=8 * GIB, memory_free_bytes=512 * MIB)
    check = check_memory(plan(), Target(shared, LANES), nothing)
    assert check.state == "warn"
    assert "unified" in check.message


def launch_on(device: PlannedDevice, own: bool = False, memory: int | None = None) -> tuple[Check, ...]:
    asked = structs.replace(plan(memory=(memory, memory)), device=device)
    if own:
        lane_devices = {
            lane: PlannedDevice("gpu", "MIG", one.uuid, mig_of=GPU.uuid)
            for lane, one in zip(LANES, INSTANCES, strict=True)
        }
        asked = structs.replace(asked, lane_devices=lane_devices)
    return check_launch(asked, listing=devices(SPLIT), describe=nothing)


def test_both_lanes_share_an_instances_memory() -> None:
    instance = PlannedDevice("gpu", "MIG", "MIG-1", mig_of=GPU.uuid)
    assert stops(launch_on(instance)) == []
    assert named(launch_on(instance, memory=4096), "device memory").state == "pass"
    assert named(launch_on(instance, memory=6144), "device memory").state == "stop"


def test_an_instance_of_its_own_is_checked_for_each_lane() -> None:
    parent = PlannedDevice("gpu", GPU.name, GPU.uuid)
    checks = launch_on(parent, own=True, memory=6144)
    assert stops(checks) == []
    assert [check.message for check in checks if check.name == "device"] == [
        "NVIDIA Test MIG 1g.10gb MIG-1 for lane a",
        "NVIDIA Test MIG 1g.10gb MIG-2 for lane b",
    ]
    assert [check.state for check in checks if check.name == "device memory"] == ["pass", "pass"]
    assert stops(launch_on(parent)) == ["device"]  # the GPU itself cannot be used while MIG is on


def test_an_instance_that_is_gone_stops() -> None:
    assert stops(launch_on(PlannedDevice("gpu", "MIG", "MIG-9", mig_of=GPU.uuid))) == ["device"]


@pytest.mark.parametrize(
    ("sharing", "state"), [("together", "warn"), ("mps", "warn"), ("sequential", "warn")]
)
def test_exclusive_process_lets_one_lane_onto_each_instance(sharing: Sharing, state: str) -> None:
    shut = replace(SPLIT, compute_mode="exclusive")
    lane_devices = {
        lane: PlannedDevice("gpu", "MIG", one.uuid) for lane, one in zip(LANES, INSTANCES, strict=True)
    }
    asked = structs.replace(plan(sharing), lane_devices=lane_devices)
    checks = check_launch(asked, listing=devices(shut), describe=nothing)
    assert [check.state for check in checks if check.name == "compute mode"] == [state, state]


def test_a_program_that_only_draws_leaves_an_exclusive_gpu_free() -> None:
    drawing = replace(
        GPU, compute_mode="exclusive", processes=(GpuProcess(7, MIB, "Xorg", "root", "graphics"),)
    )
    assert named(check_launch(plan("sequential"), listing=devices(drawing)), "compute mode").state == "warn"
