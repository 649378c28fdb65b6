"""How each backend is kept from taking the whole GPU: by variables that must be there before it is imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from training.plan import PlannedDevice
from training.preset import Preset
from training.preset.backend import Backend

_MIB = 1 << 20
_TF_GROWTH = "TF_FORCE_GPU_ALLOW_GROWTH"
_TF_ALLOCATOR = "TF_GPU_ALLOCATOR"
_XLA_PREALLOCATE = "XLA_PYTHON_CLIENT_PREALLOCATE"
_XLA_FRACTION = "XLA_CLIENT_MEM_FRACTION"
_XLA_OLD_FRACTION = "XLA_PYTHON_CLIENT_MEM_FRACTION"
_XLA_ALLOCATOR = "XLA_PYTHON_CLIENT_ALLOCATOR"
_KEEPS_TO_A_FRACTION = ("", "default", "bfc")


@dataclass(frozen=True, slots=True)
class MemoryRules:
    """What a worker's environment says of a GPU's memory."""

    variables: dict[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    """Variables that are not passed on, whoever set them."""
    notes: dict[str, str] = field(default_factory=dict)
    """What of a person's own settings does not hold, by variable, each with its reason: for the run's events."""


def memory_rules(inherited: Mapping[str, str], device: PlannedDevice, preset: Preset) -> MemoryRules:
    """The rules for a lane on this GPU.

    Memory either grows or has a cap, never both. A cap was asked for in the run itself, so that it stands, and what
    would not keep to it goes.
    """
    if preset.script is not None:
        return _script(inherited)
    return _RULES[preset.fit.backend](inherited, device, preset.device.memory)


def _script(inherited: Mapping[str, str]) -> MemoryRules:
    """Which framework a script imports is not known: each one's way to take no more than it needs is set."""
    return MemoryRules(
        {_TF_GROWTH: "true", _XLA_PREALLOCATE: inherited.get(_XLA_PREALLOCATE, "false")},
    )


def _tensorflow(inherited: Mapping[str, str], device: PlannedDevice, memory: int | str) -> MemoryRules:  # noqa: ARG001 - of one form
    """Growth is a variable; a cap is set by the worker, and needs that variable gone.

    `cuda_malloc_async` hands allocation to the driver's pool, which may grow past the limit of a logical device
    (gpu_cudamallocasync_allocator.h): with it a cap would be none. `TF_DEVICE_MIN_SYS_MEMORY_IN_MB` stays the
    person's: it only says how much of the card TensorFlow leaves alone.
    """
    if isinstance(memory, str):
        return MemoryRules({_TF_GROWTH: "true"})
    if inherited.get(_TF_ALLOCATOR) != "cuda_malloc_async":
        return MemoryRules(left_out=frozenset({_TF_GROWTH}))
    why = (
        f"{_TF_ALLOCATOR}=cuda_malloc_async is left out: with it memory may grow past the cap of {memory} MiB"
    )
    return MemoryRules(left_out=frozenset({_TF_GROWTH, _TF_ALLOCATOR}), notes={_TF_ALLOCATOR: why})


def _jax(inherited: Mapping[str, str], device: PlannedDevice, memory: int | str) -> MemoryRules:
    """No preallocation; a cap is the fraction of the GPU's memory up to which XLA's pool may grow.

    JAX's guide ("GPU memory allocation"): without preallocation memory is taken as it is needed, up to the fraction,
    which is 0.75 where nobody sets it. The fraction's old name must not be there beside the new one: JAX refuses both.
    """
    grows = {_XLA_PREALLOCATE: "false"}
    if isinstance(memory, str):
        return MemoryRules(grows)
    if not device.memory_bytes:
        why = f"the cap of {memory} MiB is not kept: JAX takes a fraction, and how much the GPU has is not known"
        return MemoryRules(grows, notes={_XLA_FRACTION: why})
    notes = {
        name: f"{name}={inherited[name]} is left out: the preset's cap of {memory} MiB holds"
        for name in (_XLA_FRACTION, _XLA_OLD_FRACTION)
        if name in inherited
    }
    left_out = {_XLA_OLD_FRACTION}
    if inherited.get(_XLA_ALLOCATOR, "").lower() not in _KEEPS_TO_A_FRACTION:
        left_out.add(_XLA_ALLOCATOR)
        notes[_XLA_ALLOCATOR] = (
            f"{_XLA_ALLOCATOR}={inherited[_XLA_ALLOCATOR]} is left out: with it there would be no cap of {memory} MiB"
        )
    fraction = min(1.0, memory * _MIB / device.memory_bytes)
    return MemoryRules(grows | {_XLA_FRACTION: f"{fraction:.6f}"}, frozenset(left_out), notes)


def _torch(inherited: Mapping[str, str], device: PlannedDevice, memory: int | str) -> MemoryRules:  # noqa: ARG001 - of one form
    """Growth is its default; a cap is set by the worker, and every allocator of its own keeps to it."""
    return MemoryRules()


_RULES: Mapping[Backend, Callable[[Mapping[str, str], PlannedDevice, int | str], MemoryRules]] = {
    "tensorflow": _tensorflow,
    "jax": _jax,
    "torch": _torch,
}
