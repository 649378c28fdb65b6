"""A process that lives and can tell nothing any more: a script that made itself another program by `exec`."""

from __future__ import annotations

from training.agent.step_watch import CANNOT_STOP
from training.record.script_records import Telemetry
from training.supervisor.lane_run import LaneRun

SILENT_FOR_S = 1.0
"""A process that is just ending is silent for a moment, too."""
WHY = "no step telemetry any more: its process became another program, or closed what it was given"


def fell_silent(run: LaneRun, now_s: float) -> Telemetry | None:
    """What the lane would say of itself if it could, once: nobody is to wait for it, and only signals stop it."""
    worker = run.worker
    if worker is None or worker.silent_since_s is None or now_s - worker.silent_since_s < SILENT_FOR_S:
        return None
    worker.silent_since_s = None  # told once; records that come all the same count
    run.telemetry, run.no_gate = "none", CANNOT_STOP
    if run.standing.stage == "warming":
        run.enter("warm", now_s)
    return Telemetry(t=now_s, steps="none", why=WHY)
