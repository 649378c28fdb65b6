"""From what a person asked to a bench's plan; what cannot be is refused before anything is made."""

from __future__ import annotations

import os
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

from training.analysis.forecast_memory import read_experience
from training.bench.modes import parse_modes
from training.bench.plan import BenchPlan, BenchPreset
from training.bench.schedule import pairs
from training.code_trust import NamedCode, needing_a_yes, refuse_unconfirmed, unconfirmed
from training.launch import make_plan
from training.launch_refusal import LaunchError, refusal
from training.meters.devices import ChosenDevices, DeviceListing, choose_devices
from training.plan import LanePlan, Limits, Plan, Sharing
from training.planned_lanes import planned_lane
from training.preflight import check_launch
from training.preflight.model_sizes import (
    WaitingFor,
    ask_sizes,
    known_sizes,
    of_unknown_size,
    wait_in_silence,
)
from training.preflight.mps import check_control_program
from training.preset import PresetError, preset_digest
from training.preset.overrides import apply_overrides

MOST_PRESETS = len(string.ascii_lowercase)
"""Each place has a letter, by which `--set` names it."""


@dataclass(frozen=True, slots=True)
class BenchRequest:
    """What a person asked: references to presets, and the rest as on the command line."""

    presets: Sequence[str]
    sharing: str = "together,sequential"
    blocks: int = 5
    seconds: float = 10.0
    launches: int = 1
    device: str = "auto"
    overrides: Sequence[str] = ()
    """`c.fit.batch_size=64`: the letter of a preset's place, a key of it, a TOML value."""
    seed: int | None = None
    force_fit: bool = False
    bench_dir: Path | None = None
    confirmed: frozenset[str] = frozenset()
    """Digests of code that presets name, to which the person has just said yes."""


def plan_bench(
    request: BenchRequest,
    listing: DeviceListing,
    environment: Mapping[str, str] = os.environ,
    waiting_for: WaitingFor = wait_in_silence,
) -> BenchPlan:
    """Make the plan of a bench that can be begun here; its `bench` is still empty.

    Raises:
        PresetError: a preset is missing or bad, or an override is.
        CodeNotConfirmedError: a preset names code that nobody has said yes to.
        LaunchError: fewer than two presets, an override that names none, or a mode that cannot be had here.
        DeviceUnavailableError: the asked device cannot be used.
        DeviceRefusedError: the device is there, but no pair can start on it.
        DoesNotFitError: no pair's memory does, by the forecast, and the request does not force it.
    """
    modes = parse_modes(request.sharing)
    presets = _presets(request)
    devices = choose_devices(request.device, listing)
    facts = make_plan("", {}, devices.device, "together", Limits())
    plan = BenchPlan(
        bench="",
        presets=presets,
        modes=modes,
        device=devices.device,
        device_request=_pinned(devices),
        blocks=request.blocks,
        seconds=request.seconds,
        launches=request.launches,
        force_fit=request.force_fit,
        created_at=facts.created_at,
        versions=facts.versions,
        host=facts.host,
    )
    for mode in modes:
        _refuse_what_cannot_start(plan, mode, devices, listing, request.bench_dir, environment, waiting_for)
    return plan


def unconfirmed_code(request: BenchRequest) -> tuple[NamedCode, ...]:
    """The code that a person has to say yes to before this can be begun.

    Raises:
        PresetError: a preset is missing or bad.
    """
    read = [planned_lane(reference) for reference in request.presets]
    return unconfirmed(needing_a_yes(read), request.confirmed)


def _presets(request: BenchRequest) -> tuple[BenchPreset, ...]:
    references = request.presets
    if len(references) < 2:
        raise LaunchError("a bench needs two presets or more: name one twice to measure it beside itself")
    if len(references) > MOST_PRESETS:
        raise LaunchError(f"{len(references)} presets: a bench takes at most {MOST_PRESETS}")
    letters = string.ascii_lowercase[: len(references)]
    overrides = _by_letter(request.overrides, letters)
    seed = [] if request.seed is None else [f"fit.seed={request.seed}"]
    read = [planned_lane(reference) for reference in references]
    refuse_unconfirmed(unconfirmed(needing_a_yes(read), request.confirmed))
    planned = [
        _with_overrides(letter, own, [*overrides[letter], *seed])
        for letter, own in zip(letters, read, strict=True)
    ]
    for letter, one in zip(letters, planned, strict=True):
        if one.preset.script is not None and one.preset.script.exec is not None:
            raise LaunchError(
                f"preset {letter} is any program: it tells no steps, and a bench times nothing else"
            )
    return _labelled(letters, planned)


