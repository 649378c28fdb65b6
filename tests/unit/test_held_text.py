"""Who held the device's memory is told the same way wherever it is told."""

from __future__ import annotations

from training.analysis.held_text import held_text
from training.record.event_records import MemoryHolder

GIB = 1 << 30


def test_lanes_others_and_what_was_free() -> None:
    held = (
        MemoryHolder("a", 5 * GIB, 41),
        MemoryHolder("b", None, 42),
        MemoryHolder("others", 12 * GIB, 7, "python (eva)"),
        MemoryHolder("others", 3 * GIB, name="no process named"),
        MemoryHolder("free", 200 << 20),
    )
    assert held_text(held) == (
        "A 5.0 GiB, B unknown, PID 7 python (eva) 12.0 GiB, no process named 3.0 GiB, free 200 MiB"
    )
    assert held_text(()) == ""


def test_of_many_others_the_rest_are_counted() -> None:
    crowd = (
        MemoryHolder("a", GIB),
        *(MemoryHolder("others", size * GIB, size) for size in (5, 4, 3, 2)),
        MemoryHolder("free", 0),
    )
    assert held_text(crowd, most_others=2) == "A 1.0 GiB, PID 5 5.0 GiB, PID 4 4.0 GiB, +2 more, free 0 MiB"
