"""From what a person asked to a running supervisor; the screen and the command line launch through here."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from msgspec import structs

from training.analysis.forecast_memory import read_experience
from training.code_trust import (
    NamedCode,
    needing_a_yes,
    refuse_unconfirmed,
    remember_launched,
    unconfirmed,
)
from training.description import kept_description
from training.event_folders import EventFolderError, make_event_folder
from training.lane_names import told_apart
from training.launch_refusal import LaunchError, refusal
from training.meters.devices import DeviceListing, choose_devices, names_a_gpu
from training.plan import (
    IfNoGpu,
    Lane,
    LanePlan,
    Limits,
    MpsLimits,
    NotifyCommand,
    Plan,
    PlannedDevice,
    Probing,
    Sharing,
    write_plan,
)
from training.plan_versions import plan_versions
from training.planned_lanes import planned_lane, with_overrides
from training.preflight import check_launch
from training.preflight.device_memory import Describe
from training.preflight.model_sizes import (
    WaitingFor,
    ask_sizes,
    keep_shipped_sizes,
    known_sizes,
    of_unknown_size,
    wait_in_silence,
)
from training.record.run_folder import RunFolder, make_run_folder
from training.supervisor.start import start_supervisor


@dataclass(frozen=True, slots=True)
class LaunchRequest:
    """What a person asked: references to presets, and the rest as on the command line."""

    presets: dict[Lane, str]
    device: str = "auto"
    sharing: Sharing = "together"
    limits: Limits = Limits()
    overrides: Sequence[str] = ()
    """`a.fit.batch_size=64`: a lane, a key of its preset, a TOML value."""
    seed: int | None = None
    run_dir: Path | None = None
    if_no_gpu: IfNoGpu | None = None
    """None: fail where a GPU was asked for by name, else train on the CPU."""
    mps: MpsLimits = MpsLimits()
    probing: Probing = Probing()
    turn_steps: dict[Lane, int] = field(default_factory=dict)
    """With `one-process`: steps of a lane's turn; 1 where it is not named."""
    force_fit: bool = False
    """Launch also where the forecast says that the memory does not do."""
    retry_of: str | None = None
    """The name of the run this one tries again."""
    notify: NotifyCommand | None = None
    """What is run when a lane has ended. A retry takes none over: a plan is a file, and need not be one of ours."""
    tensorboard: Path | None = None
    """Where TensorBoard event files are written while the run goes on. A retry takes none over: one folder, one run."""
    listed: bool = True
    """Whether listing runs finds it where `run_dir` is elsewhere; a bench's launches are the bench's alone."""
    planned: Mapping[Lane, LanePlan] = field(default_factory=dict)
    """Lanes as an earlier plan resolved them, in place of their references in `presets`."""
    plan_is_own: bool = False
    """That plan is of a run of the user's own: what was their word then still is. Being a file, it need not be."""
    confirmed: frozenset[str] = frozenset()
    """Digests of code that presets name, to which the person has just said yes."""


@dataclass(frozen=True, slots=True)
class Launched:
    """A run whose supervisor was started."""

    folder: RunFolder
    plan: Plan
    supervisor: subprocess.Popen[bytes] = field(compare=False)


def plan_lanes(request: LaunchRequest) -> dict[Lane, LanePlan]:
    """Resolve the presets and put the overrides and the seed into them.

    Raises:
        PresetError: a preset is missing or bad, or an override is.
        LaunchError: an override names no lane.
    """
    return _overridden(_read_lanes(request), request)


def unconfirmed_code(request: LaunchRequest) -> tuple[NamedCode, ...]:
    """The code that a person has to say yes to before this can be launched.

    Raises:
        PresetError: a preset is missing or bad.
    """
    return _unconfirmed(_read_lanes(request), request)


