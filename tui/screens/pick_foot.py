"""The foot of the pick screen: what the pair will take, what stands against its launch, the launch and its command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from training.plan import Lane, Sharing
from tui.launch_command import launch_command
from tui.screens.pick_findings import Findings
from tui.screens.pick_knowledge import PickKnowledge
from tui.widgets.command_line import CommandLine
from tui.widgets.device_lines import DeviceChoice
from tui.widgets.forecast_lines import READING, ForecastLines
from tui.widgets.launch_line import LaunchLine, LaunchOffer

if TYPE_CHECKING:
    from textual.screen import Screen

    from training.preset_library import PresetEntry

_EDITED = "*"
"""Behind the name of a preset beside whose file something is set."""


class PickFoot:
    """Shows the forecast lines, the launch line and the command line of one screen."""

    def __init__(self, screen: Screen[None], knowledge: PickKnowledge, findings: Findings) -> None:
        self._screen = screen
        self._knowledge = knowledge
        self._findings = findings
        self.is_launching = False
        self.problem: str | None = None
        """Why the last attempt to launch led to nothing."""
        self.command = ""
        """What launches the same from a shell; empty where there is nothing to launch."""

    def show(self, picked: Mapping[Lane, PresetEntry | None], choice: DeviceChoice, sharing: Sharing) -> None:
        """Take what stands on the screen now."""
        forecast = self._knowledge.forecast(picked, choice, sharing)
        note = READING if self._knowledge.experience is None else ""
        self._screen.query_one(ForecastLines).show(forecast, note)
        names = {lane: _name(entry) if entry else None for lane, entry in picked.items()}
        finding, is_stopped = self._findings.weightiest(sharing)
        offer = LaunchOffer(names, choice.how(sharing), self.is_launching, self.problem, finding, is_stopped)
        self._screen.query_one(LaunchLine).show(offer)
        self.command = _command(picked, choice, sharing)
        self._screen.query_one(CommandLine).show(self.command)


def lane_overrides(picked: Mapping[Lane, PresetEntry | None]) -> tuple[str, ...]:
    """What is set beside the presets' files, each with its lane."""
    return tuple(
        f"{lane}.{override}" for lane, entry in picked.items() if entry for override in entry.overrides
    )


def _name(entry: PresetEntry) -> str:
    return f"{entry.name}{_EDITED}" if entry.overrides else entry.name


def _command(picked: Mapping[Lane, PresetEntry | None], choice: DeviceChoice, sharing: Sharing) -> str:
    presets = {lane: entry.reference for lane, entry in picked.items() if entry and entry.preset}
    if len(presets) < len(picked) or choice.problem:
        return ""
    return launch_command(presets, lane_overrides(picked), choice.request, sharing)
