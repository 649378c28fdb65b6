"""Every key of the pick screen: where it leads, and what is launched in the end."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from textual import events
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from tests.app.pick_world import World, broken, entry
from tests.app.stage import staged
from tests.waiting import screen_text, wait_until
from training.launch import LaunchRequest
from training.plan import SHARINGS, Sharing
from training.preflight import Check
from training.preset_library import PresetEntry
from tui.screens.pick_messages import LaunchAsked
from tui.widgets.preset_list import PresetList

READ = "6 of 6"
TO_MPS = ["s"] * SHARINGS.index("mps")


def focus(pilot: Pilot[Any]) -> str | None:
    focused = pilot.app.screen.focused
    return focused.id if focused is not None else None


def on_line(app: App[Any], text: str) -> str:
    """The first line of the screen that holds a text."""
    return next((line for line in screen_text(app).splitlines() if text in line), "")


async def press_until(pilot: Pilot[Any], key: str, focused: str) -> None:
    await pilot.press(key)
    await wait_until(pilot, lambda: focus(pilot) == focused)


async def test_three_enters_launch_the_defaults() -> None:
    async with staged(World().screen(), seen="3 of 6") as (pilot, heard):
        await press_until(pilot, "enter", "list-b")
        await press_until(pilot, "enter", "launch")
        await pilot.press("enter")
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))
        assert [one.request for one in heard.of(LaunchAsked)] == [
            LaunchRequest({"a": "seed-binary", "b": "seed-regression"}, device="auto", sharing="together")
        ]


async def test_three_enters_before_the_presets_are_read_launch_once_they_are() -> None:
    world = World()
    world.may_read.clear()
    async with staged(world.screen(), seen="Reading the presets") as (pilot, heard):
        await pilot.press("enter", "enter", "enter")
        await wait_until(pilot, lambda: focus(pilot) == "launch")
        assert not heard.of(LaunchAsked)
        world.may_read.set()
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))
        assert heard.of(LaunchAsked)[0].request.presets == {"a": "seed-binary", "b": "seed-regression"}


async def test_a_second_enter_does_not_launch_twice_until_a_problem_is_shown() -> None:
    screen = World().screen()
    async with staged(screen, seen="3 of 6") as (pilot, heard):
        await pilot.press("enter", "enter", "enter", "enter", "enter")
        await wait_until(pilot, lambda: "Launching…" in screen_text(pilot.app))
        assert len(heard.of(LaunchAsked)) == 1
        screen.show_problem("the disk\nis full")
        await wait_until(pilot, lambda: "the disk is full" in screen_text(pilot.app))
        assert screen.picks == {"a": "seed-binary", "b": "seed-regression"}
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(heard.of(LaunchAsked)) == 2)
        assert "the disk is full" not in screen_text(pilot.app)


@pytest.mark.parametrize(("key", "seen"), [("e", "batch size"), ("d", "Train on"), ("c", "Before a launch")])
async def test_under_a_sheet_the_foot_does_not_say_what_enter_does(key: str, seen: str) -> None:
    screen = World().screen()
    async with staged(screen, (120, 40), seen="3 of 6") as (pilot, _):
        await pilot.press("tab")
        await press_until(pilot, "tab", "launch")
        await wait_until(pilot, lambda: "⏎ Launch" in screen_text(pilot.app))
        await pilot.press(key)
        await wait_until(pilot, lambda: pilot.app.screen is not screen and seen in screen_text(pilot.app))
        await wait_until(pilot, lambda: "Launch" not in screen_text(pilot.app))
        assert "A seed-binary  +  B seed-regression" in screen_text(pilot.app)
        await pilot.press("escape")
        await wait_until(pilot, lambda: "⏎ Launch" in screen_text(pilot.app))
        assert "▸ Launch" in screen_text(pilot.app)
        assert focus(pilot) == "launch"


async def test_the_same_preset_may_stand_in_both_lanes() -> None:
    async with staged(World().screen(), seen="3 of 6") as (pilot, heard):
        await pilot.press("enter", "k", "enter", "enter")
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))
        assert heard.of(LaunchAsked)[0].request.presets == {"a": "seed-binary", "b": "seed-binary"}


@pytest.mark.parametrize(
    ("keys", "stop"),
    [
        (["tab"], "list-b"),
        (["tab", "tab"], "launch"),
        (["tab", "tab", "tab"], "list-a"),
        (["shift+tab"], "launch"),
        (["right"], "list-b"),
        (["l", "h"], "list-a"),
        (["right", "left"], "list-a"),
        (["tab", "escape"], "list-a"),
        (["tab", "tab", "up"], "list-b"),
        (["tab", "tab", "k", "escape"], "list-a"),
    ],
)
async def test_moving_between_the_lists(keys: list[str], stop: str) -> None:
    async with staged(World().screen(), seen="3 of 6") as (pilot, _):
        await pilot.press(*keys)
        await wait_until(pilot, lambda: focus(pilot) == stop)


@pytest.mark.parametrize(
    ("keys", "picked"),
    [
        (["down"], "seed-regression"),
        (["j", "j"], "tiny-steps"),
        (["up"], "lstm"),
        (["k", "k", "k", "k"], "cnn-small"),
        (["end"], "wide-mlp"),
        (["end", "j"], "wide-mlp"),
        (["end", "home"], "cnn-small"),
        (["pagedown"], "wide-mlp"),
        (["pageup"], "cnn-small"),
    ],
)
async def test_moving_in_a_list(keys: list[str], picked: str) -> None:
    screen = World().screen()
    async with staged(screen, seen="3 of 6") as (pilot, _):
        await pilot.press(*keys)
        await wait_until(pilot, lambda: screen.picks == {"a": picked, "b": "seed-regression"})
        await wait_until(pilot, lambda: f"Title of {picked}" in screen_text(pilot.app))


async def test_a_filter_narrows_and_enter_takes_what_is_left() -> None:
    screen = World().screen()
    async with staged(screen, seen="3 of 6") as (pilot, _):
        # letters that are keys elsewhere, q among them, are letters here
        await pilot.press("slash", *"sdq", "backspace", "backspace", "backspace", *"wide")
        await wait_until(pilot, lambda: "1 of 6" in screen_text(pilot.app))
        assert "/wide" in screen_text(pilot.app)
        await press_until(pilot, "enter", "list-b")
        assert screen.picks["a"] == "wide-mlp"
        await wait_until(pilot, lambda: READ in screen_text(pilot.app))


async def test_keys_typed_ahead_of_the_screen_come_in_their_order() -> None:
    """As over a slow line, where many come at once: Enter ends the filter before what is typed behind it."""
    async with staged(World().screen(), seen="3 of 6") as (pilot, _):
        for key, character in (
            ("slash", "/"),
            *((sign, sign) for sign in "cnn"),
            ("enter", None),
            ("k", "k"),
        ):
            pilot.app.post_message(events.Key(key, character))
        await wait_until(pilot, lambda: focus(pilot) == "list-b")
        taken = pilot.app.screen.query_one("#list-a", PresetList)
        assert taken.picked is not None
        assert taken.picked.name == "cnn-small"
        assert not taken.is_filtering


async def test_escape_clears_a_filter_and_brings_the_highlight_back() -> None:
    screen = World().screen()
    async with staged(screen, seen="3 of 6") as (pilot, _):
        await pilot.press("slash", *"lstm")
        await wait_until(pilot, lambda: screen.picks["a"] == "lstm")
        await pilot.press("escape")
        await wait_until(pilot, lambda: screen.picks["a"] == "seed-binary")
        assert "3 of 6" in screen_text(pilot.app)
        assert focus(pilot) == "list-a"


async def test_nothing_is_taken_where_nothing_matches() -> None:
    screen = World().screen()
    async with staged(screen, seen="3 of 6") as (pilot, _):
        await pilot.press("slash", *"zzz")
        await wait_until(pilot, lambda: "Nothing holds" in screen_text(pilot.app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: "no preset is highlighted" in screen_text(pilot.app))
        assert focus(pilot) == "list-a"


async def test_a_bad_preset_stays_listed_says_why_and_cannot_be_taken() -> None:
    world = World((broken(), *World().entries))
    screen = world.screen()
    async with staged(screen, seen="cannot be used") as (pilot, heard):
        await pilot.press("home")
        await wait_until(pilot, lambda: "did you mean" in screen_text(pilot.app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: "lane A: broken cannot be used" in screen_text(pilot.app))
        assert focus(pilot) == "list-a"
        await pilot.press("tab", "tab", "enter")
        await wait_until(pilot, lambda: focus(pilot) == "launch")
        assert not heard.of(LaunchAsked)
        assert "broken" not in world.described


async def test_s_goes_through_what_can_be_launched() -> None:
    async with staged(World().screen(), (160, 48), seen="3 of 6") as (pilot, heard):
        await pilot.press("s")
        await wait_until(pilot, lambda: "A to its end, then B" in screen_text(pilot.app))
        await pilot.press("enter", "enter", "enter")
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))
        assert heard.of(LaunchAsked)[0].request.sharing == "sequential"


async def test_s_comes_to_mps_which_says_in_whole_what_a_fault_does() -> None:
    async with staged(World().screen(), (60, 16), seen="seed-binary") as (pilot, heard):
        await pilot.press(*TO_MPS)
        await wait_until(pilot, lambda: "a fatal fault in one ends both" in on_line(pilot.app, "Sharing"))
        await pilot.press("enter", "enter", "enter")
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))
        assert heard.of(LaunchAsked)[0].request.sharing == "mps"


async def test_mps_says_why_it_cannot_be_here_and_the_others_are_not_blamed() -> None:
    world = World()
    everywhere = Check("disk", "stop", "the disk is full")
    no_mps = Check("mps", "stop", "nvidia-cuda-mps-control is not on PATH", "install it")
    world.findings = {"together": (everywhere,), "sequential": (everywhere,), "mps": (everywhere, no_mps)}
    async with staged(world.screen(), (160, 48), seen="disk: the disk is full") as (pilot, _):
        assert "not here" not in on_line(pilot.app, "Sharing")
        await pilot.press(*TO_MPS)
        await wait_until(
            pilot,
            lambda: "not here: nvidia-cuda-mps-control is not on PATH" in on_line(pilot.app, "Sharing"),
        )
        await wait_until(pilot, lambda: "2 findings (c) · disk: the disk is full" in screen_text(pilot.app))


async def test_what_may_spoil_a_launch_stands_above_it_c_shows_all_and_enter_waits_for_none() -> None:
    world = World()
    others = Check("others", "warn", "2 other processes on this GPU", "rates will include them")
    world.findings = {"together": (others, Check("compute mode", "pass", "default"))}
    async with staged(world.screen(), seen="others: 2 other processes on this GPU (rates will") as (
        pilot,
        heard,
    ):
        await pilot.press("c")
        await wait_until(pilot, lambda: "Before a launch" in screen_text(pilot.app))
        assert "warning: others: 2 other processes" in screen_text(pilot.app)
        assert "nothing against it: compute mode" in screen_text(pilot.app)
        await pilot.press("escape", "s")
        await wait_until(
            pilot, lambda: "2 other processes" not in screen_text(pilot.app)
        )  # sequential has none
        await pilot.press("enter", "enter", "enter")
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))


async def test_checks_that_do_not_come_back_hold_nothing_up() -> None:
    world = World()
    never = threading.Event()
    screen = world.screen()

    def hangs(_pair: object, _listing: object, _experience: object) -> dict[Sharing, tuple[Check, ...]]:
        never.wait(30)
        return {}

    object.__setattr__(screen._sources, "check", hangs)
    async with staged(screen, seen="3 of 6") as (pilot, heard):
        await pilot.press("enter", "enter", "enter")
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))
    never.set()


async def test_a_device_that_cannot_be_used_is_told_and_not_launched_on() -> None:
    async with staged(World().screen(device="gpu:7"), seen="gpu:7 cannot be used") as (pilot, heard):
        await pilot.press("tab", "tab", "enter")
        await wait_until(pilot, lambda: screen_text(pilot.app).count("gpu:7 cannot be used") == 2)
        assert not heard.of(LaunchAsked)
        await pilot.press("d", "enter")
        await wait_until(pilot, lambda: "auto: no NVIDIA library" in screen_text(pilot.app))


async def test_question_mark_shows_help_and_takes_it_away() -> None:
    async with staged(World().screen(), (120, 36), seen="3 of 6") as (pilot, _):
        await pilot.press("question_mark")
        await wait_until(pilot, lambda: "A lane's presets" in screen_text(pilot.app))
        await pilot.press("f1")
        await wait_until(pilot, lambda: "A lane's presets" not in screen_text(pilot.app))


async def test_q_quits() -> None:
    async with staged(World().screen(), seen="3 of 6") as (pilot, _):
        await pilot.press("q")
        await wait_until(pilot, lambda: not pilot.app.is_running)


async def test_picks_can_be_set_and_one_that_is_not_there_gives_way_to_the_first_that_is() -> None:
    screen = World().screen(picks={"a": "lstm", "b": "not-there"})
    async with staged(screen, seen="2 of 6") as (pilot, _):
        await wait_until(pilot, lambda: screen.picks == {"a": "lstm", "b": "cnn-small"})


async def test_the_picks_survive_a_new_reading() -> None:
    world = World()
    screen = world.screen()
    async with staged(screen, seen="3 of 6") as (pilot, _):
        await pilot.press("end", "tab", "home")
        await wait_until(pilot, lambda: screen.picks == {"a": "wide-mlp", "b": "cnn-small"})
        world.entries = (entry("aaa"), *world.entries)
        over: Screen[None] = Screen()
        await pilot.app.push_screen(over)
        await pilot.app.pop_screen()
        await wait_until(pilot, lambda: "7 of 7" in screen_text(pilot.app))
        assert screen.picks == {"a": "wide-mlp", "b": "cnn-small"}


async def test_one_name_from_two_origins_shows_both() -> None:
    twins: tuple[PresetEntry, ...] = (entry("twin"), entry("twin", origin="user"), entry("other"))
    screen = World(twins).screen(picks={"a": "user:twin"})
    async with staged(screen, seen="2 of 3") as (pilot, _):
        rows = [line for line in screen_text(pilot.app).splitlines() if "twin" in line]
        assert any("shipped" in row for row in rows)
        assert any("user" in row for row in rows)
        assert screen.picks["a"] == "user:twin"
        assert isinstance(pilot.app.screen.focused, PresetList)
