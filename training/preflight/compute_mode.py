"""Whether the GPU's compute mode lets the plan's processes start.

The modes are nvml.h's nvmlComputeMode_t: PROHIBITED takes no process, EXCLUSIVE_PROCESS one at a time. All clients of
an MPS server are one process to it.
"""

from __future__ import annotations

from training.plan import Sharing
from training.preflight.check import Check
from training.preflight.target import Target

_AT_ONCE: tuple[Sharing, ...] = ("together", "adaptive")
_NAME = "compute mode"


def check_compute_mode(target: Target, sharing: Sharing) -> Check:
    """Return whether the lanes' processes can start on the target, shared like this."""
    mode = target.gpu.compute_mode
    if mode == "prohibited":
        return Check(_NAME, "stop", "PROHIBITED: nothing may run on this GPU", "choose another device")
    if mode != "exclusive":
        return Check(_NAME, "pass" if mode else "info", mode or "not told")
    # Programs that only draw do not count: the mode is about compute contexts.
    if any(process.kind != "graphics" for process in target.processes or ()):
        message = "EXCLUSIVE_PROCESS, and another process holds this GPU"
        return Check(_NAME, "stop", message, "wait for it, or choose another device")
    if sharing in _AT_ONCE and len(target.lanes) > 1:
        remedy = "choose mps or sequential, or ask an administrator for the default mode"
        return Check(_NAME, "stop", "EXCLUSIVE_PROCESS: a second process cannot start on this GPU", remedy)
    return Check(_NAME, "warn", "EXCLUSIVE_PROCESS: one process at a time; nothing else can join")
