"""An ended run again: the question, and the launch that follows."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.waiting import screen_text, wait_until
from training.analysis.report import Monitor, Report, ReportedDevice, write_report
from training.analysis.state import LaneError, RunState
from training.launch import Launched, LaunchRequest, make_plan, plan_lanes
from training.launch_refusal import LaunchError
from training.plan import Limits, PlannedDevice, write_plan
from training.record.event_records import MemoryHolder
from training.record.run_folder import RunFolder
from tui.app import DualtrainApp
from tui.screens.confirm import ConfirmScreen
from tui.screens.live import LiveScreen
from tui.screens.report import ReportScreen

pytestmark = pytest.mark.slow

PRESETS = {"a": "seed-binary", "b": "seed-regression"}
GPU = PlannedDevice("gpu", "Test GPU", uuid="GPU-1", memory_bytes=40 * 2**30)
MIB = 2**20
HELD = (
    MemoryHolder("a", 5 * 2**30, pid=41),
    MemoryHolder("b", 3 * 2**30, pid=42),
    MemoryHolder("others", 12 * 2**30, pid=7, name="python\x1b[31m"),
    MemoryHolder("free", 200 * MIB),
)
EVENTS = """{"k":"schema","version":1}
{"k":"began","t":0.0,"monotonic_s":1.0,"wall":"2026-11-22T20:15:00+00:00","boot_id":"b","sharing":"together"}
{"k":"ended","t":9.0,"outcome":"failed"}
"""


def ended_run(folder: Path) -> RunFolder:
    """A folder of a run that is over, as far as the screen needs it."""
    run = RunFolder.at(folder)
    folder.mkdir(mode=0o700, parents=True)
    lanes = plan_lanes(LaunchRequest(presets=dict(PRESETS)))  # type: ignore[arg-type]
    plan = make_plan(folder.name, lanes, GPU, "together", Limits(steps=7))
    write_plan(plan, run.plan)
    run.events.write_text(EVENTS)
    write_report(
        Report(
            run=folder.name,
            started_at="2026-11-22T20:15:00+00:00",
            ended_at="2026-11-22T20:17:11+00:00",
            sharing="together",
            device=ReportedDevice("gpu", "Test GPU", "GPU-1", 40 * 2**30),
            lanes={},
            monitor=Monitor(2.1, 131.4, 41 * MIB),
        ),
        run.report,
    )
    return run


class Launcher:
    """Launches nothing: keeps what was asked, and answers with the folder of a run or with an error."""

    def __init__(self, answer: RunFolder | LaunchError) -> None:
        self.asked: list[LaunchRequest] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self._answer = answer

    def __call__(self, request: LaunchRequest) -> Launched:
        self.asked.append(request)
        self.may_answer.wait(30)
        if isinstance(self._answer, LaunchError):
            raise self._answer
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        lanes = plan_lanes(LaunchRequest(presets=dict(PRESETS)))  # type: ignore[arg-type]
        plan = make_plan(self._answer.name, lanes, GPU, request.sharing, Limits())
        return Launched(self._answer, plan, gone)


def out_of_memory(state: RunState) -> RunState:
    """The same run, whose lane B ran out of the device's memory."""
    error = LaneError("out-of-memory", "the device gave no 2.3 GiB", held=HELD)
    lane = replace(state.lanes["b"], phase="failed", error=error)
    return replace(state, lanes={**state.lanes, "b": lane})


async def on_live_screen(app: DualtrainApp, pilot: Pilot[None], *, failed: bool = False) -> None:
    await wait_until(pilot, lambda: isinstance(app.screen, LiveScreen) and "ended" in screen_text(app))
    if failed:
        run = app.run_shown
        assert run is not None
        run.close()
        run.state = out_of_memory(run.state)
        run.live.show(run.state)


