"""Whether there is room for a lane beside the one that trains."""

from __future__ import annotations

from training.analysis.forecast_memory import read_experience
from training.plan import Plan
from training.preflight.device_memory import check_planned_memory


def why_no_room(plan: Plan) -> str:
    """Why the device's memory does not do for the lanes of `plan`, by the forecast; empty where it may."""
    check = check_planned_memory(plan, read_experience())
    return "" if check is None else f"{check.message}: {check.remedy} (or `join --force-fit`)"
