"""When a lane ends while the app looks: the bell, the command, and what is said where that fails."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec import structs
from textual.pilot import Pilot

from tests.unit.made_runs import append, made_run, plan
from tests.waiting import screen_text, wait_until
from training.plan import NotifyCommand
from training.record.event_records import Began, LaneEnded
from training.record.event_records import Launched as LaneLaunched
from training.record.run_folder import RunFolder
from tui.app import DualtrainApp
from tui.look import Look
from tui.screens.live import LiveScreen
from tui.viewing import Viewing

BEGAN = Began(0.0, 1.0, "2026-11-22T20:15:00+00:00", "b", "together")
TELL = "import os; open('told', 'a').write(os.environ['DUALTRAIN_LANE'] + os.environ['DUALTRAIN_OUTCOME'] + '\\n')"


@dataclass
class Bell:
    """How often it rang."""

    times: int = 0


class RingingApp(DualtrainApp):
    """Counts what a terminal would ring."""

    rang: Bell

    def bell(self) -> None:
        self.rang.times += 1


@dataclass
class Looking:
    """A live run that is looked at."""

    app: RingingApp
    pilot: Pilot[None]
    folder: RunFolder

    async def ended(self, *ends: LaneEnded) -> None:
        """Have lanes end, and wait until the screen shows it."""
        append(self.folder.events, *ends)
        assert self.app.run_shown is not None
        self.app.run_shown.feed.look_now()
        await wait_until(self.pilot, self._shows(*ends))

    def _shows(self, *ends: LaneEnded) -> Callable[[], bool]:
        def shown() -> bool:
            lanes = self.app.run_shown.state.lanes if self.app.run_shown is not None else {}
            return all(lanes[end.lane].phase == end.status for end in ends)

        return shown


def app_for(folder: RunFolder, *, bell: bool = True, notify: NotifyCommand | None = None) -> RingingApp:
    app = RingingApp(folder=folder, look=Look(bell=bell), how=Viewing(notify=notify))
    app.rang = Bell()
    return app


def tell(folder: Path) -> NotifyCommand:
    return NotifyCommand((sys.executable, "-c", TELL), str(folder))


async def looked_at(app: RingingApp, pilot: Pilot[None], folder: RunFolder) -> Looking:
    await wait_until(pilot, lambda: isinstance(app.screen, LiveScreen))
    run = app.run_shown
    assert run is not None
    run.feed.look_now()
    await wait_until(pilot, lambda: bool(run.state.started_wall))
    return Looking(app, pilot, folder)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run whose lanes have processes."""
    made = made_run(tmp_path / "run")
    append(made.events, BEGAN, LaneLaunched(0.1, "a", 11), LaneLaunched(0.1, "b", 12))
    return made


@pytest.mark.parametrize(("bell", "times"), [(True, 2), (False, 0)])
async def test_the_bell_rings_once_for_each_end(folder: RunFolder, bell: bool, times: int) -> None:
    app = app_for(folder, bell=bell)
    async with app.run_test(size=(80, 24)) as pilot:
        looking = await looked_at(app, pilot, folder)
        assert app.rang.times == 0
        await looking.ended(LaneEnded(1.0, "a", "completed", 0))
        assert app.rang.times == times // 2
        await looking.ended(LaneEnded(2.0, "b", "failed", 1, "nan", "NaN"))
        assert app.rang.times == times


async def test_what_had_ended_before_is_neither_rung_nor_told(folder: RunFolder, tmp_path: Path) -> None:
    append(folder.events, LaneEnded(1.0, "a", "completed", 0))
    app = app_for(folder, notify=tell(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        looking = await looked_at(app, pilot, folder)
        await looking.ended(LaneEnded(2.0, "b", "stopped", 0))
        assert app.rang.times == 1
        await wait_until(pilot, (tmp_path / "told").exists)
        await wait_until(pilot, lambda: (tmp_path / "told").read_text() == "bstopped\n")


async def test_what_the_runs_own_supervisor_tells_the_viewer_does_not(tmp_path: Path) -> None:
    command = tell(tmp_path)
    made = made_run(tmp_path / "run", structs.replace(plan("run"), notify=command))
    append(made.events, BEGAN, LaneLaunched(0.1, "a", 11), LaneLaunched(0.1, "b", 12))
    app = app_for(made, notify=command)
    async with app.run_test(size=(80, 24)) as pilot:
        looking = await looked_at(app, pilot, made)
        await looking.ended(LaneEnded(1.0, "a", "completed", 0))
        assert app.rang.times == 1
    assert not (tmp_path / "told").exists()


async def test_a_command_that_fails_is_one_line_and_holds_nothing_up(
    folder: RunFolder, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "gate")
    code = "open('gate').read(); print('no' + 'ise'); raise SystemExit(7)"
    app = app_for(folder, notify=NotifyCommand((sys.executable, "-c", code), str(tmp_path)))
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        looking = await looked_at(app, pilot, folder)
        await looking.ended(LaneEnded(1.0, "a", "completed", 0))
        await pilot.press("b")
        await wait_until(pilot, lambda: app.screen.chosen_lane == "b")  # type: ignore[attr-defined]
        (tmp_path / "gate").write_text("go")
        told = re.compile(
            r"Not told.*exit\W+code\W+7", re.DOTALL
        )  # wrapped anywhere: the interpreter has a path of any length
        await wait_until(pilot, lambda: told.search(screen_text(app)) is not None)
        assert "noise" not in screen_text(app)


async def test_leaving_does_not_wait_for_it(folder: RunFolder, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "gate")
    code = "open('gate').read(); open('done', 'w').write('yes')"
    app = app_for(folder, notify=NotifyCommand((sys.executable, "-c", code), str(tmp_path)))
    async with app.run_test(size=(80, 24)) as pilot:
        looking = await looked_at(app, pilot, folder)
        await looking.ended(LaneEnded(1.0, "a", "completed", 0))
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: app.return_code is not None)
    assert not (tmp_path / "done").exists()
    (tmp_path / "gate").write_text("go")
