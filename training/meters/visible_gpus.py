"""Which GPUs the inherited CUDA_VISIBLE_DEVICES leaves: a scheduler's allocation is never left.

The rules are CUDA's (programming guide, environment variables; MIG user guide): entries are indices or UUIDs, a UUID
may be cut short as long as it stays unique, and an entry that names nothing hides itself and everything after it. A
MIG instance is named MIG-<UUID>, by older drivers MIG-<GPU's UUID>/<GPU instance>/<compute instance>; its GPU is left
with the named instances alone. A GPU with MIG on that is named itself keeps all of its instances: CUDA by itself
would take the first of them, and whichever a training gets by its UUID lies within what was allocated. That CUDA shows
a process one instance only, and no other GPU beside it, changes nothing here: a training gets one device in any case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from training.meters.gpu_facts import Gpu, MigInstance

VARIABLE = "CUDA_VISIBLE_DEVICES"


@dataclass(frozen=True, slots=True)
class Visible:
    """The GPUs left, in the order of the variable; `why` says what it did, empty when it did nothing."""

    gpus: tuple[Gpu, ...]
    why: str = ""


def visible_gpus(gpus: Sequence[Gpu], environment: Mapping[str, str]) -> Visible:
    """Return those of `gpus` (all of the machine, in nvidia-smi's order) that the environment leaves."""
    value = environment.get(VARIABLE)
    if value is None:
        return Visible(tuple(gpus))
    if not value.strip():
        return Visible((), f"{VARIABLE} is set and empty, which hides every GPU")
    left: dict[str, Gpu] = {}
    stopped = ""
    by_index = False
    for entry in (part.strip() for part in value.split(",")):
        gpu, wrong = _instance(entry, gpus) if entry.startswith("MIG-") else _named(entry, gpus)
        if gpu is not None and _is_there(gpu, left):
            gpu, wrong = None, "is there twice"
        if gpu is None:
            stopped = f"its entry {entry!r} {wrong} and hides what follows"
            break
        by_index = by_index or entry.isdigit()
        before = left.get(gpu.uuid)
        # An entry for a second instance of the same GPU adds to the first one's.
        left[gpu.uuid] = (
            gpu if before is None else replace(gpu, mig_instances=(*before.mig_instances, *gpu.mig_instances))
        )
    notes = [f"{VARIABLE}={value}"]
    if stopped:
        notes.append(stopped)
    if by_index and 0 < len(left) < len(gpus) and _order_matters(gpus, environment):
        notes.append(
            "indices are read in PCI order; set CUDA_DEVICE_ORDER=PCI_BUS_ID, or use UUIDs, to be sure"
        )
    return Visible(
        tuple(left.values()), ": ".join((notes[0], "; ".join(notes[1:]))) if notes[1:] else notes[0]
    )


def _named(entry: str, gpus: Sequence[Gpu]) -> tuple[Gpu | None, str]:
    """Return the GPU an entry names, else what is wrong with it."""
    if entry.isdigit() and entry.isascii():
        index = int(entry)
        # NVML counts in PCI order. CUDA's own default puts the fastest first, which schedulers do not mean.
        matches = [gpu for gpu in gpus if gpu.index == index]
        return (matches[0], "") if matches else (None, "is no index of a GPU here")
    if entry.startswith("GPU-") and len(entry) > len("GPU-"):
        matches = [gpu for gpu in gpus if gpu.uuid.lower().startswith(entry.lower())]
        if len(matches) == 1:
            return matches[0], ""
        return None, "names no GPU here" if not matches else f"fits {len(matches)} GPUs"
    return None, "is neither an index nor a UUID"


def _instance(entry: str, gpus: Sequence[Gpu]) -> tuple[Gpu | None, str]:
    """Return the GPU with only the MIG instance an entry names, else what is wrong with it."""
    if entry == "MIG-":
        return None, "names no MIG instance"
    matches = [
        replace(gpu, mig_instances=(instance,))
        for gpu in gpus
        for instance in gpu.mig_instances
        if instance.uuid.lower().startswith(entry.lower()) or entry.lower() == _older_name(gpu, instance)
    ]
    if len(matches) == 1:
        return matches[0], ""
    return None, "names no MIG instance here" if not matches else f"fits {len(matches)} MIG instances"


def _older_name(gpu: Gpu, instance: MigInstance) -> str:
    return f"mig-{gpu.uuid}/{instance.gpu_instance_id}/{instance.compute_instance_id}".lower()


def _is_there(gpu: Gpu, left: Mapping[str, Gpu]) -> bool:
    before = left.get(gpu.uuid)
    if before is None:
        return False
    return not gpu.mig_instances or any(instance in before.mig_instances for instance in gpu.mig_instances)


def _order_matters(gpus: Sequence[Gpu], environment: Mapping[str, str]) -> bool:
    return environment.get("CUDA_DEVICE_ORDER") != "PCI_BUS_ID" and len({gpu.name for gpu in gpus}) > 1
