"""What the headless follower prints of a run: a line a lane, and once each what stands against it."""

from __future__ import annotations

import io
from dataclasses import replace

from tests import contention_states, gpu_states, states
from training.analysis.state import RunState
from training.record.contention_records import Decided
from tui.headless import ProgressLines


def _printed(*shown: RunState) -> list[str]:
    out = io.StringIO()
    lines = ProgressLines(out)
    for state in shown:
        lines.show(state)
    return out.getvalue().splitlines()


def test_footprint_need_and_share_stand_in_the_lanes_line() -> None:
    a, b = _printed(gpu_states.plain())
    assert "9.00 GiB, needs 3.00 GiB  SM 47 %" in a
    assert "6.00 GiB, needs 3.00 GiB  SM 39 %" in b
    assert "≈9.00 GiB" in _printed(gpu_states.container())[0]
    assert "–, needs 3.00 GiB" in _printed(gpu_states.wsl2())[0]
    assert "612 MiB" in _printed(states.cpu_run())[0]


def test_a_fall_back_is_said_once_and_marked_in_every_line() -> None:
    state = gpu_states.fallen_back()
    printed = _printed(state, replace(state, elapsed_s=state.elapsed_s + 1))
    warnings = [line for line in printed if line.startswith("! ")]
    assert warnings == [
        "! TRAINS ON THE CPU (A): TensorFlow sees no GPU: it is a build without CUDA. pip install 'dualtrain[cuda]'."
    ]
    assert sum("trains on the CPU, RSS 612 MiB" in line for line in printed) == 2


def test_a_silence_is_said_once_each_time_it_begins() -> None:
    silent = gpu_states.silent()
    later = replace(silent, elapsed_s=silent.elapsed_s + 1)
    printed = _printed(silent, later, gpu_states.plain(), silent)
    assert sum(line.startswith("! the NVIDIA library has not answered") for line in printed) == 2


def test_a_power_cap_that_comes_and_goes_is_said_once() -> None:
    capped, free = gpu_states.throttled(), gpu_states.plain()
    printed = _printed(capped, free, capped, free, capped)
    assert sum("clocks are held down now: power cap" in line for line in printed) == 1


def test_a_lost_gpu_is_said() -> None:
    assert any(line.startswith("! GPU LOST: ") for line in _printed(gpu_states.lost()))


def test_the_verdict_is_said_where_it_comes_or_changes_and_not_every_second() -> None:
    unknown = contention_states.cpu(contention_states.UNKNOWN)
    together = contention_states.cpu()
    later = replace(together, elapsed_s=together.elapsed_s + 1)
    other = contention_states.cpu(contention_states.NO_DIFFERENCE)
    told = [line for line in _printed(unknown, together, later, unknown, later, other) if "blocks" in line]
    assert told == [
        "   1:06  together is faster: 1.51× (1.44–1.58), 5 blocks of this run",
        "   1:06  no clear difference: 1.01× (0.97–1.05), 5 blocks of this run",
    ]


def test_what_adaptive_decides_is_said_once_each_time() -> None:
    turns = contention_states.in_turns()
    decided = Decided(90.0, "together", "throughput together 1.20 of taking turns")
    together = replace(turns, contention=replace(turns.contention, decided=decided))
    told = [line for line in _printed(turns, turns, together, together) if "adaptive" in line]
    assert told == [
        "   0:40  adaptive: one after the other: throughput together 0.87 of taking turns "
        "(0.81 to 0.93, 5 blocks): lane A trains first",
        "   1:30  adaptive: together: throughput together 1.20 of taking turns",
    ]


def test_a_lane_that_stands_still_says_for_what() -> None:
    probed = contention_states.probing("a")
    asked = replace(probed, contention=replace(probed.contention, held={"b": ("asked",)}))
    for state, words in (
        (probed, "held for a probe    step"),
        (contention_states.in_turns(), "waits for its turn  step"),
        (asked, "paused              step"),
    ):
        a, b = (line for line in _printed(state) if "  step " in line)
        assert f"  {words} " in b
        assert "  training            step " in a
