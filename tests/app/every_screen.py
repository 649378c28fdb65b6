"""Every screen there is, in the middle of its life, for tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from textual.screen import Screen

from tests import contention_states, gpu_states, states
from tests.app.pick_world import MIG, NOW, World, broken, entry, preset
from tests.app.test_pick_tools import PAIR as RECENT
from tests.app.test_report_screen import DONE, FAILED, FOLDER, report
from tests.unit.ended_runs import SEQUENTIAL, ended_run
from training.code_trust import NamedCode
from training.preset.script import ScriptSpec
from training.preset.script_document import script_preset
from tui.replay_feed import ReplayPlace
from tui.screens.code_question import code_question
from tui.screens.confirm import Choice, ConfirmScreen
from tui.screens.devices import DevicesScreen
from tui.screens.edit_sheet import EditSheet
from tui.screens.live import LiveScreen
from tui.screens.live_join import JoinScreen
from tui.screens.live_questions import leave_question, stop_question
from tui.screens.log import LogScreen
from tui.screens.name_sheet import NameSheet
from tui.screens.pick_sources import PickSources
from tui.screens.recent_sheet import RecentSheet
from tui.screens.replay import ReplayScreen
from tui.screens.report import ReportScreen
from tui.screens.runs import RunsScreen

FOREIGN = "Größe 日本 — ✓"
"""What a title, a name or a log may hold."""


@dataclass(frozen=True)
class Shown:
    """A way to a screen, what is seen of it in the end, and keys that show more of it."""

    name: str
    make: Callable[[Path], Screen[Any]]
    seen: str
    more: tuple[str, ...] = ()


def _pick(_folder: Path) -> Screen[Any]:
    titled = tuple(entry(name, title=FOREIGN) for name in ("lstm", "seed-binary", "seed-regression"))
    return World((*titled, broken())).screen()


def _log(folder: Path) -> Screen[Any]:
    path = folder / "a.log"
    path.write_text(f"Epoch 1/3 ━━━━━━━━━━ loss: 0.5\n{FOREIGN}\n" * 30, encoding="utf-8")
    return LogScreen(path, title="log of lane A")


def _runs(_folder: Path) -> Screen[Any]:
    """Three runs that are over; the tests' sealed home has no other."""
    ended_run(
        "20261121-201500-aaaa", presets=("lstm", "cnn-small"), began="2026-11-21T20:15:00+00:00", host="box"
    )
    ended_run(
        "20261122-201500-bbbb",
        told=SEQUENTIAL,
        status="failed",
        began="2026-11-22T20:15:00+00:00",
        host="box",
    )
    ended_run(
        "20261123-201500-cccc", presets=("tiny-steps", "unet"), began="2026-11-23T20:15:00+00:00", host="box"
    )
    return RunsScreen(now=lambda: RUNS_NOW)


def _devices(_folder: Path) -> Screen[Any]:
    return DevicesScreen(PickSources(devices=lambda: MIG), MIG, "auto")


SCRIPT = ScriptSpec(path="/home/me/train.py", args=("--lr", "0.1", "größer als"), env={"LEVEL": "2"})
RUNS_NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
HALFWAY = ReplayPlace(83.0, 250.0, 4.0)
PANELS = tuple("123456")
FAILED_RUN = replace(states.cpu_run(), lanes={"a": states.lane_state("a"), "b": states.failed_lane()})
SCREENS = [
    Shown("live", lambda _: LiveScreen(states.cpu_run()), "training", (*PANELS, "y", "t", "space", "z")),
    Shown("live, GPU", lambda _: LiveScreen(gpu_states.throttled()), "training", PANELS),
    Shown("live, container", lambda _: LiveScreen(gpu_states.container()), "training", PANELS),
    Shown("live, contention", lambda _: LiveScreen(contention_states.cpu()), "training", (*PANELS, "t", "1")),
    Shown("live, failed", lambda _: LiveScreen(FAILED_RUN), "failed", PANELS),
    Shown("pick", _pick, "seed-regression", ("down", "tab", "tab", "slash")),
    Shown("report", lambda _: ReportScreen(report(a=DONE, b=FAILED), FOLDER), "training failed", ("down",)),
    Shown("log", _log, "following", ("up", "home")),
    Shown("devices", _devices, "Train on", ("down", "down", "a")),
    Shown("stop?", lambda _: stop_question(states.cpu_run(), "a"), "Stop lane A"),
    Shown("leave?", lambda _: leave_question(states.cpu_run(), None), "Detach"),
    Shown("asked", lambda _: ConfirmScreen(FOREIGN, [Choice("y", "y", FOREIGN)], detail=FOREIGN), " y "),
    Shown("edit", lambda _: EditSheet("a", FOREIGN, preset()), "batch size", ("0", "j", "space")),
    Shown(
        "edit, script",
        lambda _: EditSheet("a", "train.py", script_preset(SCRIPT, FOREIGN)),
        "arguments",
        ("x", "tab", "A", "equals_sign"),
    ),
    Shown("name", lambda _: NameSheet("größe-mine"), "-mine", ("space",)),
    Shown("recent", lambda _: RecentSheet(lambda: (RECENT,), NOW), "1.51"),
    Shown(
        "code?",
        lambda _: code_question([NamedCode(FOREIGN, (FOREIGN, "data.entry = m.py:f"), "0")]),
        "Run it",
    ),
    Shown("runs", _runs, "KiB", ("down", "slash")),
    Shown("replay", lambda _: ReplayScreen(contention_states.cpu(), HALFWAY), "replay 1:23", PANELS),
    Shown("join", lambda _: JoinScreen("b", presets=lambda: (entry("lstm"), broken())), "lstm", ("slash",)),
]
