"""The report screen: what it tells, and its keys."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.app.stage import staged
from tests.waiting import screen_text, wait_until
from training.analysis.contention import Contention
from training.analysis.report import (
    LaneReport,
    Monitor,
    OthersSeen,
    Report,
    ReportedDevice,
    ReportedError,
    ReportedNoGpu,
    SharingSince,
)
from training.record.event_records import MemoryHolder
from tui.screens.live_messages import CurvesAsked, LeaveAsked, NewRunAsked
from tui.screens.report import ReportScreen

FOLDER = "/home/me/.local/state/dualtrain/runs/2026-11-22-2015-seed-binary-seed-regression"
DONE = LaneReport(
    preset="seed-binary",
    status="completed",
    exit_code=0,
    error=None,
    steps=2400,
    epochs=10,
    samples=76_800,
    wall_s=131.2,
    train_s=117.8,
    first_loss=0.6931,
    last_loss=0.2134,
    steps_per_s=20.4,
    peak_memory_bytes=640 * 2**20,
    model_path=f"{FOLDER}/a/model.keras",
)
FAILED = LaneReport(
    preset="seed-regression",
    status="failed",
    exit_code=1,
    error=ReportedError("out of memory", "the device gave no 2.3 GiB", "try --set b.fit.batch_size=128"),
    steps=1200,
    epochs=5,
    samples=38_400,
    wall_s=71.2,
    train_s=62.8,
    first_loss=1.6931,
    last_loss=None,
    steps_per_s=None,
    peak_memory_bytes=None,
    model_path=None,
)


def report(**lanes: LaneReport) -> Report:
    return Report(
        run="2026-11-22-2015",
        started_at="2026-11-22T20:15:00+00:00",
        ended_at="2026-11-22T20:17:11+00:00",
        sharing="together",
        device=ReportedDevice("cpu", "Xeon", None, 8 * 2**30),
        lanes=lanes,  # type: ignore[arg-type]
        monitor=Monitor(2.1, 131.4, 41 * 2**20),
    )


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (160, 48)])
async def test_it_tells_what_became_of_each_lane(size: tuple[int, int]) -> None:
    async with staged(ReportScreen(report(a=DONE, b=FAILED), FOLDER), size, seen="A training failed") as (
        pilot,
        _,
    ):
        text = screen_text(pilot.app)
        for wanted in (
            "completed",
            "failed  exit code 1",
            "out of memory:",
            "2.1 s of CPU (1.6 % of one core)",
        ):
            assert wanted in text
        for wanted in ("0.6931 → 0.2134", "20.4 steps/s", "640 MiB", "a/model.keras", "not saved"):
            if wanted not in screen_text(pilot.app):
                await pilot.press(*["down"] * 9)
                await wait_until(pilot, lambda: "not saved" in screen_text(pilot.app))
                await pilot.press(*["up"] * 4)


async def test_one_that_a_signal_ended_at_its_length_has_completed_and_nothing_else() -> None:
    ended = msgspec.structs.replace(DONE, exit_code=-15)
    async with staged(ReportScreen(report(a=ended, b=DONE), FOLDER), seen="Both trainings completed") as (
        pilot,
        _,
    ):
        assert "exit code" not in screen_text(pilot.app)


@pytest.mark.parametrize(
    ("keys", "asked"),
    [
        (["enter"], NewRunAsked),
        (["n"], NewRunAsked),
        (["l"], CurvesAsked),
        (["escape"], CurvesAsked),
        (["q"], LeaveAsked),
    ],
)
async def test_keys(keys: list[str], asked: type[Any]) -> None:
    async with staged(ReportScreen(report(a=DONE, b=DONE), FOLDER), seen="Both trainings completed") as (
        pilot,
        heard,
    ):
        await pilot.press(*keys)
        await wait_until(pilot, lambda: len(heard.of(asked)) == 1)


async def test_what_comes_from_outside_is_harmless() -> None:
    hostile = msgspec.structs.replace(
        FAILED, preset="\x1b[2J[red]x", error=ReportedError("k", "\x1b]0;t\x07m", "[b]h")
    )
    async with staged(ReportScreen(report(a=hostile), "/tmp/\x1b[31mx"), seen="A training failed") as (
        pilot,
        _,
    ):
        text = screen_text(pilot.app)
        assert "\x1b" not in text
        assert "[red]x" in text
        assert "This lane was not part of the run." in text


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_a_gpu_run_tells_what_voids_its_verdict_and_what_it_did_to_the_device(
    size: tuple[int, int],
) -> None:
    lane = msgspec.structs.replace(
        DONE,
        no_gpu=ReportedNoGpu("TensorFlow sees no GPU: it is a build without CUDA", "Install the cuda extra."),
        peak_memory_bytes=None,
    )
    failed = msgspec.structs.replace(
        FAILED,
        error=ReportedError(
            "out-of-memory", "no room", "", (MemoryHolder("others", 3 << 30, 77, "\x1b[2Jjob"),)
        ),
        peak_memory_bytes=6 << 30,
        memory_source="nvml",
        memory_estimated=True,
        need_peak_bytes=2 << 30,
    )
    told = msgspec.structs.replace(
        report(a=lane, b=failed),
        device=ReportedDevice("gpu", "GB10", "GPU-1", 119 << 30, unified=True),
        sharing_asked="mps",
        why_sharing_changed="no daemon",
        retry_of="the-run-before",
        energy_j=12_340.0,
        energy_j_per_1000_samples=45.2,
        event_reasons_s={"power cap": 83.0},
        others=OthersSeen(12, 3 << 30, ("python3", "\x1b]0;x\x07")),
        gpu_verdict_void="no verdict about the GPU: lane a trained on the CPU",
    )
    async with staged(ReportScreen(told, "/tmp/x"), size, seen="A training failed") as (pilot, _):
        text = screen_text(pilot.app)
        read_on = " ".join(text.split())
        for wanted in (
            "GPU GB10 · 119 GiB unified · GPU-1",
            "! no verdict about the GPU: lane a trained on the CPU",
            "! not under mps, as was asked, but together: no daemon",
            "TRAINED ON THE CPU",
            r"held: PID 77 \x1b[2Jjob 3.0 GiB",
            "12.3 kJ (whole device), 45.2 J per 1000 samples of both",
            "power cap 1:23",
            r"12 other processes on the device, 3.00 GiB at most: python3, \x1b]0;x\x07",
            "the-run-before",
        ):
            assert wanted in read_on or wanted in text, text
        assert "\x1b" not in text
        if size == (160, 48):
            assert "≈6.00 GiB  NVML, estimate" in text
            assert "2.00 GiB  told by the framework" in text


TOGETHER = Contention(
    slowdown={"a": 1.31, "b": 1.58},
    stp=1.396,
    stp_interval=(1.33, 1.46),
    antt=1.445,
    fairness=0.829,
    speedup=1.51,
    interval=(1.44, 1.58),
    speedup_whole=1.47,
    blocks=5,
    excluded=1,
    excluded_because=("swapping",),
    probe_cost_s=12.3,
    makespan_s=1260.0,
    sequential_estimate_s=1902.0,
    verdict="together",
)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (160, 48)])
async def test_the_verdict_is_on_top(size: tuple[int, int]) -> None:
    told = msgspec.structs.replace(report(a=DONE, b=DONE), contention=TOGETHER)
    async with staged(ReportScreen(told, FOLDER), size, seen="Together is faster") as (pilot, _):
        text = screen_text(pilot.app)
        read_on = " ".join(text.replace("│", " ").split())
        assert (
            "Together is faster: 1.51 times as fast as one after the other (1.44 to 1.58 in this run, 5 blocks): "
            "21 min instead of 32 min; A slowed 1.31 times, B 1.58 times."
        ) in read_on
        assert text.index("Together is faster") < text.index("A  seed-binary")
        assert "completed" in text
        assert ("STP 1.40 (1.33 to 1.46)" in text) is (size[1] > 16)
        assert ("Left out, disturbed: 1 block: swapping." in text) is (size[1] > 24)


async def test_another_size_shows_as_much_as_has_room() -> None:
    told = msgspec.structs.replace(report(a=DONE, b=DONE), contention=TOGETHER)
    async with staged(ReportScreen(told, FOLDER), (160, 48), seen="Left out") as (pilot, _):
        await pilot.resize_terminal(60, 16)
        await wait_until(pilot, lambda: "Left out" not in screen_text(pilot.app))
        assert "STP" not in screen_text(pilot.app)
        await pilot.resize_terminal(160, 48)
        await wait_until(pilot, lambda: "Left out" in screen_text(pilot.app))


async def test_no_verdict_says_why_and_passes_on_nothing_that_steers_a_terminal() -> None:
    unknown = Contention(because="no block measured\x1b[2J, at least 3 are needed")
    told = msgspec.structs.replace(report(a=DONE, b=DONE), contention=unknown)
    async with staged(ReportScreen(told, FOLDER), seen="No verdict: no block measured") as (pilot, _):
        assert "\x1b" not in screen_text(pilot.app)


async def test_a_report_from_before_has_no_verdict_card() -> None:
    async with staged(ReportScreen(report(a=DONE, b=DONE), FOLDER), seen="Both trainings completed") as (
        pilot,
        _,
    ):
        assert "erdict" not in screen_text(pilot.app)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_it_tells_who_trained_before_and_how_the_lanes_came_to_share(size: tuple[int, int]) -> None:
    told = msgspec.structs.replace(
        report(a=DONE, b=DONE),
        sharing="sequential",
        sharing_asked="together",
        sharing_changes=(SharingSince(70.0, "sequential", "asked by dualtrain-tui share"),),
        earlier_lanes={"b": (msgspec.structs.replace(FAILED, preset="lstm\x1b[2J", last_loss=0.25),)},
    )
    async with staged(ReportScreen(told, "/tmp/x"), size, seen="Both trainings completed") as (pilot, _):
        text = screen_text(pilot.app)
        assert "Both trainings completed · together, later sequential" in text
        assert r"earlier in B   lstm\x1b[2J: failed, 1 200 steps in 1:02, last loss" in text
        assert "0.2500" in text
        assert "sharing        sequential from 1:10 on, asked by dualtrain-tui share" in text
        assert "! not under" not in text


@pytest.mark.parametrize("width", [60, 80])
async def test_a_narrow_card_keeps_its_figures(width: int) -> None:
    async with staged(ReportScreen(report(a=DONE, b=DONE), FOLDER), (width, 16), seen="0.6931") as (pilot, _):
        text = screen_text(pilot.app)
        assert text.count("0.6931 → 0.2134") == 2
        assert text.count("20.4") == 2
