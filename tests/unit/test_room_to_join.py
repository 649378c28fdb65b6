"""Whether the memory does for a lane beside the one that trains: by what was measured, or told by Keras."""

from __future__ import annotations

from msgspec import structs

from tests.unit.made_measurements import lane_measured
from tests.unit.plans import GIB, plan
from training.analysis.measurements import installed_versions
from training.plan import Plan, Sharing
from training.preflight.joining import why_no_room
from training.record.measurement_records import measured_on
from training.record.measurement_store import keep


def a_pair(total_bytes: int | None, sharing: Sharing = "together") -> Plan:
    made = plan(sharing, gpu=None)
    device = structs.replace(made.device, memory_bytes=total_bytes)
    return structs.replace(made, device=device, versions=installed_versions())


def remembered(peak_bytes: int) -> None:
    """The preset of both lanes took so much."""
    made = a_pair(None)
    on = measured_on(made.device, installed_versions())
    keep([lane_measured(made.lanes["a"].preset, on=on, peak_memory_bytes=peak_bytes)])


def test_two_that_do_not_fit_beside_each_other_are_told_with_what_may_help() -> None:
    remembered(5 * GIB)
    told = why_no_room(a_pair(8 * GIB))
    assert told.startswith("does not fit: expected about 10.0 GiB")
    assert "8.0 GiB in all" in told
    assert "`join --force-fit`" in told
    assert "\n" not in told


def test_what_fits_is_not_in_the_way() -> None:
    remembered(3 * GIB)
    assert why_no_room(a_pair(8 * GIB)) == ""


def test_who_waits_for_its_turn_needs_no_room_beside_the_other() -> None:
    remembered(5 * GIB)
    assert why_no_room(a_pair(8 * GIB, "sequential")) == ""


def test_a_device_that_does_not_tell_its_memory_says_nothing() -> None:
    remembered(5 * GIB)
    assert why_no_room(a_pair(None)) == ""
