"""What cannot be had where one process trains both lanes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from training.plan import LANES, Plan


@dataclass(frozen=True, slots=True)
class WhyNot:
    """A sentence why a plan cannot be trained by one process, and what to choose instead."""

    message: str
    remedy: str


def why_not_one_process(plan: Plan) -> Iterator[WhyNot]:
    """Everything in a plan that needs a process for each lane."""
    missing = [lane for lane in LANES if lane not in plan.lanes]
    if missing:
        yield WhyNot(
            f"one-process trains both lanes, and this plan has no lane {missing[0]}", "choose together"
        )
    scripts = [lane for lane, spec in plan.lanes.items() if spec.preset.script is not None]
    if scripts:
        yield WhyNot(
            f"one process trains models that dualtrain builds, and lane {' and '.join(scripts)} is a script or program",
            "choose together",
        )
        return
    backends = {lane: spec.preset.fit.backend for lane, spec in plan.lanes.items()}
    told = " and ".join(f"lane {lane} wants {backend}" for lane, backend in backends.items())
    if len(set(backends.values())) > 1:
        yield WhyNot(f"one process has one backend, and {told}", "choose together")
    elif set(backends.values()) - {"tensorflow"}:
        # Our loop over a trainer's own steps follows TensorFlow's; JAX's and PyTorch's are others.
        yield WhyNot(f"one process takes turns on TensorFlow only, and {told}", "choose together")
    if len({plan.device_of(lane).uuid for lane in plan.lanes}) > 1:
        yield WhyNot(
            "one process uses one MIG instance, and each lane was given its own",
            "choose together, or one instance for both",
        )
    capped = [lane for lane, spec in plan.lanes.items() if spec.preset.device.memory != "growth"]
    if capped and plan.device.kind == "gpu":
        yield WhyNot(
            "one process has one memory limit for both lanes, so that the cap of lane "
            f"{' and '.join(capped)} could not be kept to",
            'set device.memory = "growth", or choose together',
        )