def launch(
    request: LaunchRequest,
    listing: DeviceListing,
    *,
    waiting_for: WaitingFor = wait_in_silence,
) -> Launched:
    """Make the plan, its folder, and start its supervisor.

    Args:
        request: what a person asked.
        listing: the devices as just listed.
        waiting_for: in what Keras is waited for, which is asked first about presets of which nothing is known yet.

    Raises:
        PresetError: a preset is missing or bad, or an override is.
        LaunchError: the sharing mode cannot be launched, an override names no lane, or event files cannot be written.
        CodeNotConfirmedError: a preset names code that nobody has said yes to.
        DeviceUnavailableError: the asked device cannot be used.
        DeviceRefusedError: the device is there, but two trainings cannot start on it.
        DoesNotFitError: its memory does not do, by the forecast, and the request does not force it.
        RunFolderError: the run's folder cannot be made.
        OSError: the supervisor cannot be started.
    """
    read = _read_lanes(request)
    refuse_unconfirmed(_unconfirmed(read, request))
    lanes = _overridden(read, request)
    devices = choose_devices(request.device, listing)
    plan = structs.replace(
        make_plan("", lanes, devices.device, request.sharing, request.limits),
        if_no_gpu=request.if_no_gpu or ("fail" if names_a_gpu(request.device) else "cpu"),
        lane_devices=devices.lane_devices,
        mps=request.mps,
        probing=request.probing,
        turn_steps=request.turn_steps,
        retry_of=request.retry_of,
        notify=request.notify,
    )
    _refuse_what_cannot_start(plan, listing, request, waiting_for)
    event_folder = _event_folder(request)
    folder = make_run_folder(request.run_dir, listed=request.listed)
    plan = structs.replace(plan, run=folder.name, tensorboard=event_folder)
    write_plan(plan, folder.plan)
    remember_launched(plan.lanes.values())
    return Launched(folder, plan, start_supervisor(folder))


def _refuse_what_cannot_start(
    plan: Plan, listing: DeviceListing, request: LaunchRequest, waiting_for: WaitingFor
) -> None:
    """Looked at before the run has a folder, so that a refusal leaves nothing behind."""
    folder = None if request.run_dir is None else request.run_dir.expanduser().absolute()
    experience = read_experience()

    def refused(describe: Describe = kept_description) -> LaunchError | None:
        checks = check_launch(plan, listing=listing, folder=folder, experience=experience, describe=describe)
        return refusal(checks, force_fit=request.force_fit)

    why = refused()
    unknown = of_unknown_size(plan, experience)
    if why is None and unknown and not request.force_fit:
        why = refused(known_sizes(ask_sizes(unknown, waiting_for)))
    if why is not None:
        raise why
    keep_shipped_sizes(plan)


def _event_folder(request: LaunchRequest) -> str | None:
    if request.tensorboard is None:
        return None
    try:
        return str(make_event_folder(request.tensorboard))
    except EventFolderError as error:
        raise LaunchError(f"--tensorboard: {error}") from error


def make_plan(
    run: str, lanes: dict[Lane, LanePlan], device: PlannedDevice, sharing: Sharing, limits: Limits
) -> Plan:
    """A plan with the facts of this moment and machine in it."""
    return Plan(
        run=run,
        lanes=lanes,
        device=device,
        sharing=sharing,
        limits=limits,
        created_at=datetime.now().astimezone().isoformat(timespec="seconds"),
        versions=plan_versions(),
        host=socket.gethostname(),
    )


def _read_lanes(request: LaunchRequest) -> dict[Lane, LanePlan]:
    """The lanes as their files say, or as an earlier plan had them."""
    return told_apart(
        {
            lane: request.planned.get(lane) or planned_lane(reference)
            for lane, reference in request.presets.items()
        }
    )


def _overridden(read: Mapping[Lane, LanePlan], request: LaunchRequest) -> dict[Lane, LanePlan]:
    overrides = _by_lane(request)
    return {lane: with_overrides(lane, read[lane], overrides[lane], request.seed) for lane in read}


def _unconfirmed(read: Mapping[Lane, LanePlan], request: LaunchRequest) -> tuple[NamedCode, ...]:
    """What is set beside a file is not in it: the person who asks has just typed that."""
    foreign: Mapping[Lane, LanePlan] = {} if request.plan_is_own else request.planned
    asked = [*needing_a_yes(read.values()), *(read[lane] for lane in foreign if lane in read)]
    return unconfirmed(asked, request.confirmed)


def _by_lane(request: LaunchRequest) -> dict[Lane, list[str]]:
    by_lane: dict[Lane, list[str]] = {lane: [] for lane in request.presets}
    for override in request.overrides:
        name, dot, rest = override.partition(".")
        lane = next((lane for lane in by_lane if lane == name), None)
        if lane is None or not dot:
            raise LaunchError(f"--set {override}: begin with the lane, a. or b., as in a.fit.batch_size=64")
        by_lane[lane].append(rest)
    return by_lane
