"""The whole app: what its palette lists, and how it opens what cannot be shown."""

from __future__ import annotations

from pathlib import Path

from tests.waiting import wait_until
from training.record.run_folder import RunFolder
from tui import exit_codes
from tui.app import DualtrainApp


async def test_the_palette_lists_what_can_be_done_now_each_once() -> None:
    app = DualtrainApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: bool(app.screen.query("PresetList")))
        commands = list(app.get_system_commands(app.screen))
        titles = [command.title for command in commands]
        assert {"Device", "Sharing", "Quit"} <= set(titles)
        assert len(titles) == len(set(titles))
        assert all(command.help for command in commands)
        assert not {"Down", "Up", "Back"} & set(titles)


async def test_a_folder_without_a_plan_ends_in_a_sentence(tmp_path: Path) -> None:
    app = DualtrainApp(folder=RunFolder(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: app.return_code == exit_codes.USAGE)
    assert "not a plan" in app.farewell
