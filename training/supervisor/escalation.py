"""End a worker that was asked to stop and does not."""

from __future__ import annotations

import signal
from collections.abc import Callable

from training.plan import Lane
from training.record.event_records import Note, Signalled
from training.record.writer import RecordWriter
from training.supervisor.lane_run import LaneRun

KILL_AFTER_TERM_S = 5.0
KILL_AFTER_TERMINATE_S = 2.0


def escalate(
    run: LaneRun, now_s: float, events: RecordWriter, terminate: Callable[[Lane], bool] | None = None
) -> None:
    """SIGTERM, then SIGKILL, once its time is over; nothing before that. It has none where it can stop at no step.

    Under MPS a client that is killed amid its work may leave the server, and with it the other client, in an undefined
    state: its work is ended first (NVIDIA's MPS documentation, "Client early termination"). `terminate` begins that and
    says whether there was anything to end.
    """
    if run.worker is None or run.signal_after_s is None or now_s < run.signal_after_s:
        return
    if run.signals_sent > 0 and not run.mps_terminated and terminate is not None and terminate(run.lane):
        run.mps_terminated = True
        events.write(
            Note(
                t=now_s, message="its work on the GPU is ended through MPS (terminate_client)", lane=run.lane
            )
        )
        run.signal_after_s = now_s + KILL_AFTER_TERMINATE_S
        return
    number = signal.SIGTERM if run.signals_sent == 0 else signal.SIGKILL
    why = run.no_gate if number is signal.SIGTERM else ""
    events.write(Signalled(t=now_s, lane=run.lane, signal=number.name, why=why))
    run.worker.signal_group(number)
    if number is signal.SIGTERM:
        run.worker.signal_group(signal.SIGCONT)  # a stopped process does not see SIGTERM before it continues
    run.signals_sent += 1
    run.signal_after_s = now_s + KILL_AFTER_TERM_S
