"""What the live screen prints of every kind of GPU: the figures, and the sentences where there are none."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from tests import gpu_states, states
from tests.app.stage import staged
from tests.waiting import screen_text, wait_until
from training.analysis.state import RunState
from tui.screens.live import LiveScreen

pytestmark = pytest.mark.slow

_NUMBER = {"memory": "2", "utilisation": "3", "events": "4", "device": "5"}

SCENARIOS: list[tuple[Callable[[], RunState], str, tuple[str, ...]]] = [
    (
        gpu_states.plain,
        "memory",
        (
            "memory · per process (NVML) · needs (framework)",
            "footprint needs now at peak",
            "█ ━━ A 9.00 GiB 22 % 3.00 GiB 5.00 GiB",
            "▓ ╍╍ B 6.00 GiB 15 % 3.00 GiB 5.00 GiB",
            "▒ ·· others 3.00 GiB 8 % driver 512 MiB",
            "· free 22.0 GiB 55 % of 40.0 GiB",
            "memory 9.00 GiB needs 3.00 GiB",
        ),
    ),
    (
        gpu_states.plain,
        "utilisation",
        (
            "━━ A 47 %",
            "╍╍ B 39 %",
            "·· device 97 %",
            "unattr. 11 %",
            "lanes per process (NVML) · device: any kernel running",
        ),
    ),
    (
        gpu_states.plain,
        "device",
        (
            "GPU NVIDIA A100-SXM4-40GB GPU-3f2a1c55-1111-2222-3333-444455556666",
            "power 312 W of 400 W · 64 °C · SM 1410 MHz · memory 1215 MHz",
            "held back nothing held the clocks down so far",
            "energy 45.2 J per 1000 samples of both lanes · 12.3 kJ so far",
            "others the driver lists no other process here",
        ),
    ),
    (gpu_states.throttled, "device", ("! clocks are held down now: power cap", "power cap now, 1:23 in all")),
    (gpu_states.hopper, "utilisation", ("SM busy 71 %", "GPM")),
    (gpu_states.hopper, "device", ("GPM SM active 71 % · occupancy 34 % · tensor 12 % · DRAM 45 %",)),
    (
        gpu_states.container,
        "memory",
        (
            "per process (NVML, estimate)",
            "A ≈9.00 GiB",
            "A and B: ≈ what the device's memory grew by while the lane alone warmed up",
            "memory ≈9.00 GiB needs 3.00 GiB",
        ),
    ),
    (
        gpu_states.container,
        "utilisation",
        (
            "━━ A – ·",
            "·· device 97 %",
            "A and B: not separable here (container: run with the host's PID namespace)",
        ),
    ),
    (
        gpu_states.wsl2,
        "memory",
        (
            "█ ━━ A – – 3.00 GiB 5.00 GiB",
            "in use 18.0 GiB 45 % not told whose",
            "A and B: WSL2: Windows' driver does not tell the memory of processes",
        ),
    ),
    (gpu_states.vgpu, "device", ("power – not told on a vGPU", "energy – not told on a vGPU")),
    (gpu_states.mig_one, "memory", ("memory · MIG · per process (NVML)", "of 20.0 GiB")),
    (gpu_states.mig_one, "device", ("MIG A100 MIG 3g.20gb MIG-aaaa", "an instance of GPU-3f2a")),
    (
        gpu_states.mig_each,
        "memory",
        (
            "A free 11.0 GiB 55 % of 20.0 GiB",
            "B free 4.00 GiB 40 % of 10.0 GiB",
            "both 18.0 GiB 45 % of 40.0 GiB",
        ),
    ),
    (
        gpu_states.mig_with_gpm,
        "utilisation",
        ("SM busy 71 %", "GPM", "100 %", "A and B: MIG: the driver tells no process utilisation"),
    ),
    (
        gpu_states.mig_each,
        "utilisation",
        (
            "A and B: MIG: the driver tells no process utilisation",
            "device: the driver tells no utilisation on MIG",
        ),
    ),
    (gpu_states.mig_each, "device", ("MIG A 3g.20gb 20.0 GiB MIG-aaaa", "MIG B 1g.10gb 10.0 GiB MIG-bbbb")),
    (
        gpu_states.mps,
        "device",
        (
            "mps, verified",
            "MPS both lanes are clients of the run's own server; a fatal fault in one ends both",
        ),
    ),
    (
        partial(gpu_states.mps, verified=False),
        "utilisation",
        ("mps, not verified yet", "A and B: under MPS the driver shows the server only"),
    ),
    (
        gpu_states.not_under_mps,
        "device",
        ("! not under MPS: lane B is not in the server's list of clients",),
    ),
    (
        gpu_states.unified,
        "memory",
        (
            "memory · unified · per process (NVML)",
            "unified memory: the GPU uses the machine's own, so this is system memory",
        ),
    ),
    (
        gpu_states.lost,
        "device",
        ("! GPU LOST: NVML says the GPU is lost (GPU_IS_LOST)", "nothing measured since counts"),
    ),
    (
        gpu_states.silent,
        "memory",
        ("! the NVIDIA library has not answered for 12 s: the trainings go on", "over 10 s old"),
    ),
    (
        gpu_states.fallen_back,
        "memory",
        (
            "! TRAINS ON THE CPU (A): TensorFlow sees no GPU: it is a build without CUDA",
            "· ON THE CPU",
            "on the CPU, RSS 612 MiB",
            "memory 612 MiB RSS, on the CPU",
            "▓ ╍╍ B 6.00 GiB",
        ),
    ),
    (gpu_states.listed_though_on_cpu, "memory", ("! TRAINS ON THE CPU (A)", "█ ━━ A 3.00 GiB 8 %")),
    (gpu_states.listed_though_on_cpu, "utilisation", ("━━ A 41 %", "· ON THE CPU")),
    (gpu_states.mps, "memory", ("under MPS the driver shows the server only", "not told whose")),
    (gpu_states.vgpu, "memory", ("A and B: vGPU: the driver does not tell the memory of processes",)),
    (gpu_states.fallen_back, "utilisation", ("━━ A – on 2 CPU cores: 41 %", "╍╍ B 39 %")),
    (
        gpu_states.both_fallen_back,
        "device",
        ("! TRAINS ON THE CPU (A and B)", "pip install 'dualtrain[cuda]'", "312 W"),
    ),
    (
        gpu_states.out_of_memory,
        "memory",
        (
            "failed out-of-memory",
            "held: A 9.0 GiB, B 6.0 GiB, PID 977 python3 (eva) 24.0 GiB, free 412 MiB",
            "r: run again so that it fits",
        ),
    ),
    (
        gpu_states.crowded,
        "device",
        (
            "others 50 other processes · 27.6 GiB · 8 % of SM time",
            "PID user memory name",
            "7000 user0 960 MiB job-0",
            "more: down",
        ),
    ),
    (
        states.cpu_run,
        "device",
        (
            "CPU Xeon Platinum 8375C 2 cores for the run",
            "load 88 %",
            "memory 3.00 GiB of 8.00 GiB in use",
            "GPU none is used: no NVIDIA driver here",
        ),
    ),
]


def _plain_words(text: str) -> str:
    """What stands on the screen, read on over frames, curves and line ends."""
    rows = [re.sub(r"[│╭╮╰╯─]|\s{2,}", " ", row) for row in text.splitlines()]
    return re.sub(r"\s+", " ", " ".join(rows))


def _columns(text: str) -> str:
    """The same, each half of the screen for itself: two cards stand side by side."""
    rows = text.splitlines()
    return " ".join(
        _plain_words("\n".join(row[part] for row in rows)) for part in (slice(0, 40), slice(40, 80))
    )


def _by_state() -> dict[str, tuple[Callable[[], RunState], list[tuple[str, tuple[str, ...]]]]]:
    found: dict[str, tuple[Callable[[], RunState], list[tuple[str, tuple[str, ...]]]]] = {}
    for made, panel, sentences in SCENARIOS:
        name = getattr(made, "__name__", "mps_not_verified")
        found.setdefault(name, (made, []))[1].append((panel, sentences))
    return found


@pytest.mark.parametrize("name", list(_by_state()))
async def test_what_the_screen_prints(name: str) -> None:
    made, panels = _by_state()[name]
    state = made()
    async with staged(LiveScreen(state), (80, 24), seen="A  Small") as (pilot, _):
        for panel, sentences in panels:
            await pilot.press(_NUMBER[panel])
            await wait_until(pilot, partial(_is_shown, pilot, panel))
            text = screen_text(pilot.app)
            found = _plain_words(text) + _columns(text)
            for sentence in sentences:
                assert sentence in found, f"{sentence!r} is not in\n{text}"
            assert all(cell_len(row) <= 80 for row in text.splitlines())
            for always in ("A  Small", "B  Small", "1 loss", "q Leave"):
                assert always in text
        await pilot.resize_terminal(60, 16)
        await wait_until(pilot, lambda: len(screen_text(pilot.app).splitlines()) == 16)
        _stays_in_sight(state, screen_text(pilot.app), 60)
        await pilot.resize_terminal(160, 48)
        for panel in _NUMBER:
            await wait_until(pilot, partial(_is_shown, pilot, panel))
        _stays_in_sight(state, screen_text(pilot.app), 160)


def _is_shown(pilot: Pilot[None], panel: str) -> bool:
    rows = screen_text(pilot.app).splitlines()
    return any(f"╭─ {panel} ·" in row or f"╭─ {panel} ─" in row for row in rows)


def _stays_in_sight(state: RunState, text: str, width: int) -> None:
    """Whatever the size: the warnings are there, and so is the rest."""
    assert all(cell_len(row) <= width for row in text.splitlines())
    assert "q Lea" in text
    assert "training" in text or "stopped" in text
    if state.device_lost:
        assert "! GPU LOST" in text
    if any(lane.no_gpu for lane in state.lanes.values()):
        assert "! TRAINS ON THE CPU (A" in text
    if state.meter_trouble and not state.device_lost:
        assert "has not answered for 12 s" in text


async def test_several_warnings_take_a_line_each_and_say_how_many_there_are() -> None:
    state = gpu_states.fallen_back()
    state = gpu_states.with_lanes(state, phase="training")
    state = replace(
        state,
        sharing_asked="mps",
        why_sharing_changed="no daemon",
        clock_holds=gpu_states.throttled().clock_holds,
    )
    for size, lines, more in (
        ((80, 24), 2, "(+1 more: 5)"),
        ((60, 16), 1, "(+2 more: 5)"),
        ((160, 48), 3, ""),
    ):
        async with staged(LiveScreen(state), size, seen="! TRAINS ON THE CPU (A)") as (pilot, _):
            rows = [row for row in screen_text(pilot.app).splitlines() if row.startswith(" ! ")]
            assert len(rows) == lines
            assert more in rows[-1]


async def test_a_warning_comes_and_goes_with_its_cause() -> None:
    screen = LiveScreen(gpu_states.plain())
    async with staged(screen, seen="training") as (pilot, _):
        assert "! " not in screen_text(pilot.app)
        screen.show(gpu_states.silent())
        await wait_until(pilot, lambda: "! the NVIDIA library has not answered" in screen_text(pilot.app))
        screen.show(gpu_states.plain())
        await wait_until(pilot, lambda: "has not answered" not in screen_text(pilot.app))
        screen.show(gpu_states.lost())
        await wait_until(pilot, lambda: "GPU LOST" in screen_text(pilot.app))


async def test_fifty_foreign_processes_scroll_to_the_last_and_none_can_steer_the_terminal() -> None:
    async with staged(LiveScreen(gpu_states.crowded()), seen="training") as (pilot, _):
        await pilot.press("5")
        await wait_until(pilot, lambda: "more: down" in screen_text(pilot.app))
        await pilot.press(*["pagedown"] * 30)
        await wait_until(pilot, lambda: r"\x1b[2J[red]\u202eevil\n (mps)" in screen_text(pilot.app))
        text = screen_text(pilot.app)
        assert r"\x9b31m" in text
        assert "more: down" not in text
        assert not [character for character in text if character != "\n" and not character.isprintable()]


@pytest.mark.parametrize("size", [(140, 24), (160, 40), (100, 50)])
async def test_where_five_panels_do_not_fit_the_device_takes_the_utilisations_place(
    size: tuple[int, int],
) -> None:
    async with staged(LiveScreen(gpu_states.plain()), size, seen="utilisation ·") as (pilot, _):
        assert "device · whole" not in screen_text(pilot.app)
        await pilot.press("5")
        await wait_until(pilot, lambda: "device · whole device (NVML)" in screen_text(pilot.app))
        assert "utilisation ·" not in screen_text(pilot.app)
        await pilot.press("3")
        await wait_until(pilot, lambda: "utilisation ·" in screen_text(pilot.app))


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_the_device_alone(size: tuple[int, int]) -> None:
    async with staged(LiveScreen(gpu_states.crowded()), size, seen="training") as (pilot, _):
        await pilot.press("5", "z")
        await wait_until(pilot, lambda: "A  Small" not in screen_text(pilot.app))
        text = screen_text(pilot.app)
        assert "7000" in text
        assert "memory ·" not in text
