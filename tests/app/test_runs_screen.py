"""Every key of the runs screen: what it shows, asks, deletes, and where it leads."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from tests.app.stage import staged
from tests.unit.ended_runs import SEQUENTIAL, ended_run, live_run, owned
from tests.waiting import screen_text, wait_until
from training.analysis.run_listing import ListedRun, RunListing
from training.record.run_folder import RunFolder
from training.record.run_home import runs_home
from training.record.run_removal import RunKeptError
from tui.screens.confirm import ConfirmScreen
from tui.screens.live_messages import LeaveAsked, NewRunAsked
from tui.screens.runs import RunsScreen
from tui.screens.runs_messages import BackAsked, RunChosen

NAMES = ("20261120-201500-aaaa", "20261121-201500-bbbb", "20261122-201500-cccc")
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
SIZES = [(60, 16), (80, 24), (160, 48)]


def runs_screen(listing: RunListing | None = None, **options: Any) -> RunsScreen:
    return RunsScreen(listing, **{"now": lambda: NOW, "read_every_s": 0.05, **options})


@pytest.fixture
def three() -> list[RunFolder]:
    """Three runs that are over, oldest first."""
    return [
        ended_run(name, presets=pair, began=f"2026-11-{20 + index}T20:15:00+00:00")
        for index, (name, pair) in enumerate(
            zip(NAMES, (("lstm", "cnn-small"), ("wide-mlp", "lstm"), ("tiny-steps", "unet")), strict=True)
        )
    ]


def highlighted(app: App[Any]) -> str:
    """The row with the mark."""
    return next((line for line in screen_text(app).splitlines() if "▸" in line), "")


def rows_of(app: App[Any], state: str) -> list[str]:
    """The rows of the table whose state begins so, from the top."""
    rows = [line.removeprefix("│").replace("▸", " ").strip() for line in screen_text(app).splitlines()]
    return [row for row in rows if "×" in row or " – " in row if row.startswith(state)]


@pytest.mark.parametrize("size", SIZES)
async def test_it_tells_of_each_run_what_became_of_it_live_ones_first(size: tuple[int, int]) -> None:
    ended_run(NAMES[2], presets=("tiny-steps", "unet"), began="2026-11-30T09:00:00+00:00", host="box.example")
    ended_run(NAMES[1], told=SEQUENTIAL, status="failed", began="2026-11-28T20:15:00+00:00")
    with live_run(NAMES[0], presets=("lstm", "wide-mlp")):
        async with staged(runs_screen(), size, seen="KiB") as (pilot, _):
            text = screen_text(pilot.app)
            rows = [row for state in ("live", "completed", "failed") for row in rows_of(pilot.app, state)]
            assert rows == rows_of(pilot.app, "")
            assert "▸ live" in text
            assert "together 1.51×" in rows[1]
            assert ("3 h ago" in rows[1]) is (size[0] > 60)
            assert "sequential 1.25×" in rows[2]
            assert "1 of 3" in text
            assert f"{NAMES[0]} · lstm + wide-mlp · together · CPU" in text
            assert ("box.example" in rows[1]) is (size[0] == 160)
            assert ("2026-11-30" in rows[1]) is (size[0] == 160)
            await pilot.press("j")
            await wait_until(pilot, lambda: "took 48:12" in " ".join(screen_text(pilot.app).split()))
            assert "box.example" in screen_text(pilot.app)


@pytest.mark.parametrize(
    ("keys", "at"),
    [
        (["down"], 1),
        (["j", "j"], 0),
        (["j", "k"], 2),
        (["down", "up"], 2),
        (["end"], 0),
        (["end", "home"], 2),
        (["pagedown"], 0),
        (["l"], 0),
        (["right", "left"], 2),
        (["end", "h"], 2),
        (["up"], 2),
        (["end", "down"], 0),
    ],
)
async def test_moving(three: list[RunFolder], keys: list[str], at: int) -> None:
    async with staged(runs_screen(), seen="1 of 3") as (pilot, _):
        await pilot.press(*keys)
        await wait_until(pilot, lambda: NAMES[at] in screen_text(pilot.app))
        await wait_until(pilot, lambda: f"{3 - at} of 3" in screen_text(pilot.app))


async def test_the_highlight_is_in_sight_among_many() -> None:
    for index in range(40):
        ended_run(f"20261001-0000{index:02}-aaaa", presets=(f"preset-{index:02}",))
    async with staged(runs_screen(), (60, 16), seen="1 of 40") as (pilot, _):
        assert "preset-39" in highlighted(pilot.app)
        await pilot.press("end")
        await wait_until(pilot, lambda: "preset-00" in highlighted(pilot.app))
        await pilot.press("pageup")
        await wait_until(pilot, lambda: "preset-00" not in highlighted(pilot.app))
        assert highlighted(pilot.app)


@pytest.mark.parametrize(
    ("keys", "asked"),
    [(["enter"], RunChosen), (["escape"], BackAsked), (["n"], NewRunAsked), (["q"], LeaveAsked)],
)
async def test_keys_that_lead_elsewhere(three: list[RunFolder], keys: list[str], asked: type[Any]) -> None:
    async with staged(runs_screen(), seen="1 of 3") as (pilot, heard):
        await pilot.press(*keys)
        await wait_until(pilot, lambda: len(heard.of(asked)) == 1)
        assert all(one.folder == str(three[2].path) for one in heard.of(RunChosen))


async def test_a_filter_narrows_as_one_types_enter_opens_and_escape_shows_all(three: list[RunFolder]) -> None:
    async with staged(runs_screen(), seen="1 of 3") as (pilot, heard):
        # letters that are keys elsewhere are letters here
        await pilot.press("slash", *"dqnR", *["backspace"] * 4, *"lstm")
        await wait_until(pilot, lambda: "2 of 3" in screen_text(pilot.app))
        assert "/lstm" in screen_text(pilot.app)
        assert "unet" not in screen_text(pilot.app)
        await pilot.press("down")
        await wait_until(pilot, lambda: NAMES[0] in screen_text(pilot.app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: [one.folder for one in heard.of(RunChosen)] == [str(three[0].path)])
        await pilot.press("escape")
        await wait_until(pilot, lambda: "3 of 3" in screen_text(pilot.app))
        assert "/lstm" not in screen_text(pilot.app)
        assert not heard.of(BackAsked)
        assert not heard.of(LeaveAsked)


@pytest.mark.parametrize("typed", ["wide lst", "bbbb", "failed", "sequential", "box"])
async def test_a_filter_looks_into_all_that_stands_there(three: list[RunFolder], typed: str) -> None:
    ended_run(
        "20261123-201500-bbbb", presets=("wide-mlp", "lstm"), status="failed", told=SEQUENTIAL, host="box"
    )
    keys = ["space" if letter == " " else letter for letter in typed]
    async with staged(runs_screen(), (160, 48), seen="1 of 4") as (pilot, _):
        await pilot.press("slash", *keys)
        await wait_until(pilot, lambda: f"/{typed}" in screen_text(pilot.app))
        await wait_until(pilot, lambda: "20261123-201500-bbbb" in screen_text(pilot.app))
        await pilot.press(*"zzz")
        await wait_until(pilot, lambda: "Nothing holds" in screen_text(pilot.app))
        await pilot.press("enter", "delete")
        assert not isinstance(pilot.app.screen, ConfirmScreen)


async def test_d_names_the_run_and_what_goes_and_deletes_it_only_when_confirmed(
    three: list[RunFolder],
) -> None:
    async with staged(runs_screen(), seen="KiB") as (pilot, _):
        await pilot.press("d")
        await wait_until(pilot, lambda: f"Delete run {NAMES[2]} (" in screen_text(pilot.app))
        text = " ".join(screen_text(pilot.app).replace("│", " ").split())
        assert "KiB)?" in text
        assert "tiny-steps + unet, completed, began 8 days ago." in text
        assert "trained models go with it" in text
        assert "lies elsewhere" not in text
        await pilot.press("enter")  # the first answer keeps it
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, RunsScreen))
        await pilot.press("d", "escape")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, RunsScreen))
        assert not three[2].is_gone
        await pilot.press("delete")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("y")
        await wait_until(pilot, lambda: "1 of 2" in screen_text(pilot.app))
        assert three[2].is_gone
        assert NAMES[1] in screen_text(pilot.app)
        assert not three[1].is_gone


async def test_keys_typed_ahead_answer_the_question_and_the_delete_key_works_in_a_filter(
    three: list[RunFolder],
) -> None:
    async with staged(runs_screen(), seen="1 of 3") as (pilot, _):
        await pilot.press("slash", *"cnn", "delete", "y")
        await wait_until(pilot, lambda: three[0].is_gone)
        await wait_until(pilot, lambda: "Nothing holds" in screen_text(pilot.app))
        await pilot.press("escape")
        await wait_until(pilot, lambda: "of 2" in screen_text(pilot.app))


async def test_of_a_folder_elsewhere_the_question_says_the_path_and_the_link_goes_too(tmp_path: Path) -> None:
    folder = ended_run(NAMES[0], path=tmp_path / "mine")
    async with staged(runs_screen(), (160, 48), seen="1 of 1") as (pilot, _):
        await pilot.press("d")
        await wait_until(pilot, lambda: "lies elsewhere" in screen_text(pilot.app))
        told = screen_text(pilot.app).replace("│", "").replace("\n", "").replace(" ", "")
        assert told.count(str(folder.path)) == 2  # in the question, and below the table
        await pilot.press("y")
        await wait_until(pilot, lambda: "No runs yet" in screen_text(pilot.app))
    assert folder.is_gone
    assert list(runs_home().iterdir()) == []


async def test_a_live_run_is_never_deleted_and_it_is_said_why_until_one_moves_on() -> None:
    ended_run(NAMES[0])
    with live_run(NAMES[1]) as live:
        async with staged(runs_screen(), seen="1 of 2") as (pilot, _):
            await pilot.press("d")
            await wait_until(pilot, lambda: "is live: stop it first" in screen_text(pilot.app))
            assert not isinstance(pilot.app.screen, ConfirmScreen)
            await pilot.press("j")
            await wait_until(pilot, lambda: "is live: stop it first" not in screen_text(pilot.app))
        assert live.plan.exists()


async def test_a_run_that_is_taken_up_between_question_and_answer_stays_and_it_is_said(
    three: list[RunFolder],
) -> None:
    async with staged(runs_screen(), seen="1 of 3") as (pilot, _):
        await pilot.press("d")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        with owned(three[2], pid=2**22 + 5):
            await pilot.press("y")
            await wait_until(pilot, lambda: "is held by a process" in screen_text(pilot.app))
        assert not three[2].is_gone
        assert "1 of 3" in screen_text(pilot.app)


async def test_a_deletion_that_takes_its_time_is_told_and_holds_nothing_up(three: list[RunFolder]) -> None:
    may_end = threading.Event()

    def slow(folder: RunFolder) -> None:
        may_end.wait(30)
        raise RunKeptError(f"{folder.path} is deleted but for what is left")

    async with staged(runs_screen(remove=slow), (160, 48), seen="1 of 3") as (pilot, heard):
        await pilot.press("d", "y")
        await wait_until(pilot, lambda: "▸ deleting" in screen_text(pilot.app))
        await pilot.press("enter", "d")
        assert not heard.of(RunChosen)
        assert isinstance(pilot.app.screen, RunsScreen)
        await pilot.press("j")
        await wait_until(pilot, lambda: "2 of 3" in screen_text(pilot.app))
        may_end.set()
        await wait_until(pilot, lambda: "is deleted but for what is left" in screen_text(pilot.app))
        assert "deleting" not in highlighted(pilot.app)


async def test_it_reads_again_by_itself_and_the_highlight_stays_on_its_run(three: list[RunFolder]) -> None:
    async with staged(runs_screen(), seen="1 of 3") as (pilot, _):
        await pilot.press("j")
        await wait_until(pilot, lambda: "2 of 3" in screen_text(pilot.app))
        ended_run("20261129-201500-dddd")
        await wait_until(pilot, lambda: "3 of 4" in screen_text(pilot.app))
        assert NAMES[1] in screen_text(pilot.app)


class Failing(RunListing):
    """Cannot list while told so."""

    fails = True

    def read(self) -> list[ListedRun]:
        if self.fails:
            raise OSError(5, "Input/output\x1b[2J error")
        return super().read()


async def test_a_disk_that_cannot_be_read_is_told_until_it_can(three: list[RunFolder]) -> None:
    listing = Failing()
    async with staged(runs_screen(listing), seen="the runs cannot be listed") as (pilot, _):
        assert "\x1b" not in screen_text(pilot.app)
        listing.fails = False
        await wait_until(pilot, lambda: "1 of 3" in screen_text(pilot.app))
        await wait_until(pilot, lambda: "cannot be listed" not in screen_text(pilot.app))


async def test_without_runs_one_sentence_says_how_to_make_one_and_keys_do_no_harm() -> None:
    screen = runs_screen()
    async with staged(screen, seen="No runs yet: n here") as (pilot, heard):
        assert screen.check_action("open", ()) is None
        assert screen.check_action("delete", ()) is None
        await pilot.press("enter", "d", "j", "pagedown", "end")
        assert pilot.app.screen is screen
        assert not heard.of(RunChosen)
        ended_run(NAMES[0])
        await wait_until(pilot, lambda: "1 of 1" in screen_text(pilot.app))
        assert screen.check_action("open", ()) is True


@pytest.mark.parametrize("size", SIZES)
async def test_what_comes_from_outside_is_harmless(size: tuple[int, int]) -> None:
    ended_run("\x1b[2Jname", presets=("[red]x", "\x1b]0;t\x07y"), host="\x1b[31mbox", began="\x1b[2J")
    async with staged(runs_screen(), size, seen="1 of 1") as (pilot, _):
        text = screen_text(pilot.app)
        assert not [character for character in text if character != "\n" and not character.isprintable()]
        assert "[red]x" in text
        await pilot.press("d")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        assert "\x1b" not in screen_text(pilot.app)


async def test_help_palette_and_keys(three: list[RunFolder]) -> None:
    screen = runs_screen()
    async with staged(screen, (120, 36), seen="1 of 3") as (pilot, _):
        shown = [active for active in screen.active_bindings.values() if active.binding.show]
        assert len({active.binding.action for active in shown}) <= 8
        assert all(active.binding.tooltip for active in shown)
        await pilot.press("question_mark")
        await wait_until(pilot, lambda: "Every run there is" in screen_text(pilot.app))
        await pilot.press("escape")
        await wait_until(pilot, lambda: not screen.query("HelpPanel"))
        await pilot.press("colon")
        await wait_until(pilot, lambda: type(pilot.app.screen).__name__ == "CommandPalette")


async def test_a_terminal_that_is_too_small_says_so(three: list[RunFolder]) -> None:
    async with staged(runs_screen(), seen="1 of 3") as (pilot, _):
        await pilot.resize_terminal(40, 10)
        await wait_until(pilot, lambda: "terminal too small" in screen_text(pilot.app))
        await pilot.resize_terminal(80, 24)
        await wait_until(pilot, lambda: "1 of 3" in screen_text(pilot.app))
