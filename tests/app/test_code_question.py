"""Code that a preset of the working directory names: the app asks before it launches, and Enter alone is no."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.message import Message
from textual.pilot import Pilot

from tests.unit.own_presets import MODELS, own_preset
from tests.waiting import screen_text, wait_until
from training.code_trust import CodeNotConfirmedError, refuse_unconfirmed, store_path
from training.launch import Launched, LaunchRequest, unconfirmed_code
from training.launch_refusal import LaunchError
from tui.app import DualtrainApp
from tui.messages import CodeAsked
from tui.screens.confirm import ConfirmScreen
from tui.screens.live_messages import JoinAsked
from tui.screens.pick import PickScreen


class Launcher:
    """Launches nothing: looks at the code as a launch does, and then says that it came so far."""

    def __init__(self) -> None:
        self.asked: list[LaunchRequest] = []
        self.passed: list[LaunchRequest] = []

    def __call__(self, request: LaunchRequest) -> Launched:
        self.asked.append(request)
        refuse_unconfirmed(unconfirmed_code(request))
        self.passed.append(request)
        raise LaunchError("it would run now")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory whose ./presets names code."""
    own_preset(tmp_path / "presets")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@asynccontextmanager
async def picked(launcher: Launcher) -> AsyncIterator[tuple[DualtrainApp, Pilot[None]]]:
    """The app with the preset taken for both lanes, and the launch line in front."""
    app = DualtrainApp(launcher=launcher)
    async with app.run_test(size=(100, 30)) as pilot:
        await wait_until(pilot, lambda: " of 17" in screen_text(app))
        for lane in "ab":
            await pilot.press("slash", *"mine")
            await wait_until(
                pilot,
                lambda lane=lane: screen(app).picks[lane] == "local:mine",  # type: ignore[misc]
            )
            await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen.focused is not None and app.screen.focused.id == "launch")
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        yield app, pilot


def screen(app: DualtrainApp) -> PickScreen:
    assert isinstance(app.screen, PickScreen)
    return app.screen


@pytest.mark.parametrize("key", ["enter", "escape", "n"])
async def test_enter_alone_runs_nothing(key: str) -> None:
    launcher = Launcher()
    async with picked(launcher) as (app, pilot):
        text = screen_text(app)
        assert "A preset names code of its own. Run it?" in text
        assert "presets/mine.toml" in text
        assert "model.entry = my_models.py:build" in text
        await pilot.press(key)
        await wait_until(pilot, lambda: "nothing was launched: its code may not run" in screen_text(app))
        assert screen(app).picks == {"a": "local:mine", "b": "local:mine"}
    assert (len(launcher.asked), launcher.passed) == (1, [])
    assert not store_path().exists()


async def test_a_yes_is_asked_for_once_for_each_content(here: Path) -> None:
    launcher = Launcher()
    async with picked(launcher) as (app, pilot):
        await pilot.press("y")
        await wait_until(pilot, lambda: "it would run now" in screen_text(app))
        assert len(launcher.passed) == 1
        assert len(launcher.passed[0].confirmed) == 1

        await pilot.press("enter")
        await wait_until(pilot, lambda: len(launcher.passed) == 2)
        assert launcher.passed[1].confirmed == frozenset()

        (here / "presets" / "my_models.py").write_text(MODELS + "# changed\n")
        await wait_until(pilot, lambda: "it would run now" in screen_text(app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("n")
    assert len(launcher.passed) == 2


async def test_what_only_running_it_would_tell_is_not_computed() -> None:
    async with picked(Launcher()) as (app, pilot):
        await pilot.press("n")
        await wait_until(pilot, lambda: "not computed: names code of its own" in screen_text(app))
        assert "my_models.py:build" in screen_text(app)


async def test_who_is_to_join_is_asked_about_in_the_same_way() -> None:
    heard: list[Message] = []
    with pytest.raises(CodeNotConfirmedError) as caught:
        JoinAsked("mine").request("a test")
    again = JoinAsked("mine", frozenset(code.digest for code in caught.value.code))
    app = DualtrainApp(launcher=Launcher())
    async with app.run_test(size=(100, 30), message_hook=heard.append) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, PickScreen))
        app.post_message(CodeAsked(caught.value.code, again))
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await wait_until(pilot, lambda: again in heard)
    assert again.request("a test").planned is not None
    assert JoinAsked("mine").request("a test").planned is not None
