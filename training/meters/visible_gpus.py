"""Which GPUs the inherited CUDA_VISIBLE_DEVICES leaves: a scheduler's allocation is never left.

The rules are CUDA's (programming guide, environment variables): entries are indices or UUIDs, a UUID may be
cut short as long as it stays unique, and an entry that names nothing hides itself and everything after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.meters.gpu_facts import Gpu

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
    left: list[Gpu] = []
    stopped = ""
    by_index = False
    for entry in (part.strip() for part in value.split(",")):
        gpu, wrong = _named(entry, gpus)
        if gpu is not None and gpu in left:
            gpu, wrong = None, "is there twice"
        if gpu is None:
            stopped = f"its entry {entry!r} {wrong} and hides what follows"
            break
        by_index = by_index or entry.isdigit()
        left.append(gpu)
    notes = [f"{VARIABLE}={value}"]
    if stopped:
        notes.append(stopped)
    if by_index and 0 < len(left) < len(gpus) and _order_matters(gpus, environment):
        notes.append(
            "indices are read in PCI order; set CUDA_DEVICE_ORDER=PCI_BUS_ID, or use UUIDs, to be sure"
        )
    return Visible(tuple(left), ": ".join((notes[0], "; ".join(notes[1:]))) if notes[1:] else notes[0])


def _named(entry: str, gpus: Sequence[Gpu]) -> tuple[Gpu | None, str]:
    """Return the GPU an entry names, else what is wrong with it."""
    if entry.isdigit() and entry.isascii():
        index = int(entry)
        # NVML counts in PCI order. CUDA's own default puts the fastest first, which schedulers do not mean.
        matches = [gpu for gpu in gpus if gpu.index == index]
        return (matches[0], "") if matches else (None, "is no index of a GPU here")
    if entry.startswith("MIG-"):
        return None, "names a MIG instance, which cannot be metered yet,"
    if entry.startswith("GPU-") and len(entry) > len("GPU-"):
        matches = [gpu for gpu in gpus if gpu.uuid.lower().startswith(entry.lower())]
        if len(matches) == 1:
            return matches[0], ""
        return None, "names no GPU here" if not matches else f"fits {len(matches)} GPUs"
    return None, "is neither an index nor a UUID"


def _order_matters(gpus: Sequence[Gpu], environment: Mapping[str, str]) -> bool:
    return environment.get("CUDA_DEVICE_ORDER") != "PCI_BUS_ID" and len({gpu.name for gpu in gpus}) > 1
