"""One axis of time on the live screen: zoom, cursor, signs, and the way back to what is newest."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from textual.pilot import Pilot

from tests import states
from tests.app.stage import staged
from tests.waiting import screen_text, wait_until
from training.analysis.state import RunState
from training.analysis.time_marks import TimeMark, TimeMarks
from tui.screens.live import LiveScreen
from tui.screens.live_messages import LeaveAsked

ALL_PANELS = (160, 48)


def _stands(pilot: Pilot[None], *texts: str) -> bool:
    return all(text in screen_text(pilot.app) for text in texts)


def marked(*told: TimeMark) -> RunState:
    marks = TimeMarks()
    for mark in told:
        marks.add(mark)
    return replace(states.cpu_run(), time_marks=marks.marks())


async def test_plus_and_minus_zoom_all_panels_at_once() -> None:
    async with staged(LiveScreen(states.cpu_run()), ALL_PANELS, seen="by time") as (pilot, _):
        whole = screen_text(pilot.app)
        assert whole.count("0:00") >= 3
        await pilot.press("+", "+")
        await wait_until(pilot, lambda: screen_text(pilot.app).count("0:00") < whole.count("0:00") - 2)
        assert screen_text(pilot.app).count("1:00") >= 3
        await pilot.press("-", "-")
        await wait_until(pilot, lambda: screen_text(pilot.app).count("0:00") == whole.count("0:00"))


async def test_the_cursor_reads_every_panel_at_one_moment() -> None:
    async with staged(LiveScreen(states.cpu_run()), ALL_PANELS, seen="by time") as (pilot, _):
        await pilot.press("left", "left", "left")
        await wait_until(pilot, lambda: screen_text(pilot.app).count("at 1:0") >= 3)
        text = screen_text(pilot.app)
        rows = [row for row in text.splitlines() if "at 1:0" in row]
        assert any("MiB" in row for row in rows)
        assert any(" %" in row for row in rows)
        await pilot.press("space")
        await wait_until(pilot, lambda: "at 1:0" not in screen_text(pilot.app))
        assert "held" not in screen_text(pilot.app)


async def test_with_shift_the_cursor_goes_ten_times_as_far() -> None:
    async with staged(LiveScreen(states.cpu_run()), ALL_PANELS, seen="by time") as (pilot, _):
        await pilot.press(*["left"] * 11)
        await wait_until(pilot, partial(_stands, pilot, "at 0:"))
        far = [row.partition(" at ")[2][:4] for row in screen_text(pilot.app).splitlines() if " at 0:" in row]
        await pilot.press("space")
        await wait_until(pilot, lambda: " at 0:" not in screen_text(pilot.app))
        await pilot.press("left", "shift+left")
        await wait_until(pilot, partial(_stands, pilot, f" at {far[0]}"))
        await pilot.press("shift+right")
        await wait_until(pilot, partial(_stands, pilot, " at 1:0"))


async def test_escape_leaves_the_cursor_and_not_the_run() -> None:
    async with staged(LiveScreen(states.cpu_run(phase="ended")), ALL_PANELS, seen="ended") as (pilot, heard):
        await pilot.press("left")
        await wait_until(pilot, partial(_stands, pilot, "at 1:"))
        await pilot.press("escape")
        await wait_until(pilot, lambda: "at 1:" not in screen_text(pilot.app))
        assert not heard.of(LeaveAsked)


async def test_what_the_cursor_reads_stays_while_the_run_goes_on() -> None:
    screen = LiveScreen(states.cpu_run())
    async with staged(screen, ALL_PANELS, seen="by time") as (pilot, _):
        await pilot.press("left")
        await wait_until(pilot, partial(_stands, pilot, "at 1:"))
        told = next(row for row in screen_text(pilot.app).splitlines() if "at 1:" in row and "MiB" in row)
        screen.show(states.cpu_run(points=280, elapsed_s=75.0))
        await wait_until(pilot, partial(_stands, pilot, "1:15"))
        assert told.strip("│╰╯─ ").split("  ")[0] in screen_text(pilot.app)


async def test_what_happened_has_signs_on_the_axis_of_every_panel() -> None:
    marks = (
        TimeMark(20.0, "checkpoint", "a"),
        TimeMark(30.0, "pause", "b"),
        TimeMark(50.0, "out of memory", "b"),
    )
    async with staged(LiveScreen(marked(*marks)), ALL_PANELS, seen="by time") as (pilot, _):
        for sign in "▪‖!":
            assert screen_text(pilot.app).count(sign) >= 3


async def test_epochs_that_would_cover_the_axis_have_no_signs() -> None:
    many = tuple(TimeMark(6.0 + 0.5 * index, "epoch", "a") for index in range(100))
    async with staged(LiveScreen(marked(*many)), ALL_PANELS, seen="by time") as (pilot, _):
        assert "┴" not in screen_text(pilot.app)
    few = tuple(TimeMark(6.0 + 20 * index, "epoch", "a") for index in range(3))
    async with staged(LiveScreen(marked(*few)), ALL_PANELS, seen="by time") as (pilot, _):
        assert screen_text(pilot.app).count("┴") >= 9


async def test_e_evens_the_loss_out_and_says_so() -> None:
    async with staged(LiveScreen(states.cpu_run()), seen="by time") as (pilot, _):
        for share in ("1%", "3%", "10%"):
            await pilot.press("e")
            await wait_until(pilot, partial(_stands, pilot, f"evened over {share}"))
        await pilot.press("e")
        await wait_until(pilot, lambda: "evened" not in screen_text(pilot.app))
