"""What the headless follower prints of a run: a line a lane, and once each what stands against it."""

from __future__ import annotations

import io
from dataclasses import replace

from tests import gpu_states, states
from training.analysis.state import RunState
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
