"""Draw the README's pictures from a real pair: `python -m tests.pictures` (what `make pictures` calls)."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from textual.pilot import Pilot

from training.analysis.history import RunHistory
from training.launch import LaunchRequest, launch
from training.meters.devices import list_devices
from training.record.run_home import state_home
from tui.app import DualtrainApp

DOCS = Path(__file__).parent.parent / "docs"
SIZE = (160, 44)
PICTURED_STEPS = 6500
"""By then the pair has its verdict."""
WITHIN_S = 180


async def main() -> None:
    """Launch a pair, picture the pick screen, the live screen in mid-run and the report."""
    await _picture_pick()
    launched = launch(LaunchRequest(presets={"a": "seed-binary", "b": "seed-regression"}), list_devices())
    app = DualtrainApp(launched=launched)
    async with app.run_test(size=SIZE) as pilot:
        await _until(pilot, lambda: _steps(RunHistory(launched.folder)) > PICTURED_STEPS)
        await _until(pilot, lambda: "training" in _text(app))
        _save(app, "live.svg")
        await _until(pilot, lambda: type(app.screen).__name__ == "ReportScreen")
        await pilot.pause()
        _save(app, "report.svg")
    launched.supervisor.wait()


async def _picture_pick() -> None:
    app = DualtrainApp()
    async with app.run_test(size=SIZE) as pilot:
        await _until(pilot, lambda: "parameters" in _text(app))
        _save(app, "pick.svg")


async def _until(pilot: Pilot[None], holds: object) -> None:
    assert callable(holds)
    for _ in range(WITHIN_S * 2):
        if holds():
            return
        await pilot.pause(0.5)
    raise TimeoutError(_text(pilot.app))


def _steps(history: RunHistory) -> int:
    history.refresh()
    return min(lane.step for lane in history.state().lanes.values())


def _text(app: object) -> str:
    from tests.waiting import screen_text

    return screen_text(app)  # type: ignore[arg-type]


def _save(app: DualtrainApp, name: str) -> None:
    """Keep the picture whole by itself: no fonts fetched from elsewhere, no folder of this machine."""
    picture = app.export_screenshot(title="dualtrain-tui")
    picture = re.sub(r"@font-face\s*\{[^}]*\}", "", picture)
    (DOCS / name).write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    if state_home().is_relative_to(Path(tempfile.gettempdir())):
        asyncio.run(main())
    else:
        # Once more with a state directory of its own: the pictures show no runs but their own.
        with tempfile.TemporaryDirectory() as home:
            import os

            environment = dict(os.environ, DUALTRAIN_HOME=home)
            sys.exit(
                subprocess.run(
                    [sys.executable, "-m", "tests.pictures"], env=environment, check=False
                ).returncode
            )
