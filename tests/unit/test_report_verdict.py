"""The verdict in whole sentences: what holds, what it is worth, what it rests on."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.analysis.contention import Contention
from training.analysis.pair_limits import PairLimit
from training.analysis.report import LaneReport, Monitor, Report, ReportedDevice
from tui.report_text import report_lines
from tui.report_verdict import NOT_MEASURED, ONLY_THIS_RUN, spans, verdict_of

LANE = LaneReport(
    preset="wide-mlp", status="completed", exit_code=0, error=None, steps=9000, epochs=9, samples=90_000,
    wall_s=1300.0, train_s=1250.0, first_loss=0.7, last_loss=0.2, steps_per_s=7.2, peak_memory_bytes=1 << 30,
    model_path=None, threads={"intra_op": 2, "inter_op": 0},
)  # fmt: skip
TOGETHER = Contention(
    solo_steps_per_s={"a": 9.4, "b": 11.4},
    shared_steps_per_s={"a": 7.2, "b": 7.2},
    slowdown={"a": 1.31, "b": 1.58},
    stp=1.396,
    stp_interval=(1.33, 1.46),
    antt=1.445,
    fairness=0.829,
    speedup=1.51,
    interval=(1.44, 1.58),
    speedup_whole=1.47,
    blocks=5,
    probe_cost_s=12.34,
    makespan_s=21 * 60.0,
    sequential_estimate_s=31.7 * 60,
    verdict="together",
    because="throughput together is 1.40 times that of taking turns",
)
SEQUENTIAL = msgspec.structs.replace(
    TOGETHER,
    verdict="sequential",
    speedup=0.893,
    interval=(0.85, 0.93),
    stp=0.89,
    stp_interval=(0.85, 0.93),
    makespan_s=36 * 60.0,
    sequential_estimate_s=32 * 60.0,
)


def report(contention: Contention | None, *, kind: str = "cpu", **changes: object) -> Report:
    """Two equal lanes with this contention."""
    return msgspec.convert(
        {
            "run": "2026-11-22-2015",
            "started_at": "2026-11-22T20:15:00+00:00",
            "ended_at": "2026-11-22T20:36:40+00:00",
            "sharing": "together",
            "device": ReportedDevice("cpu" if kind == "cpu" else "gpu", "Xeon", None, 8 << 30),
            "lanes": {"a": LANE, "b": LANE},
            "monitor": Monitor(2.1, 1300.0, 41 << 20),
            "contention": contention,
            **changes,
        },
        Report,
    )


def test_together_is_told_with_its_stake_and_what_it_costs_each_lane() -> None:
    told = verdict_of(report(TOGETHER))
    assert told.headline == (
        "Together is faster: 1.51 times as fast as one after the other (1.44 to 1.58 in this run, 5 blocks): "
        "21 min instead of 32 min; A slowed 1.31 times, B 1.58 times."
    )
    assert told.tone == "good"
    figures = {label: value for label, value, _ in told.figures}
    assert figures == {
        "STP": "1.40 (1.33 to 1.46)",
        "ANTT": "1.45",
        "fairness": "0.83",
        "steady speed-up": "1.51",
        "whole speed-up": "1.47",
        "probes cost": "12.3 s",
    }
    assert told.notes[-1] == ONLY_THIS_RUN


def test_one_after_the_other_is_told_by_how_many_times_it_is_faster() -> None:
    told = verdict_of(report(SEQUENTIAL))
    assert told.headline.startswith(
        "One after the other is faster: 1.12 times as fast as together (1.08 to 1.18 in this run, 5 blocks): "
        "32 min instead of 36 min;"
    )
    assert told.tone == "warning"


def test_no_clear_difference_names_both_times() -> None:
    same = msgspec.structs.replace(
        TOGETHER, verdict="no clear difference", speedup=1.01, interval=(0.97, 1.05), makespan_s=1900.0,
        sequential_estimate_s=1920.0,
    )  # fmt: skip
    headline = verdict_of(report(same)).headline
    assert headline.startswith(
        "No clear difference: together is 1.01 times as fast as one after the other (0.97 to"
    )
    assert "32 min together, 32 min one after the other" in headline


def test_unknown_says_why_and_what_was_measured_all_the_same() -> None:
    few = msgspec.structs.replace(
        TOGETHER, verdict="unknown", because="only 2 blocks measured, at least 3 are needed", blocks=2,
        interval=None, stp_interval=None,
    )  # fmt: skip
    told = verdict_of(report(few))
    assert told.headline == "No verdict: only 2 blocks measured, at least 3 are needed."
    assert "As far as it was measured: A slowed 1.31 times, B 1.58 times." in told.notes
    assert ONLY_THIS_RUN not in told.notes
    assert verdict_of(report(Contention())).headline == "No verdict."


def test_a_void_gpu_has_no_figures_either() -> None:
    void = "no verdict about the GPU: lane a trained on the CPU"
    told = verdict_of(report(TOGETHER, kind="gpu", gpu_verdict_void=void))
    assert told.headline == "No verdict about the GPU: lane a trained on the CPU."
    assert (told.figures, told.notes) == ((), ())


def test_a_report_from_before_says_so() -> None:
    assert verdict_of(report(None)).headline == f"{NOT_MEASURED}."


def test_on_a_cpu_threads_are_named_as_part_of_the_result() -> None:
    (note,) = (note for note in verdict_of(report(TOGETHER)).notes if "thread" in note)
    assert note.startswith("On a CPU thread settings (intra_op 2, inter_op auto) are part of the result")
    other = msgspec.structs.replace(LANE, threads={"intra_op": 1, "inter_op": 1})
    told = verdict_of(report(TOGETHER, lanes={"a": LANE, "b": other}))
    assert any("(A: intra_op 2, inter_op auto; B: intra_op 1, inter_op 1)" in note for note in told.notes)
    assert not any("thread" in note for note in verdict_of(report(TOGETHER, kind="gpu")).notes)


def test_what_was_left_out_and_what_limits_the_pair_are_said() -> None:
    spoiled = msgspec.structs.replace(TOGETHER, excluded=2, excluded_because=("swapping", "another process"))
    limit = PairLimit("CPU cores oversubscribed", "2.0 of 2 cores are used")
    notes = verdict_of(report(spoiled, limits=(limit,))).notes
    assert "Left out, disturbed: 2 blocks: swapping, another process." in notes
    apart = Contention(because="the lanes never trained beside each other")
    assert verdict_of(report(apart, limits=(limit,))).notes == ()
    unknown = msgspec.structs.replace(spoiled, verdict="unknown", because="too few; 2 disturbed: swapping")
    assert not any(note.startswith("Left out") for note in verdict_of(report(unknown)).notes)
    assert "What limits the pair: CPU cores oversubscribed: 2.0 of 2 cores are used." in notes


def test_the_report_for_people_begins_with_it_and_passes_on_nothing_that_steers_a_terminal() -> None:
    hostile = msgspec.structs.replace(
        TOGETHER, excluded=1, excluded_because=("\x1b[2J",), verdict="unknown", because="\x1b]0;x\x07"
    )
    lane = msgspec.structs.replace(LANE, preset="\x1b[31mred", threads={"\x1b[1m": 1})
    told = report(hostile, lanes={"a": lane, "b": lane}, started_at="\x1b[2J")
    text = "\n".join(report_lines(told, Path("/tmp/\x1b[2J")))
    assert "\x1b" not in text
    assert text.startswith("No verdict: ")
    lines = report_lines(report(TOGETHER), Path("/tmp/x"))
    assert "watching cost 0.2 % of one core and 41.0 MiB at peak" in lines
    assert lines[0].startswith("Together is faster: 1.51 times")
    assert lines[1] == "   STP              1.40 (1.33 to 1.46)  1 as good as taking turns, 2 no interference"


@pytest.mark.parametrize(
    ("one_s", "other_s", "told"),
    [
        (21 * 60.0, 31.7 * 60, ("21 min", "32 min")),
        (42.0, 61.0, ("42 s", "61 s")),
        (3.4, 5.1, ("3.4 s", "5.1 s")),
        (190.0, 300.0, ("3.2 min", "5.0 min")),
        (4700.0, 8000.0, ("1.3 h", "2.2 h")),
        (0.02, 0.03, ("0.02 s", "0.03 s")),
    ],
)
def test_two_spans_have_one_unit(one_s: float, other_s: float, told: tuple[str, str]) -> None:
    assert spans(one_s, other_s) == told


@given(st.floats(0.5, 1e7), st.floats(0.5, 1e7))
def test_spans_tell_what_is_longer(one_s: float, other_s: float) -> None:
    one, other = spans(one_s, other_s)
    assert one.split()[1] == other.split()[1]
    if one_s <= other_s:
        assert float(one.split()[0]) <= float(other.split()[0])


def test_of_a_run_of_a_moment_no_share_of_a_core_is_told() -> None:
    lines = report_lines(report(TOGETHER, monitor=Monitor(0.4, 0.1, 41 << 20)), Path("/tmp/x"))
    assert "watching cost 0.4 s of CPU and 41.0 MiB at peak" in lines
