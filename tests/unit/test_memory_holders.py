"""Who held the device's memory when a lane ran out of it, and what is offered then, with numbers."""

from __future__ import annotations

import pytest
from msgspec import structs

from tests.unit.made_runs import plan
from training.analysis.memory_remedies import CONTEXT_BYTES, HOST_MEMORY, memory_remedies
from training.plan import Lane, Plan, PlannedDevice
from training.preset.document import DeviceSpec
from training.record.device_records import DeviceReading, LaneReading, OtherReading, Sample
from training.record.event_records import LaneEnded, MemoryHolder
from training.supervisor.memory_holders import MOST_OTHERS, memory_holders, tell_who_held

GIB = 1 << 30
MIB = 1 << 20
ON_GPU = plan(kind="gpu", name="Simulated", uuid="GPU-1", memory_bytes=24 * GIB)
LANES: dict[Lane, LaneReading] = {"a": LaneReading(10, 14 * GIB), "b": LaneReading(11, 6 * GIB)}
DEVICE = DeviceReading(memory_used_bytes=24 * GIB - 100 * MIB, memory_total_bytes=24 * GIB)
ALICE = OtherReading(42, 3 * GIB, "py\x1bthon", "alice")
FULL = Sample(t=5.0, device=DEVICE, lanes=LANES, others=(OtherReading(41), ALICE))
ENDED = LaneEnded(t=6.0, lane="a", status="failed", exit_code=1, kind="out-of-memory", message="m", hint="h")


def _caps(
    made: Plan, failed: list[Lane], held: tuple[MemoryHolder, ...], peaks: dict[Lane, int | None]
) -> list[int]:
    """The caps offered, in order of lanes; empty where none are."""
    for remedy in memory_remedies(made, failed, held=held, peak_bytes=peaks):
        if remedy.key == "cap":
            return [int(override.rpartition("=")[2]) for override in remedy.overrides]
    return []


def test_lanes_others_the_rest_and_what_was_free() -> None:
    assert memory_holders(FULL, ON_GPU, "a") == (
        MemoryHolder("a", 14 * GIB, 10),
        MemoryHolder("b", 6 * GIB, 11),
        MemoryHolder("others", 3 * GIB, 42, r"py\x1bthon (alice)"),
        MemoryHolder("others", None, 41),
        MemoryHolder("others", GIB - 100 * MIB, name="no process named"),
        MemoryHolder("free", 100 * MIB),
    )


def test_of_many_others_the_largest_are_named() -> None:
    many = tuple(OtherReading(pid, pid * MIB) for pid in range(1, 21))
    held = memory_holders(Sample(t=1.0, device=DeviceReading(), others=many), ON_GPU, "a")
    named = [holder for holder in held if holder.pid is not None]
    assert [holder.pid for holder in named] == list(range(20, 20 - MOST_OTHERS, -1))
    rest = sum(range(1, 21 - MOST_OTHERS)) * MIB
    assert MemoryHolder("others", rest, name="12 more processes") in held
    assert held[-1] == MemoryHolder("free", None)


def test_a_lane_with_a_mig_instance_of_its_own_shares_with_nobody() -> None:
    instance = PlannedDevice("gpu", "1g.10gb", uuid="MIG-1", memory_bytes=10 * GIB, mig_of="GPU-1")
    made = structs.replace(ON_GPU, lane_devices={"a": instance, "b": instance})
    sample = structs.replace(FULL, lanes={"a": LaneReading(10, 9 * GIB), "b": LaneReading(11, 6 * GIB)})
    assert memory_holders(sample, made, "a") == (MemoryHolder("a", 9 * GIB, 10), MemoryHolder("free", GIB))
    assert _caps(made, ["a"], (), {"b": 6 * GIB}) == []


def test_the_record_gets_holders_and_a_hint_that_names_what_to_try() -> None:
    told = tell_who_held(ENDED, ON_GPU, FULL)
    assert told.held == memory_holders(FULL, ON_GPU, "a")
    assert "--set a.fit.batch_size=16" in told.hint
    assert "--sharing sequential" in told.hint
    assert told.message == "m"


def test_any_other_end_is_left_as_it_is() -> None:
    killed = structs.replace(ENDED, kind="killed")
    assert tell_who_held(killed, ON_GPU, FULL) is killed
    assert tell_who_held(ENDED, ON_GPU, None) is ENDED


def test_caps_leave_the_other_lane_what_it_held_at_its_peak() -> None:
    held = memory_holders(FULL, ON_GPU, "a")
    a, b = _caps(ON_GPU, ["a"], held, {"a": 14 * GIB, "b": 7 * GIB})
    assert b == (7 * GIB - CONTEXT_BYTES) // MIB
    others = 4 * GIB - 100 * MIB
    assert a == (24 * GIB - others - 7 * GIB - CONTEXT_BYTES) // MIB
    assert (a + b) * MIB + 2 * CONTEXT_BYTES + others <= 24 * GIB


@pytest.mark.parametrize(
    ("failed", "peaks"), [(["a", "b"], {"a": GIB, "b": GIB}), (["a"], {}), (["a"], {"b": None})]
)
def test_caps_are_halves_where_no_peak_can_be_kept(failed: list[Lane], peaks: dict[Lane, int | None]) -> None:
    a, b = _caps(ON_GPU, failed, (), peaks)
    assert a == b == (24 * GIB - 2 * CONTEXT_BYTES) // 2 // MIB


def test_what_was_held_then_counts_where_the_peak_is_not_known() -> None:
    assert _caps(ON_GPU, ["a"], (MemoryHolder("b", 7 * GIB),), {}) == _caps(ON_GPU, ["a"], (), {"b": 7 * GIB})


def test_no_cap_where_nothing_is_left_or_nothing_is_shared() -> None:
    crowded = (MemoryHolder("others", 23 * GIB, 42),)
    assert _caps(ON_GPU, ["a"], crowded, {"b": GIB}) == []
    assert _caps(plan(), ["a"], (), {}) == []
    assert _caps(structs.replace(ON_GPU, sharing="sequential"), ["a"], (), {}) == []


def test_the_offers_and_their_order() -> None:
    remedies = memory_remedies(ON_GPU, ["a"], peak_bytes={"b": 7 * GIB})
    assert [remedy.key for remedy in remedies] == ["batch", "cap", "sequential"]
    assert remedies[0].overrides == ("a.fit.batch_size=16",)
    assert remedies[0].text == "half the batch size (lane A: 16 instead of 32)"
    assert remedies[2].sharing == "sequential"
    both = memory_remedies(ON_GPU, ["a", "b"])
    assert both[0].overrides == ("a.fit.batch_size=16", "b.fit.batch_size=16")


def test_the_machines_memory_has_no_caps() -> None:
    assert [remedy.key for remedy in memory_remedies(ON_GPU, ["a"], kind=HOST_MEMORY)] == [
        "batch",
        "sequential",
    ]


def test_a_batch_of_one_cannot_be_halved() -> None:
    lane = ON_GPU.lanes["a"]
    single = structs.replace(
        lane.preset, fit=structs.replace(lane.preset.fit, batch_size=1), device=DeviceSpec()
    )
    made = structs.replace(ON_GPU, lanes={**ON_GPU.lanes, "a": structs.replace(lane, preset=single)})
    assert "batch" not in [remedy.key for remedy in memory_remedies(made, ["a"])]
