"""An ended run again: what is offered for it, and the request that launches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from msgspec import structs

from training.analysis.memory_remedies import HOST_MEMORY, OUT_OF_MEMORY, RemedyKey, memory_remedies
from training.analysis.state import RunState
from training.launch import LaunchRequest
from training.plan import IfNoGpu, Lane, LanePlan, MpsLimits, Plan, Sharing
from training.planned_lanes import preset_reference, with_overrides
from training.preset import PresetError, preset_digest
from training.preset.file_there import is_file, why_not_there
from training.preset.own_code import with_code_of_now
from training.preset_library import resolve
from training.record.run_home import runs_home

RetryKey = RemedyKey | Literal["cpu", "again"]


@dataclass(frozen=True, slots=True)
class RetryOffer:
    """One way to run the pair again: `text` says it to a person, None leaves a thing as it was."""

    key: RetryKey
    text: str
    overrides: tuple[str, ...] = ()
    """As for `--set`, on top of the presets as they ran."""
    sharing: Sharing | None = None
    if_no_gpu: IfNoGpu | None = None


AGAIN = RetryOffer("again", "the same again")


def offers(plan: Plan, state: RunState) -> tuple[RetryOffer, ...]:
    """What may be tried after the run, the likeliest to help first; "the same again" is always the last."""
    kinds: dict[Lane, str] = {
        lane: told.error.kind for lane, told in state.lanes.items() if told.error is not None
    }
    found: list[RetryOffer] = []
    if "no-device" in kinds.values():
        found.append(RetryOffer("cpu", "on the CPU where the GPU cannot be used", if_no_gpu="cpu"))
    kind = next((kind for kind in (OUT_OF_MEMORY, HOST_MEMORY) if kind in kinds.values()), None)
    if kind is not None:
        failed = [lane for lane in plan.lanes if kinds.get(lane) == kind]
        errors = [state.lanes[lane].error for lane in failed]
        remedies = memory_remedies(
            plan,
            failed,
            kind=kind,
            held=next((error.held for error in errors if error is not None and error.held), ()),
            peak_bytes={lane: told.memory_peak_bytes for lane, told in state.lanes.items()},
        )
        found += [
            RetryOffer(remedy.key, remedy.text, remedy.overrides, remedy.sharing) for remedy in remedies
        ]
    return (*found, AGAIN)


def retry_request(
    plan: Plan,
    offer: RetryOffer = AGAIN,
    *,
    overrides: Sequence[str] = (),
    run_dir: Path | None = None,
    run: Path | None = None,
) -> LaunchRequest:
    """The request that runs the pair again on the same device, linked to the run it repeats.

    The presets are those of the plan, overrides included, whatever their files say by now; `changed_presets` tells.
    Code that they name is run as it is now: `run`, the folder of the run that is repeated, says whether the plan is one
    of this user's own, or a file from elsewhere whose code is asked about.
    A bench's launch, which stops once so many blocks are done, goes on to what else bounds it.
    """
    sharing = offer.sharing or plan.sharing
    return LaunchRequest(
        presets={lane: preset_reference(planned) for lane, planned in plan.lanes.items()},
        device=_same_device(plan),
        sharing=sharing,
        limits=plan.limits,
        overrides=(*offer.overrides, *overrides),
        run_dir=run_dir,
        if_no_gpu=offer.if_no_gpu or plan.if_no_gpu,
        mps=plan.mps if sharing == "mps" else MpsLimits(),
        probing=structs.replace(plan.probing, blocks=None, then_stop=False),
        turn_steps=dict(plan.turn_steps) if sharing == "one-process" else {},
        force_fit=True,  # it was launched once: what is offered for it is not refused by a forecast
        retry_of=plan.run,
        planned={
            lane: structs.replace(planned, preset=with_code_of_now(planned.preset))
            for lane, planned in plan.lanes.items()
        },
        plan_is_own=run is not None and run.parent == runs_home(),
    )


def changed_presets(plan: Plan) -> dict[Lane, str]:
    """Lanes whose preset, code or script is no longer what it was when the run was planned, each with a sentence."""
    found: dict[Lane, str] = {}
    for lane, planned in plan.lanes.items():
        if planned.preset.script is not None and (told := _script_changed(planned)):
            found[lane] = f"lane {lane.upper()}: script {planned.preset_name} {told}"
            continue
        why = _what_changed(lane, planned)
        if why:
            found[lane] = f"lane {lane.upper()}: preset {planned.preset_name} {why}"
    return found


def _script_changed(planned: LanePlan) -> str:
    """A script's file is not kept: what runs again is what stands there now."""
    file = None if planned.preset.script is None else planned.preset.script.file
    if file is None:
        return ""
    if not is_file(file):
        why = why_not_there(file, "")
        return f"cannot be read any more: {why}" if why else "is gone"
    has_changed = planned.script_digest not in ("", preset_digest(planned.preset))
    return "has changed since; it runs as it is now" if has_changed else ""


def _what_changed(lane: Lane, planned: LanePlan) -> str:
    if planned.origin == "script":
        return ""  # no file describes it
    as_it_was = "; the run takes it as it was"
    try:
        entry = resolve(preset_reference(planned))
        if entry.preset is None:
            return f"cannot be read any more{as_it_was}"
        now = with_overrides(lane, LanePlan(entry.name, entry.origin, entry.preset), planned.overrides, None)
    except PresetError:
        return f"is gone or cannot be used any more{as_it_was}"
    if now.preset == planned.preset:
        return ""
    if now.preset == with_code_of_now(planned.preset):
        return "names code that has changed since; the run takes the code as it is now"
    return f"has changed since{as_it_was}"


def _same_device(plan: Plan) -> str:
    if plan.lane_devices:
        return ",".join(f"{lane}={device.uuid}" for lane, device in plan.lane_devices.items())
    return plan.device.uuid or plan.device.kind
