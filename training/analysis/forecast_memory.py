"""How much memory a training will take at its peak: measured before, else estimated from what Keras tells of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from training.analysis.measurements import Measurements, read_measurements
from training.analysis.memory_remedies import CONTEXT_BYTES
from training.description import Description, description_of
from training.plan import PlannedDevice
from training.preset import Preset
from training.preset.backend import DEFAULT_BACKEND, Backend
from training.preset.volume import data_bytes
from training.record.measurement_records import LaneMeasured

KnownFrom = Literal["measured", "cap", "estimate", "nothing"]

PROCESS_BYTES: Mapping[Backend, int] = {"tensorflow": 560 << 20, "jax": 350 << 20, "torch": 350 << 20}
"""RSS of a process with the backend imported that trains a model of next to nothing; as measured on x86-64."""
MOST_COMPARED = 200
"""How many measured trainings are held against their estimates: the work stays bounded."""
_MIB = 1 << 20

Kind = Literal["cpu", "gpu"]


@dataclass(frozen=True, slots=True)
class EstimateError:
    """Estimate over measured peak, over `count` trainings that have both: above 1 the estimate was too high."""

    median: float
    low: float
    high: float
    count: int

    def range_text(self, between: str) -> str:
        """The least and the most, with as many decimals as tell them apart."""
        decimals = 1 if f"{self.low:.1f}" != f"{self.high:.1f}" else 2
        return f"{self.low:.{decimals}f}{between}{self.high:.{decimals}f}"


@dataclass(frozen=True, slots=True)
class MemoryNeed:
    """What one training takes at its peak, its process's own share (`base_bytes`) in it.

    It takes at least `least_bytes`: what "does not fit" may rest on.
    """

    need_bytes: int | None
    """None is not known."""
    known_from: KnownFrom
    base_bytes: int = 0
    least_bytes: int = 0
    is_inferred: bool = False
    """Measured where the driver does not tell what single processes hold."""


@dataclass(frozen=True, slots=True)
class Experience:
    """What earlier runs and benches teach: what they measured, and how good the estimates were."""

    measured: Measurements = field(default_factory=Measurements)
    errors: Mapping[Kind, EstimateError] = field(default_factory=dict)
    """Of the estimates so far, for each kind of device."""


def read_experience() -> Experience:
    """What the state directory keeps; reads files of bounded size and number."""
    return experience_of(read_measurements())


def experience_of(measured: Measurements) -> Experience:
    """These measurements, held against the estimates."""
    return Experience(measured, estimate_errors(measured))


def memory_need(
    preset: Preset, device: PlannedDevice, experience: Experience, description: Description | None
) -> MemoryNeed:
    """What a training of this preset takes on this device.

    Args:
        preset: what trains; on a GPU its own cap bounds it.
        device: where.
        experience: what is kept; a measured peak says more than anything else.
        description: what Keras tells of the model, where it is known.
    """
    base = base_bytes(device.kind, preset.fit.backend)
    highest = highest_run(experience.measured.of(preset, device))
    if highest is not None and highest.peak_memory_bytes:
        peak = highest.peak_memory_bytes
        return MemoryNeed(peak, "measured", min(base, peak), peak, highest.peak_is_estimate)
    if device.kind == "gpu" and preset.device.memory != "growth":
        cap = preset.device.memory * _MIB
        return MemoryNeed(cap + base, "cap", base, cap)
    if description is None:
        return MemoryNeed(None, "nothing", base)
    estimate = estimate_bytes(device.kind, description, data_bytes(preset.data), preset.fit.backend)
    if estimate is None:
        return MemoryNeed(None, "nothing", base)
    error = experience.errors.get(device.kind)
    too_high = max(1.0, error.high) if error is not None else 1.0
    return MemoryNeed(estimate, "estimate", base, max(0, round((estimate - base) / too_high)))


def highest_run(runs: Iterable[LaneMeasured]) -> LaneMeasured | None:
    """The one that took most; one that failed may not have come to its peak."""
    told = [run for run in runs if run.peak_memory_bytes and run.status != "failed"]
    return max(told, key=lambda run: run.peak_memory_bytes or 0, default=None)


def estimate_bytes(
    kind: Kind, description: Description, data_bytes: int | None, backend: Backend = DEFAULT_BACKEND
) -> int | None:
    """Parameters, as much again for gradients, the optimizer's state, what one batch's layers put out, and the base.

    On a CPU the data lie in the same memory. What cuDNN and XLA take as workspace is not in it. None where the layers
    of a model of the user's own do not tell what they put out, or nobody knows how much their data take.
    """
    if description.activation_bytes_estimate is None or (data_bytes is None and kind == "cpu"):
        return None
    model = (
        2 * description.parameter_bytes
        + description.optimizer_bytes_estimate
        + description.activation_bytes_estimate
    )
    return base_bytes(kind, backend) + model + ((data_bytes or 0) if kind == "cpu" else 0)


def base_bytes(kind: Kind, backend: Backend) -> int:
    """What a process takes beside its model: a CUDA context with its libraries, or the backend itself."""
    return CONTEXT_BYTES if kind == "gpu" else PROCESS_BYTES[backend]


def estimate_errors(
    measured: Measurements, describe: Callable[[str], Description | None] = description_of
) -> dict[Kind, EstimateError]:
    """How good the estimates were, for each kind of device; each training on each device counts once.

    Args:
        measured: what is kept.
        describe: returns what Keras told of a preset, by its digest.
    """
    ratios: dict[Kind, list[float]] = {}
    for (on, digest), runs in islice(measured.lanes.items(), MOST_COMPARED):
        highest = highest_run(run for run in runs if not run.is_capped and not run.peak_is_estimate)
        description = None if highest is None else describe(digest)
        if highest is not None and highest.peak_memory_bytes and description is not None:
            estimate = estimate_bytes(on.kind, description, highest.data_bytes, on.backend_name)
            if estimate is not None:
                ratios.setdefault(on.kind, []).append(estimate / highest.peak_memory_bytes)
    return {kind: _error(found) for kind, found in ratios.items()}


def _error(ratios: list[float]) -> EstimateError:
    ordered = sorted(ratios)
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return EstimateError(median, ordered[0], ordered[-1], len(ordered))
