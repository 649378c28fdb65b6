"""What the pick screen knows so far; nothing of it is needed to pick and launch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from training.plan import Lane
from training.preset.digest import preset_digest
from tui.widgets.device_lines import DeviceChoice
from tui.widgets.preset_facts import Known

if TYPE_CHECKING:
    from training.analysis.earlier_runs import EarlierRuns
    from training.description import Description
    from training.meters.devices import DeviceListing
    from training.preset_library import PresetEntry


@dataclass(slots=True)
class PickKnowledge:
    """Grows as threads hand over what they read."""

    listing: DeviceListing | None = None
    earlier: EarlierRuns | None = None
    descriptions: dict[str, Description | str] = field(default_factory=dict)
    """By the preset's digest; a text is the reason why there is none."""
    describing: str | None = None
    """The digest of what is being described."""

    def choice(self, asked: str) -> DeviceChoice:
        """The device that is meant, or why there is none."""
        if self.listing is None:
            return DeviceChoice(asked)
        from training.meters.devices import DeviceUnavailableError, choose_devices
        from tui.widgets.device_rows import standing_of

        try:
            chosen = choose_devices(asked, self.listing)
        except DeviceUnavailableError as error:
            return DeviceChoice(asked, problem=str(error))
        standing = standing_of(chosen.device, chosen.lane_devices, self.listing)
        return DeviceChoice(asked, chosen.device, chosen.lane_devices, standing)

    def needs_description(self, entry: PresetEntry | None) -> bool:
        """The preset is good, and nothing is known of it yet."""
        return bool(entry and entry.preset and preset_digest(entry.preset) not in self.descriptions)

    def known(self, lane: Lane, entry: PresetEntry | None, choice: DeviceChoice) -> Known:
        """Everything that is known of one preset on the chosen device."""
        if entry is None or entry.preset is None:
            return Known(lane, entry)
        digest = preset_digest(entry.preset)
        earlier = None
        if self.earlier is not None and choice.device is not None:
            earlier = self.earlier.of(entry.preset, choice.device)
        return Known(
            lane,
            entry,
            description=self.descriptions.get(digest),
            is_describing=digest == self.describing,
            earlier=earlier,
            on_cpu=choice.device is None or choice.device.kind == "cpu",
        )
