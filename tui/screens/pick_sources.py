"""Where the pick screen gets what it shows. Imported late: the first paint waits for none of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import structs

if TYPE_CHECKING:
    from training.analysis.forecast_memory import Experience
    from training.description import Description
    from training.meters.devices import DeviceListing
    from training.plan import Sharing
    from training.preflight import Check
    from training.preset import Preset
    from training.preset_library import PresetEntry
    from training.recent_pairs import RecentPair
    from tui.screens.pick_messages import Pair, SaveAsked


def read_presets() -> tuple[PresetEntry, ...]:
    """Every preset in reach, good or bad."""
    from training.preset_library import list_presets

    return list_presets()


def named_itself(text: str) -> PresetEntry | None:
    """The script or program that a text names; None where it names none."""
    from training.preset import PresetError
    from training.preset.script_reference import script_of_reference
    from training.preset_library import script_entry

    try:
        script = script_of_reference(text)
    except PresetError:
        return None
    return None if script is None else script_entry(script)


def read_devices() -> DeviceListing:
    """The devices of this machine."""
    from training.meters.devices import list_devices

    return list_devices()


def read_earlier() -> Experience:
    """What earlier runs and benches measured, and how good the estimates were."""
    from training.analysis import forecast  # noqa: F401 - here and not where the screen asks for one: it takes time
    from training.analysis.earlier_runs import read_earlier_runs
    from training.analysis.forecast_memory import experience_of

    return experience_of(read_earlier_runs())


def kept(preset: Preset) -> Description | None:
    """The description that was made of this preset before."""
    from training.description import kept_description

    return kept_description(preset)


def describe(entry: PresetEntry, is_cancelled: Callable[[], bool]) -> Description | str:
    """A description, or why there is none."""
    from training.description import DescriptionError, describe_preset

    if entry.preset is None:
        return entry.error or "the preset cannot be used"
    try:
        return describe_preset(entry.path, entry.preset, is_cancelled, entry.overrides)
    except DescriptionError as error:
        return str(error)


def save(asked: SaveAsked) -> PresetEntry | None:
    """The preset as it was saved; None where the user has one of that name, which is left alone.

    Raises:
        PresetError: it cannot be saved.
    """
    from training.code_trust import needing_a_yes, unconfirmed
    from training.own_presets import save_as_own
    from training.planned_lanes import planned_lane
    from training.preset import PresetError
    from training.preset.saving import PresetThereError

    entry = asked.entry
    if entry.origin == "local" and unconfirmed(needing_a_yes([planned_lane(entry.reference)])):
        # Saved it would be the user's own word, and be run unasked.
        raise PresetError("it names code that you have not said yes to: launch it once before")
    try:
        return save_as_own(asked.entry, asked.name, overwrite=asked.overwrite)
    except PresetThereError:
        return None


def read_recent() -> tuple[RecentPair, ...]:
    """The pairs that were run last."""
    from training.recent_pairs import recent_pairs

    return recent_pairs()


def check(
    pair: Pair, listing: DeviceListing, experience: Experience | None
) -> dict[Sharing, tuple[Check, ...]]:
    """What stands against launching the pair, for each way of sharing; empty where it is no plan at all."""
    from training.analysis.forecast_memory import read_experience
    from training.launch import LaunchRequest, make_plan, plan_lanes
    from training.meters.devices import DeviceUnavailableError, choose_devices
    from training.plan import SHARINGS, Limits
    from training.preflight import check_launch

    try:
        lanes = plan_lanes(LaunchRequest(dict(pair.presets), pair.device, overrides=pair.overrides))
        chosen = choose_devices(pair.device, listing)
    except (ValueError, DeviceUnavailableError):
        return {}  # said elsewhere on the screen
    plan = make_plan("", lanes, chosen.device, "together", Limits())
    plan = structs.replace(plan, lane_devices=chosen.lane_devices)
    known = experience or read_experience()
    return {
        mode: check_launch(structs.replace(plan, sharing=mode), listing=listing, experience=known)
        for mode in SHARINGS
    }


@dataclass(frozen=True, slots=True)
class PickSources:
    """Each source as a call that may take its time; tests put others in."""

    presets: Callable[[], tuple[PresetEntry, ...]] = read_presets
    named: Callable[[str], PresetEntry | None] = named_itself
    """Of files alone, and quick: it is asked at every key."""
    devices: Callable[[], DeviceListing] = read_devices
    earlier: Callable[[], Experience] = read_earlier
    kept: Callable[[Preset], Description | None] = kept
    describe: Callable[[PresetEntry, Callable[[], bool]], Description | str] = describe
    """Its second argument says whether anybody still waits."""
    check: Callable[[Pair, DeviceListing, Experience | None], dict[Sharing, tuple[Check, ...]]] = check
    """Its last argument is None where that is not read yet."""
    save: Callable[[SaveAsked], PresetEntry | None] = save
    """None where one of that name is there and may not be written over."""
    recent: Callable[[], tuple[RecentPair, ...]] = read_recent