def _by_letter(overrides: Iterable[str], letters: str) -> dict[str, list[str]]:
    by_letter: dict[str, list[str]] = {letter: [] for letter in letters}
    for override in overrides:
        letter, dot, rest = override.partition(".")
        if letter not in by_letter or not dot:
            raise LaunchError(
                f"--set {override}: begin with the preset's letter, {letters[0]}. to {letters[-1]}.,"
                " as in a.fit.batch_size=64"
            )
        by_letter[letter].append(rest)
    return by_letter


def _with_overrides(letter: str, planned: LanePlan, overrides: Sequence[str]) -> LanePlan:
    try:
        preset = apply_overrides(planned.preset, overrides)
    except PresetError as error:
        raise PresetError(f"preset {letter}: {error}") from error
    return structs.replace(planned, preset=preset, overrides=(*planned.overrides, *overrides))


def _labelled(letters: str, planned: Sequence[LanePlan]) -> tuple[BenchPreset, ...]:
    """A name that means two different trainings here gets each one's letter."""
    digests: dict[str, set[str]] = {}
    for one in planned:
        digests.setdefault(one.preset_name, set()).add(preset_digest(one.preset))
    first_letter: dict[tuple[str, str], str] = {}
    labelled = []
    for letter, one in zip(letters, planned, strict=True):
        name = one.preset_name
        if len(digests[name]) > 1:
            name = f"{name} ({first_letter.setdefault((name, preset_digest(one.preset)), letter)})"
        labelled.append(BenchPreset(name, one))
    return tuple(labelled)


def _pinned(devices: ChosenDevices) -> str:
    """The same device for every launch, whatever `auto` would choose by then."""
    if devices.lane_devices:
        return ",".join(f"{lane}={device.uuid}" for lane, device in devices.lane_devices.items())
    return devices.device.uuid or devices.device.kind


def _refuse_what_cannot_start(
    plan: BenchPlan,
    mode: Sharing,
    devices: ChosenDevices,
    listing: DeviceListing,
    bench_dir: Path | None,
    environment: Mapping[str, str],
    waiting_for: WaitingFor,
) -> None:
    """A mode in which no pair can start is refused now; a single pair that cannot is told in its row."""
    if mode == "mps" and devices.device.kind == "gpu":
        program = check_control_program(environment)
        if program.state != "pass":
            raise LaunchError(f"{program.message}: {program.remedy}")
    folder = None if bench_dir is None else bench_dir.expanduser().absolute()
    first: LaunchError | None = None
    experience = read_experience()
    for pair in pairs(plan):
        lane_plan = _run_plan(plan, pair, mode, devices)
        unknown = () if plan.force_fit else of_unknown_size(lane_plan, experience)
        told = ask_sizes(unknown, waiting_for)
        checks = check_launch(
            lane_plan, listing=listing, folder=folder, environment=environment,
            describe=known_sizes(told), experience=experience,
        )  # fmt: skip
        why = refusal(checks, force_fit=plan.force_fit)
        if why is None:
            return
        first = first or why
    if first is not None:
        raise first


def _run_plan(plan: BenchPlan, pair: tuple[int, int], mode: Sharing, devices: ChosenDevices) -> Plan:
    a, b = (plan.presets[place].planned for place in pair)
    made = make_plan("", {"a": a, "b": b}, devices.device, mode, plan.limits)
    if_no_gpu = structs.replace(made, if_no_gpu="fail" if devices.device.kind == "gpu" else "cpu")
    return structs.replace(if_no_gpu, lane_devices=devices.lane_devices, probing=plan.probing)
