"""Lanes in one process: the one without figures of its own says where they are, on the screen and without one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from msgspec import structs

from tests.states import cpu_run, gpu_run, with_lane
from tests.unit.test_report_verdict import LANE
from training.analysis.state import RunState
from training.plan import Lane
from training.record.device_records import Source
from training.supervisor.shared_process import with_shared_process
from tui.headless import _memory
from tui.widgets import figures
from tui.widgets.lane_card import LaneCard
from tui.widgets.report_card import ReportCard

WHY = "B: both lanes are one process: lane A's figures are of both"


def in_one_process(state: RunState) -> RunState:
    """Lane b has nothing of its own."""
    told = with_shared_process(Source(0.0, state.figures), {"b": "a"}).figures
    nothing = dict.fromkeys(("memory_bytes", "memory_peak_bytes", "rss_bytes", "cpu_percent", "sm_percent"))
    return with_lane(
        replace(state, sharing="one-process", figures=told), "b", **nothing, framework_memory=None
    )


@pytest.mark.parametrize("made", [cpu_run, gpu_run], ids=["cpu", "gpu"])
class TestNotes:
    def test_say_where_the_memory_is(self, made: Callable[[], RunState]) -> None:
        state = in_one_process(made())
        assert figures.lane_notes(state, "memory_bytes") == [WHY]
        assert figures.lane_notes(made(), "memory_bytes") == []

    def test_say_where_the_utilisation_is(self, made: Callable[[], RunState]) -> None:
        state = in_one_process(made())
        assert figures.lane_notes(state, figures.utilization_name(state)) == [WHY]

    def test_leave_what_others_hold_to_be_told(self, made: Callable[[], RunState]) -> None:
        state = in_one_process(made())
        assert figures.told_apart(state)

    def test_of_a_lane_in_lines_say_so_too(self, made: Callable[[], RunState]) -> None:
        state = in_one_process(made())
        assert _memory(state, state.lanes["b"]) == "memory in lane A's"
        assert "lane" not in _memory(state, state.lanes["a"])

    def test_of_the_card_say_so_too(self, made: Callable[[], RunState]) -> None:
        state = in_one_process(made())
        told = "".join(text for text, _ in LaneCard("b")._memory(state, state.lanes["b"]))
        assert told.split() == ["memory", "–", "in", "lane", "A's"]


def test_what_the_gpu_does_beside_the_lanes_is_told() -> None:
    state = in_one_process(gpu_run())
    assert figures.unattributed_percent(state) is not None


@pytest.mark.parametrize(
    ("lane", "memory_in", "peak", "note"),
    [
        ("a", "a", 900, "  RSS, of both"),
        ("b", "a", None, "  in A's: one process"),
        ("b", None, 900, "  RSS"),
    ],
)
def test_the_report_s_card_says_so_too(
    lane: Lane, memory_in: Lane | None, peak: int | None, note: str
) -> None:
    told = structs.replace(
        LANE, memory_in=memory_in, peak_memory_bytes=peak, memory_source="host" if peak else ""
    )
    rows = ["".join(text for text, _ in row) for row in ReportCard(lane, told)._whole_report(36)]
    (row,) = (row for row in rows if row.startswith("peak memory"))
    assert row.endswith(note)


@pytest.mark.parametrize("width", [36, 24])
def test_a_lane_without_steps_says_so_in_the_report_s_card(width: int) -> None:
    told = structs.replace(LANE, step_telemetry="none", steps=0)
    rows = ["".join(text for text, _ in row).split() for row in ReportCard("a", told)._whole_report(width)]
    assert any(row[:3] == ["steps", "none", "told"] for row in rows)
