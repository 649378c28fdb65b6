"""The command line that launches a run's plan again."""

from __future__ import annotations

import shlex

from training.plan import Plan
from training.retry import retry_request


def command_line(plan: Plan) -> str:
    """As a shell takes it; presets by the names or paths they were asked by, with what was set beside them."""
    request = retry_request(plan)
    words = ["dualtrain-tui", "run", *request.presets.values()]
    if request.sharing != "together":
        words += ["--sharing", request.sharing]
    words += ["--device", request.device]
    if plan.device.kind == "gpu" and plan.if_no_gpu == "cpu":
        words += ["--if-no-gpu", "cpu"]
    words += _by_lane_words(plan)
    for name in ("epochs", "steps", "minutes"):
        limit = getattr(plan.limits, name)
        if limit is not None:
            words += [f"--{name}", f"{limit:g}" if isinstance(limit, float) else str(limit)]
    for lane, planned in plan.lanes.items():
        for override in planned.overrides:
            words += ["--set", f"{lane}.{override}"]
    if not plan.probing.enabled:
        words.append("--no-probe")
    return shlex.join(words)


def _by_lane_words(plan: Plan) -> list[str]:
    words: list[str] = []
    given = (
        ("--mps-share", plan.mps.shares_percent),
        ("--mps-memory", plan.mps.pinned_memory_mib),
        ("--turn", plan.turn_steps),
    )
    for option, by_lane in given:
        if by_lane:
            words += [option, ",".join(f"{lane}={number}" for lane, number in by_lane.items())]
    return words
