"""Whether the lanes will fit the device's memory, as far as that can be told before they run."""

from __future__ import annotations

from collections.abc import Callable

from training.analysis.forecast_fit import DeviceFit, device_fits
from training.analysis.forecast_memory import EstimateError, Experience, MemoryNeed, memory_need
from training.analysis.memory_remedies import HOST_MEMORY, OUT_OF_MEMORY, memory_remedies
from training.description import Description, kept_description
from training.meters.capacity import Capacity, memory_used_bytes
from training.plan import Lane, Plan
from training.preflight.check import Check, gib
from training.preflight.target import Target
from training.preset import Preset

_NAME = "device memory"
_HOST_NAME = "memory"

Describe = Callable[[Preset], Description | None]


def check_device_memory(
    plan: Plan, target: Target, experience: Experience, describe: Describe = kept_description
) -> Check:
    """Hold what the target's lanes will take against what it has, and against what is free there.

    What was measured or capped, and estimates even if they are as much too high as any was so far, stop a launch that
    the memory cannot hold; whoever knows better may force it. With sequential sharing the lanes take it one after the
    other.
    """
    total_bytes, free_bytes = target.total_bytes, target.free_bytes
    if total_bytes is None or free_bytes is None:
        return Check(_NAME, "info", "the driver does not tell how much is free")
    fit = _fit(plan, target.lanes, total_bytes, experience, describe)
    unified = ", unified with the machine's" if target.gpu.unified else ""
    free = f"{gib(free_bytes)} of {gib(total_bytes)} free{unified}"
    return _check(_NAME, plan, fit, free, free_bytes, experience.errors.get("gpu"), describe)


def check_host_memory(
    plan: Plan, capacity: Capacity, experience: Experience, describe: Describe = kept_description
) -> Check:
    """Hold the lanes' RSS against the memory that this process may use: on a CPU they train in it."""
    free_bytes = capacity.memory_bytes - memory_used_bytes(capacity)
    fit = _fit(plan, tuple(plan.lanes), capacity.memory_bytes, experience, describe)
    free = f"{gib(free_bytes)} of {gib(capacity.memory_bytes)} free ({capacity.memory_from})"
    return _check(_HOST_NAME, plan, fit, free, free_bytes, experience.errors.get("cpu"), describe)


def check_planned_memory(
    plan: Plan, experience: Experience, describe: Describe = kept_description
) -> Check | None:
    """Hold what the lanes will take against what their device has in all; None where nothing stands against it.

    For a run that holds some of it already: what is free says nothing then.
    """
    needs = {
        lane: memory_need(spec.preset, plan.device_of(lane), experience, describe(spec.preset))
        for lane, spec in plan.lanes.items()
    }
    for fit in device_fits(needs, {lane: plan.device_of(lane) for lane in needs}, plan.sharing):
        if fit.state == "does not fit" and fit.total_bytes is not None:
            in_all = f"{gib(fit.total_bytes)} in all"
            error = experience.errors.get(fit.device.kind)
            return _check(_NAME, plan, fit, in_all, fit.total_bytes, error, describe)
    return None


def _fit(
    plan: Plan, lanes: tuple[Lane, ...], total_bytes: int, experience: Experience, describe: Describe
) -> DeviceFit:
    needs = {}
    for lane in lanes:
        preset = plan.lanes[lane].preset
        needs[lane] = memory_need(preset, plan.device_of(lane), experience, describe(preset))
    return DeviceFit(plan.device_of(lanes[0]), needs, plan.sharing, total_bytes)


def _check(
    name: str,
    plan: Plan,
    fit: DeviceFit,
    free: str,
    free_bytes: int,
    error: EstimateError | None,
    describe: Describe,
) -> Check:
    takes = _takes(fit, error if fit.rests_on_estimates else None)
    if fit.state == "does not fit":
        return Check(
            name, "stop", f"does not fit: {takes}; {free}", _remedy(plan, fit, describe), can_be_forced=True
        )
    if fit.state == "may not fit" or fit.known_bytes > free_bytes:
        remedy = f"expect out of memory: free some, or {_remedy(plan, fit, describe)}"
        return Check(name, "warn", f"{free}; {takes}", remedy)
    return Check(name, "pass", f"{free}; {takes}")


def _takes(fit: DeviceFit, error: EstimateError | None) -> str:
    """What each lane takes and where that is known from."""
    lanes = (", then " if fit.in_turn else " + ").join(_told(lane, need) for lane, need in fit.needs.items())
    what = "RSS" if fit.device.kind == "cpu" else "CUDA context included"
    told = f"expected about {gib(fit.known_bytes)}: {lanes} ({what})"
    if error is None:
        return told
    return f"{told}; estimates were {error.range_text(' to ')} times what was measured (n={error.count})"


def _told(lane: Lane, need: MemoryNeed) -> str:
    if need.need_bytes is None:
        return f"lane {lane} not computed yet"
    about = "≈" if need.known_from == "estimate" or need.is_inferred else ""
    known_from = {"measured": ", measured", "cap": ", its cap"}.get(need.known_from, "")
    return f"lane {lane} {about}{gib(need.need_bytes)}{known_from}"


def _remedy(plan: Plan, fit: DeviceFit, describe: Describe) -> str:
    """A cap, smaller batches or sequential, with numbers, as far as each may help."""
    if too_large := _too_large(plan, fit, describe):
        return too_large
    if all(need.known_from == "cap" for need in fit.needs.values()):
        return "lower the caps (device.memory)" + ("" if fit.in_turn else ", or choose sequential")
    peaks = {lane: need.need_bytes for lane, need in fit.needs.items()}
    kind = HOST_MEMORY if fit.device.kind == "cpu" else OUT_OF_MEMORY
    remedies = memory_remedies(plan, list(fit.needs), kind=kind, peak_bytes=peaks)
    told = [remedy.text for remedy in remedies if remedy.key != "sequential" or fit.fits_in_turn]
    return ", or ".join(told) or "choose a device with more memory"


def _too_large(plan: Plan, fit: DeviceFit, describe: Describe) -> str:
    """What is said of models whose weights alone are more than the device has: no batch is small enough for them."""
    alone = {}
    for lane, need in fit.needs.items():
        told = describe(plan.lanes[lane].preset) if need.known_from == "estimate" else None
        weights = 0 if told is None else 2 * told.parameter_bytes + told.optimizer_bytes_estimate
        if fit.total_bytes is not None and weights > fit.total_bytes:
            alone[lane] = weights
    if not alone:
        return ""
    named = " and ".join(f"lane {lane.upper()} {gib(weights)}" for lane, weights in alone.items())
    return f"weights, gradients and the optimizer's state alone take {named}: take a smaller model"
