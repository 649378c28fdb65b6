"""Choosing what the lanes train on: a GPU, one of its MIG instances, one for each lane, or the CPU; and saying why."""

from __future__ import annotations

from dataclasses import dataclass, field

from training.meters.device_listing import DeviceListing
from training.meters.gpu_facts import Gpu, MigInstance
from training.plan import LANES, Lane, PlannedDevice


class DeviceUnavailableError(Exception):
    """The device asked for cannot be used; the message is one sentence for a person."""


class DeviceRequestError(DeviceUnavailableError):
    """What was asked for is no device anywhere: a word that is not one, or a lane left without."""


@dataclass(frozen=True, slots=True)
class ChosenDevices:
    """What both lanes share, and the MIG instance of each where each has its own."""

    device: PlannedDevice
    lane_devices: dict[Lane, PlannedDevice] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A GPU, or one MIG instance of it."""

    gpu: Gpu
    instance: MigInstance | None = None

    @property
    def uuid(self) -> str:
        return self.instance.uuid if self.instance else self.gpu.uuid

    @property
    def label(self) -> str:
        return f"gpu:{self.gpu.index}" + (f" MIG {self.instance.name}" if self.instance else "")

    @property
    def free_bytes(self) -> int | None:
        return self.instance.memory_free_bytes if self.instance else self.gpu.memory_free_bytes

    @property
    def process_count(self) -> int:
        return len((self.instance.processes if self.instance else self.gpu.processes) or ())


def names_a_gpu(request: str) -> bool:
    """Whether a request for a device leaves no choice but a GPU."""
    return request.strip().lower() not in ("auto", "cpu")


def choose_devices(request: str, listing: DeviceListing) -> ChosenDevices:
    """Return the devices for what `choose_device` takes, or for `a=MIG-…,b=MIG-…`: an instance for each lane.

    Raises:
        DeviceUnavailableError: there is no such device, it may not be used, or the two are not of one GPU.
    """
    by_lane = _by_lane(request)
    if by_lane is None:
        return ChosenDevices(choose_device(request, listing))
    chosen = {lane: _named(asked, listing) for lane, asked in by_lane.items()}
    if any(candidate.instance is None for candidate in chosen.values()):
        raise DeviceRequestError(f"{request}: a device for each lane must be a MIG instance, MIG-<UUID>")
    a, b = chosen["a"], chosen["b"]
    if a.gpu.uuid != b.gpu.uuid:
        raise DeviceUnavailableError(f"{request}: the instances are of different GPUs and share nothing")
    if a.uuid == b.uuid:
        return ChosenDevices(_planned(a, "both lanes were given this instance"))
    because = "its MIG instances were asked for, one for each lane"
    return ChosenDevices(
        _planned(_Candidate(a.gpu), because),
        {lane: _planned(candidate, f"asked for as {by_lane[lane]}") for lane, candidate in chosen.items()},
    )


def choose_device(request: str, listing: DeviceListing) -> PlannedDevice:
    """Return the device for `auto`, `cpu`, `gpu`, `gpu:N` (nvidia-smi's index) or the beginning of a UUID.

    With MIG on, its instances are what can be used of a GPU: `auto` chooses among them too, others name them by
    UUID.

    Raises:
        DeviceUnavailableError: there is no such device, or it may not be used.
    """
    asked = request.strip()
    word = asked.lower()
    if word == "cpu":
        return _cpu(listing, "asked for as cpu")
    if word in ("auto", "gpu"):
        usable = [candidate for candidate in _candidates(listing) if _why_unusable(candidate) is None]
        if usable:
            best = max(usable, key=lambda one: (one.free_bytes or 0, -one.gpu.index))
            return _planned(best, _why_best(best, usable))
        why = listing.why_no_gpu or "; ".join(
            f"{candidate.label} {_why_unusable(candidate)}" for candidate in _candidates(listing)
        )
        if word == "gpu":
            raise DeviceUnavailableError(f"no GPU can be used: {why}")
        return _cpu(listing, why)
    return _planned(_named(asked, listing), f"asked for as {asked}")


def _cpu(listing: DeviceListing, because: str) -> PlannedDevice:
    return PlannedDevice(
        kind="cpu",
        name=listing.cpu_name,
        memory_bytes=listing.capacity.memory_bytes,
        chosen_because=because,
    )


def _planned(candidate: _Candidate, because: str) -> PlannedDevice:
    gpu, instance = candidate.gpu, candidate.instance
    return PlannedDevice(
        kind="gpu",
        name=f"{gpu.name} MIG {instance.name}" if instance else gpu.name,
        uuid=candidate.uuid,
        memory_bytes=instance.memory_total_bytes if instance else gpu.memory_total_bytes,
        chosen_because=because,
        mig_of=gpu.uuid if instance else None,
        unified=gpu.unified,
        one_process=gpu.compute_mode == "exclusive",
    )


def _candidates(listing: DeviceListing) -> list[_Candidate]:
    """Every GPU; in place of one with MIG on its instances, and itself where it has none."""
    found = []
    for gpu in listing.gpus:
        instances = [_Candidate(gpu, instance) for instance in gpu.mig_instances] if gpu.mig else []
        found += instances or [_Candidate(gpu)]
    return found


def _why_unusable(candidate: _Candidate) -> str | None:
    if candidate.gpu.compute_mode == "prohibited":
        return "has compute mode PROHIBITED: an administrator shut it"
    if candidate.gpu.mig and candidate.instance is None:
        return "has MIG on and no instance that could be used"
    return None


def _why_best(best: _Candidate, usable: list[_Candidate]) -> str:
    if len(usable) == 1:
        return "the only GPU that can be used"
    if best.free_bytes is None:
        return f"the first of {len(usable)} GPUs; none tells its free memory"
    others = sorted(
        (one for one in usable if one is not best), key=lambda one: one.free_bytes or 0, reverse=True
    )
    next_ = others[0]
    if next_.free_bytes is None:
        beside = f"{next_.label} does not tell its own"
    else:
        count = next_.process_count
        on_it = f" ({count} {'process' if count == 1 else 'processes'})" if count else ""
        beside = f"next {next_.label} with {_gib(next_.free_bytes)}{on_it}"
    kinds = "GPUs and MIG instances" if any(one.instance for one in usable) else "GPUs"
    return f"the most free memory of {len(usable)} {kinds}: {_gib(best.free_bytes)}; {beside}"


def _gib(count_bytes: int) -> str:
    return f"{count_bytes / 2**30:.1f} GiB"


def _by_lane(request: str) -> dict[Lane, str] | None:
    """Return what each lane was given; None where the request is for both."""
    if "=" not in request:
        return None
    given: dict[Lane, str] = {}
    for part in request.split(","):
        name, _, asked = (text.strip() for text in part.partition("="))
        lane = next((lane for lane in LANES if lane == name), None)
        if lane is None or not asked or lane in given:
            raise DeviceRequestError(f"{request!r} is no device: write a=MIG-<UUID>,b=MIG-<UUID>")
        given[lane] = asked
    if len(given) != len(LANES):
        raise DeviceRequestError(f"{request!r} leaves a lane without a device: write a=MIG-…,b=MIG-…")
    return given


def _named(asked: str, listing: DeviceListing) -> _Candidate:
    kind, separator, number = asked.partition(":")
    by_index = kind.lower() == "gpu" and bool(separator)
    if by_index and not (number.isascii() and number.isdigit()):
        raise DeviceRequestError(f"{asked!r} is no device: write gpu:N with a number")
    if not by_index and not asked.upper().startswith(("GPU-", "MIG-")):
        raise DeviceRequestError(f"{asked!r} is no device: auto, cpu, gpu, gpu:N and a GPU's UUID are")
    if not listing.gpus:
        raise DeviceUnavailableError(f"{asked} cannot be used: {listing.why_no_gpu}")
    whole = [_Candidate(gpu) for gpu in listing.gpus]
    if by_index:
        matches = [one for one in whole if one.gpu.index == int(number)]
    else:
        everything = whole + [one for one in _candidates(listing) if one.instance is not None]
        matches = [one for one in everything if one.uuid.lower().startswith(asked.lower())]
    there = ", ".join(f"{one.label} {one.gpu.name} {one.uuid}" for one in _candidates(listing))
    bounded = f" ({listing.visibility})" if listing.visibility else ""
    if not matches:
        raise DeviceUnavailableError(f"{asked} is not among the GPUs that can be used here: {there}{bounded}")
    if len(matches) > 1:
        raise DeviceUnavailableError(f"{asked} fits {len(matches)} GPUs: {there}")
    return _usable(matches[0], asked)


def _usable(candidate: _Candidate, asked: str) -> _Candidate:
    """The candidate; of a GPU with MIG on its only instance. Raises DeviceUnavailableError."""
    instances = candidate.gpu.mig_instances if candidate.instance is None else ()
    if candidate.gpu.mig and len(instances) == 1:
        candidate = _Candidate(candidate.gpu, instances[0])
    elif candidate.gpu.mig and instances:
        names = ", ".join(instance.uuid for instance in instances)
        raise DeviceUnavailableError(f"{asked} has MIG on: choose one of its instances: {names}")
    why = _why_unusable(candidate)
    if why is not None:
        raise DeviceUnavailableError(f"{asked} {why}")
    return candidate
