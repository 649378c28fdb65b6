"""Whether one process can train both lanes, and what it means that it does."""

from __future__ import annotations

from training.one_process import why_not_one_process
from training.plan import Plan
from training.preflight.check import Check

_NAME = "one process"


def check_one_process(plan: Plan) -> tuple[Check, ...]:
    """Return what stands against training both lanes in one process; nothing where the plan does not ask for it."""
    if plan.sharing != "one-process":
        return ()
    stops = tuple(Check(_NAME, "stop", why.message, why.remedy) for why in why_not_one_process(plan))
    shared_fate = "an error in one lane leaves the other training; what kills the process ends both"
    return stops or (Check(_NAME, "info", shared_fate),)
