"""`python -P -m tests.bench.day_long_run FOLDER`: read a long run as a viewer does; prints one JSON object."""

from __future__ import annotations

import asyncio
import json
import resource
import statistics
import sys
import time
from pathlib import Path

from training.analysis.history import RunHistory
from training.analysis.replay import Replay
from training.analysis.state import RunState
from training.record.run_folder import RunFolder

REDRAWS = 20


def main(folder: Path) -> None:
    """Fold, take the state, draw; tell what each took."""
    import tui.screens.live  # what a viewer has loaded before it reads

    assert tui.screens.live
    before = _peak_rss()
    began = time.perf_counter()
    history = RunHistory(RunFolder(folder))
    history.refresh()
    folded_s = time.perf_counter() - began
    states = []
    for _ in range(REDRAWS):
        began = time.perf_counter()
        state = history.state()
        states.append(time.perf_counter() - began)
    grown = _peak_rss() - before
    replayed = _replayed(RunFolder(folder))
    told = {
        **replayed,
        "folded_s": folded_s,
        "state_s": statistics.median(states),
        "draw_s": asyncio.run(_draw(state)),
        "grown_bytes": grown,
        "peak_rss_bytes": _peak_rss(),
        "points": len(state.lanes["a"].loss_series),
        "steps": state.lanes["a"].step,
    }
    print(json.dumps(told))


def _replayed(folder: RunFolder) -> dict[str, float]:
    """Seconds until the record can be played, to its end, and from there back to its middle."""
    began = time.perf_counter()
    replay = Replay(folder)
    told = {"replay_opened_s": time.perf_counter() - began}
    for name, t in (("replay_to_end_s", replay.end_s), ("replay_back_s", replay.end_s / 2)):
        began = time.perf_counter()
        replay.seek(t)
        replay.state()
        told[name] = time.perf_counter() - began
    return told


async def _draw(state: RunState) -> float:
    """Seconds of a whole picture at 160×48: every panel drawn anew, and the screen rendered."""
    from textual.app import App

    from tui.screens.live import LiveScreen
    from tui.theme import DARK

    class Stage(App[None]):
        def on_mount(self) -> None:
            self.register_theme(DARK)
            self.theme = DARK.name

    app = Stage()
    async with app.run_test(size=(160, 48)) as pilot:
        screen = LiveScreen(state)
        await app.push_screen(screen)
        await pilot.pause()
        times = []
        for _ in range(REDRAWS):
            began = time.perf_counter()
            screen.show(state)
            screen._compositor.render_strips()
            times.append(time.perf_counter() - began)
        return statistics.median(times)


def _peak_rss() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
