"""How a script or program ended: its exit code says so, and what is known besides says why."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from training.preset.script import ScriptSpec
from training.record.event_records import LaneStatus
from training.record.lane_records import Error, Finished
from training.supervisor.exit_name import name_exit


@dataclass(frozen=True, slots=True)
class ScriptEnded:
    """A status; of a failed one with its kind, and what to do."""

    status: LaneStatus
    message: str
    kind: str = ""
    hint: str = ""


def script_ended(
    script: ScriptSpec,
    exit_code: int | None,
    error: Error | None,
    finished: Finished | None,
    stop_asked: bool,
    signals_sent: int,
    reached: str = "",
) -> ScriptEnded:
    """Return how it ended: with 0 in order, else failed, unless it was ended on request or at its length.

    Args:
        script: what ran.
        exit_code: below 0 the signal that ended it; None where it has no process (any more).
        error: what it failed of by its own word.
        finished: that it ended in order, by its own word.
        stop_asked: whether somebody asked for its end.
        signals_sent: how many signals that asking took.
        reached: the bound of the run at which it was asked, by nobody else: it has then trained as long as it was to.
    """
    if exit_code is None:
        return ScriptEnded("stopped", "asked to stop")
    if exit_code == 0:
        if stop_asked and not _reached_a_limit(finished):
            if reached:
                return ScriptEnded("completed", reached)
            asked = (
                finished.reason if finished is not None and finished.status == "stopped" else "asked to stop"
            )
            return ScriptEnded("stopped", asked)
        return ScriptEnded("completed", "" if finished is None else finished.reason)
    by_signal = exit_code in (-signal.SIGTERM, -signal.SIGKILL)
    # A program is asked by a signal in the first place, and may answer it with any code.
    if stop_asked and (signals_sent > 0 or by_signal or script.exec is not None):
        return ScriptEnded("completed", reached) if reached else ScriptEnded("stopped", "asked to stop")
    if error is not None:
        return ScriptEnded("failed", error.message, error.kind, error.hint)
    what = "script" if script.exec is None else "program"
    if exit_code < 0:
        kind, message, hint = name_exit(exit_code)
        return ScriptEnded("failed", message.replace("The training", f"The {what}", 1), kind, hint)
    return ScriptEnded(
        "failed",
        f"The {what} ended with exit code {exit_code}",
        f"{what}-error",
        "The end of its log is below; the log has the whole of it.",
    )


def _reached_a_limit(finished: Finished | None) -> bool:
    return (
        finished is not None
        and finished.status == "completed"
        and finished.reason in ("steps", "minutes", "epochs")
    )