async def test_after_out_of_memory_the_smaller_batch_comes_first_and_enter_launches_it(
    tmp_path: Path,
) -> None:
    first, second = ended_run(tmp_path / "first"), ended_run(tmp_path / "second")
    launcher = Launcher(second)
    app = DualtrainApp(folder=first, launcher=launcher)
    async with app.run_test(size=(100, 30)) as pilot:
        await on_live_screen(app, pilot, failed=True)
        await pilot.press("r")
        await wait_until(pilot, lambda: "Run the pair again?" in screen_text(app))
        text = screen_text(app)
        assert "B seed-regression: out-of-memory" in text
        assert "held then: A 5.0 GiB, B 3.0 GiB" in text, text
        assert "\x1b" not in text
        found = [text.index(part) for part in ("Half the batch size", "The same again")]
        assert found == sorted(found)
        await pilot.press("enter")
        await wait_until(
            pilot,
            lambda: (
                isinstance(app.screen, ReportScreen)
                and app.run_shown is not None
                and app.run_shown.state.run == "second"
            ),
        )
        assert [type(one) for one in app.screen_stack[1:]] == [LiveScreen, ReportScreen]
    (request,) = launcher.asked
    assert request.retry_of == "first"
    assert request.device == "GPU-1"
    assert request.limits.steps == 7
    assert any(one.startswith("b.fit.batch_size=") for one in request.overrides)


@pytest.mark.parametrize(
    ("keys", "sharing"), [(("a",), "together"), (("s",), "sequential"), (("j", "j", "enter"), "sequential")]
)
async def test_an_offer_is_taken_by_its_letter_or_by_moving_to_it(
    tmp_path: Path, keys: tuple[str, ...], sharing: str
) -> None:
    launcher = Launcher(ended_run(tmp_path / "second"))
    app = DualtrainApp(folder=ended_run(tmp_path / "first"), launcher=launcher)
    async with app.run_test(size=(80, 24)) as pilot:
        await on_live_screen(app, pilot, failed=True)
        await pilot.press("r", *keys)
        await wait_until(pilot, lambda: len(launcher.asked) == 1)
        assert launcher.asked[0].sharing == sharing
        assert not launcher.asked[0].overrides


async def test_escape_launches_nothing(tmp_path: Path) -> None:
    launcher = Launcher(LaunchError("not asked"))
    app = DualtrainApp(folder=ended_run(tmp_path / "first"), launcher=launcher)
    async with app.run_test(size=(80, 24)) as pilot:
        await on_live_screen(app, pilot)
        await pilot.press("r")
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(app.screen, LiveScreen))
        assert not launcher.asked


async def test_one_launch_at_a_time(tmp_path: Path) -> None:
    launcher = Launcher(ended_run(tmp_path / "second"))
    launcher.may_answer.clear()
    app = DualtrainApp(folder=ended_run(tmp_path / "first"), launcher=launcher)
    async with app.run_test(size=(80, 24)) as pilot:
        await on_live_screen(app, pilot)
        await pilot.press("r", "enter", "r", "escape")
        await wait_until(pilot, lambda: len(launcher.asked) == 1)
        launcher.may_answer.set()
        await wait_until(
            pilot,
            lambda: (
                isinstance(app.screen, ReportScreen)
                and app.run_shown is not None
                and app.run_shown.state.run == "second"
            ),
        )
        assert len(launcher.asked) == 1


async def test_enter_opens_the_report_which_offers_it_as_well_and_a_refusal_is_told(tmp_path: Path) -> None:
    launcher = Launcher(LaunchError("GPU-1 is not among the GPUs that can be used here"))
    app = DualtrainApp(folder=ended_run(tmp_path / "first"), launcher=launcher)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await on_live_screen(app, pilot)
        assert {"Report", "Run again"} <= {one.title for one in app.get_system_commands(app.screen)}
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ReportScreen))
        assert "Run again" in {one.title for one in app.get_system_commands(app.screen)}
        await pilot.press("r")
        await wait_until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("enter")
        await wait_until(pilot, lambda: "Not launched" in screen_text(app))
        assert isinstance(app.screen, ReportScreen)
        await pilot.press("r", "enter")
        await wait_until(pilot, lambda: len(launcher.asked) == 2)
