"""A lane's log: every word of it can be read, and it follows only when asked to."""

from __future__ import annotations

from pathlib import Path

from tests.app.stage import staged
from tests.waiting import screen_text, wait_until
from tui.screens.log import LogScreen
from tui.widgets.log_view import LogView


async def test_a_log_that_is_not_there_is_told(tmp_path: Path) -> None:
    async with staged(LogScreen(tmp_path / "a.log"), seen="No such file") as (pilot, _):
        (tmp_path / "a.log").write_text("\n".join(f"line {number}" for number in range(100)) + "\n")
        await wait_until(pilot, lambda: "line 99" in screen_text(pilot.app))
        await pilot.press("home")
        await wait_until(pilot, lambda: "line 0" in screen_text(pilot.app))
        await pilot.press("pagedown", "end")
        await wait_until(pilot, lambda: "line 99" in screen_text(pilot.app))


async def test_a_long_line_of_the_log_is_wrapped_and_can_be_scrolled_through(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    long = "x" * 200 + " " + "y" * 200 + " the end of it"
    path.write_text("\n".join([*(f"line {number}" for number in range(40)), long]) + "\n")
    async with staged(LogScreen(path), (60, 16), seen="the end of it") as (pilot, _):
        assert "following" in screen_text(pilot.app)
        assert "x" * 56 in screen_text(pilot.app)
        await pilot.press("up")
        await wait_until(pilot, lambda: "the end of it" not in screen_text(pilot.app))
        with path.open("a") as file:
            file.write("z" * 100 + "\n")
        await pilot.press("end")
        await wait_until(pilot, lambda: "z" * 44 in screen_text(pilot.app))
        await pilot.press("home")
        await wait_until(pilot, lambda: "line 0" in screen_text(pilot.app))
        await pilot.press("pagedown", "pageup")
        await wait_until(pilot, lambda: "line 0" in screen_text(pilot.app))


async def test_a_log_that_grows_does_not_move_what_is_being_read(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("\n".join(f"line {number}" for number in range(60)) + "\n")
    async with staged(LogScreen(path), (60, 16), seen="line 59") as (pilot, _):
        await pilot.press("pageup", "pageup")
        await wait_until(pilot, lambda: "line 59" not in screen_text(pilot.app))
        before = screen_text(pilot.app)
        with path.open("a") as file:
            file.write("long " * 60 + "\n")
        view = pilot.app.screen.query_one(LogView)
        view.poll()
        await pilot.pause()
        assert screen_text(pilot.app) == before


async def test_a_log_stays_in_its_place_when_the_terminal_is_resized(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("\n".join(f"line {number} " + "w" * 90 for number in range(60)) + "\n")
    async with staged(LogScreen(path), (60, 16), seen="line 59") as (pilot, _):
        await pilot.resize_terminal(120, 30)
        await wait_until(pilot, lambda: "line 50" in screen_text(pilot.app))
        assert "line 59" in screen_text(pilot.app)
        await pilot.press("home")
        await wait_until(pilot, lambda: "line 0" in screen_text(pilot.app))
        await pilot.resize_terminal(60, 16)
        await wait_until(pilot, lambda: "line 0" in screen_text(pilot.app))


async def test_a_text_is_found_as_it_is_typed_and_gone_through(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("\n".join(f"line {n} {'Loss' if n % 20 == 5 else 'step'}" for n in range(100)) + "\n")
    async with staged(LogScreen(path), (60, 16), seen="line 99") as (pilot, _):
        await pilot.press("slash", *"loss")
        await wait_until(pilot, lambda: "/loss▏ · line 5 of 5" in screen_text(pilot.app))
        assert "line 85 Loss" in screen_text(pilot.app)
        await pilot.press("enter", "N")
        await wait_until(pilot, lambda: "/loss · line 4 of 5" in screen_text(pilot.app))
        assert "line 65 Loss" in screen_text(pilot.app)
        await pilot.press("n", "n")
        await wait_until(pilot, lambda: "/loss · line 1 of 5" in screen_text(pilot.app))
        assert "line 5 Loss" in screen_text(pilot.app)
        await pilot.press("escape")
        await wait_until(pilot, lambda: "/loss" not in screen_text(pilot.app))
        assert "end: follow" in screen_text(pilot.app)
        await pilot.press("end")
        await wait_until(pilot, lambda: "following" in screen_text(pilot.app))


async def test_what_is_looked_for_is_no_markup_and_no_key(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("quit [red]now[/]\n")
    async with staged(LogScreen(path), seen="quit") as (pilot, _):
        await pilot.press("slash", *"q", "left_square_bracket", *"red")
        await wait_until(pilot, lambda: "/q[red▏ · not found" in screen_text(pilot.app))
        await pilot.press("ctrl+u", "left_square_bracket", *"red")
        await wait_until(pilot, lambda: "/[red▏ · line 1 of 1" in screen_text(pilot.app))
        assert pilot.app.screen.query(LogView)


async def test_what_is_grave_has_its_colour(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("all is well\nUserWarning: odd\nValueError: bad\n")
    async with staged(LogScreen(path), seen="ValueError") as (pilot, _):
        view = pilot.app.screen.query_one(LogView)
        tones = [drawn[0][1] for drawn in view.draw(70, 10)]
        assert tones == ["plain", "warning", "error"]


async def test_a_long_log_says_what_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("x" * 99 + "\n" + ("y" * 99 + "\n") * 6000)
    async with staged(LogScreen(path), seen="without the first 330 KiB"):
        pass
