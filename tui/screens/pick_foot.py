"""The foot of the pick screen: what the pair will take, what stands against its launch, and the launch itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from training.plan import Lane, Sharing
from tui.screens.pick_findings import Findings
from tui.screens.pick_knowledge import PickKnowledge
from tui.widgets.device_lines import DeviceChoice
from tui.widgets.forecast_lines import READING, ForecastLines
from tui.widgets.launch_line import LaunchLine, LaunchOffer

if TYPE_CHECKING:
    from textual.screen import Screen

    from training.preset_library import PresetEntry


class PickFoot:
    """Shows the forecast lines and the launch line of one screen."""

    def __init__(self, screen: Screen[None], knowledge: PickKnowledge, findings: Findings) -> None:
        self._screen = screen
        self._knowledge = knowledge
        self._findings = findings
        self.is_launching = False
        self.problem: str | None = None
        """Why the last attempt to launch led to nothing."""

    def show(self, picked: Mapping[Lane, PresetEntry | None], choice: DeviceChoice, sharing: Sharing) -> None:
        """Take what stands on the screen now."""
        forecast = self._knowledge.forecast(picked, choice, sharing)
        note = READING if self._knowledge.experience is None else ""
        self._screen.query_one(ForecastLines).show(forecast, note)
        names = {lane: entry.name if entry else None for lane, entry in picked.items()}
        finding, is_stopped = self._findings.weightiest(sharing)
        offer = LaunchOffer(names, choice.how(sharing), self.is_launching, self.problem, finding, is_stopped)
        self._screen.query_one(LaunchLine).show(offer)
