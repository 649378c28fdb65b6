"""End a worker that was asked to stop and does not."""

from __future__ import annotations

import signal

from training.record.event_records import Signalled
from training.record.writer import RecordWriter
from training.supervisor.lane_run import LaneRun

KILL_AFTER_TERM_S = 5.0


def escalate(run: LaneRun, now_s: float, events: RecordWriter) -> None:
    """SIGTERM, then SIGKILL, once its time is over; nothing before that."""
    if run.worker is None or run.signal_after_s is None or now_s < run.signal_after_s:
        return
    number = signal.SIGTERM if run.signals_sent == 0 else signal.SIGKILL
    events.write(Signalled(t=now_s, lane=run.lane, signal=number.name))
    run.worker.signal_group(number)
    if number is signal.SIGTERM:
        run.worker.signal_group(signal.SIGCONT)  # a stopped process does not see SIGTERM before it continues
    run.signals_sent += 1
    run.signal_after_s = now_s + KILL_AFTER_TERM_S
