"""What the pick screen knows so far; nothing of it is needed to pick and launch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from training.plan import Lane
from training.preset.digest import preset_digest
from training.preset.own_code import names_code
from tui.widgets.device_lines import DeviceChoice
from tui.widgets.preset_facts import Known

if TYPE_CHECKING:
    from training.analysis.forecast import Forecast
    from training.analysis.forecast_memory import Experience
    from training.description import Description
    from training.meters.devices import DeviceListing
    from training.plan import Sharing
    from training.preset import Preset
    from training.preset_library import PresetEntry


@dataclass(slots=True)
class PickKnowledge:
    """Grows as threads hand over what they read."""

    listing: DeviceListing | None = None
    experience: Experience | None = None
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
        """The preset is good, nothing is known of it yet, and no code of its own would have to be run for that."""
        preset = entry.preset if entry is not None else None
        if preset is None or names_code(preset) or preset.script is not None:
            return False
        return preset_digest(preset) not in self.descriptions

    def worth_describing(
        self, picked: Mapping[Lane, PresetEntry | None], looked_at: Lane, choice: DeviceChoice
    ) -> PresetEntry | None:
        """What is looked at; once that is known the other lane's, where its memory was not measured."""
        if self.needs_description(picked[looked_at]):
            return picked[looked_at]
        for lane, entry in picked.items():
            if lane != looked_at and self.needs_description(entry) and self._has_no_peak(lane, entry, choice):
                return entry
        return None

    def forecast(
        self, picked: Mapping[Lane, PresetEntry | None], choice: DeviceChoice, sharing: Sharing
    ) -> Forecast | None:
        """What the pair will take; None as long as pair, device or what was measured is not known."""
        presets = {lane: entry.preset for lane, entry in picked.items() if entry and entry.preset}
        devices = {lane: device for lane in picked if (device := choice.of(lane))}
        if self.experience is None or not len(presets) == len(devices) == len(picked):
            return None
        from training.analysis.forecast import forecast

        return forecast(presets, devices, sharing, self.experience, self._description)

    def _has_no_peak(self, lane: Lane, entry: PresetEntry | None, choice: DeviceChoice) -> bool:
        device = choice.of(lane)
        if self.experience is None or device is None or entry is None or entry.preset is None:
            return False  # not known yet
        runs = self.experience.measured.of(entry.preset, device)
        return all(run.peak_memory_bytes is None for run in runs)

    def _description(self, preset: Preset) -> Description | None:
        told = self.descriptions.get(preset_digest(preset))
        return None if isinstance(told, str) else told

    def known(self, lane: Lane, entry: PresetEntry | None, choice: DeviceChoice) -> Known:
        """Everything that is known of one preset on the chosen device."""
        if entry is None or entry.preset is None:
            return Known(lane, entry)
        digest = preset_digest(entry.preset)
        earlier, device = None, choice.of(lane)
        with_others = False
        if self.experience is not None and device is not None:
            earlier = self.experience.measured.of(entry.preset, device)
            with_others = self.experience.measured.has_other_versions(entry.preset, device)
        return Known(
            lane,
            entry,
            description=self.descriptions.get(digest),
            is_describing=digest == self.describing,
            earlier=earlier,
            with_other_versions=with_others,
            on_cpu=choice.device is None or choice.device.kind == "cpu",
        )
