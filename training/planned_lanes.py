"""From a preset's name to a lane of a plan, and back."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from training.code_trust import needing_a_yes, refuse_unconfirmed, remember_launched, unconfirmed
from training.plan import Lane, LanePlan
from training.preflight.model_sizes import WaitingFor, ask_sizes, is_of_unknown_size, wait_in_silence
from training.preset import PresetError, preset_digest
from training.preset.overrides import apply_overrides
from training.preset.script_reference import reference_of
from training.preset_library import PresetEntry, resolve


def planned_lane(reference: str) -> LanePlan:
    """The preset a reference means, as a lane of a plan.

    Raises:
        PresetError: there is none, there are several, or it is bad.
    """
    return _as_it_is(resolve(reference))


def with_overrides(lane: Lane, planned: LanePlan, overrides: Sequence[str], seed: int | None) -> LanePlan:
    """The lane with further keys of its preset set.

    Raises:
        PresetError: an override cannot be read, or asks for what a preset may not say; or a script is to be seeded.
    """
    if seed is not None and planned.preset.script is not None:
        raise PresetError(
            f"lane {lane}: --seed: a script seeds itself; give it its seed as an argument of its own"
        )
    setting = [*overrides, *([] if seed is None else [f"fit.seed={seed}"])]
    try:
        preset = apply_overrides(planned.preset, setting)
    except PresetError as error:
        raise PresetError(f"lane {lane}: {error}") from error
    digest = "" if preset.script is None else preset_digest(preset)
    return structs.replace(
        planned, preset=preset, overrides=(*planned.overrides, *setting), script_digest=digest
    )


def joining_lane(
    reference: str,
    overrides: Sequence[str] = (),
    seed: int | None = None,
    *,
    confirmed: frozenset[str] = frozenset(),
    waiting_for: WaitingFor = wait_in_silence,
) -> LanePlan:
    """The lane that a preset becomes in a run that goes on already; Keras may be asked about it first, as for a launch.

    Raises:
        PresetError: the preset is missing or bad, or an override is.
        CodeNotConfirmedError: it names code that nobody has said yes to.
    """
    own = planned_lane(reference)
    refuse_unconfirmed(unconfirmed(needing_a_yes([own]), confirmed))
    planned = with_overrides("b", own, overrides, seed)
    if is_of_unknown_size(planned):
        ask_sizes([planned], waiting_for)
    remember_launched([planned])
    return planned


def preset_reference(planned: LanePlan) -> str:
    """What selects the lane's preset again: its name, its origin and name, its path; a script's own words."""
    if planned.origin == "file":
        return planned.preset_path or planned.preset_name
    script = planned.preset.script
    if planned.origin == "script" and script is not None:
        path = None if script.file is None else str(script.file.absolute())
        return reference_of(structs.replace(script, path=path))
    return planned.preset_name if planned.origin == "shipped" else f"{planned.origin}:{planned.preset_name}"


def _as_it_is(entry: PresetEntry) -> LanePlan:
    if entry.preset is None:
        raise PresetError(entry.error or f"{entry.path}: cannot be used")
    return LanePlan(entry.name, entry.origin, entry.preset, str(entry.path))
