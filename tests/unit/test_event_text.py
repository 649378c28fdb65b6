"""Records as lines of the event list."""

from __future__ import annotations

from typing import get_args

import pytest

from tests.unit.made_runs import preset
from training.analysis.event_text import event_line
from training.plan import LanePlan
from training.record.contention_records import (
    Decided,
    Held,
    LetGo,
    ProbeBegan,
    RateSpan,
    SharedSpan,
    SoloSpan,
)
from training.record.device_records import MeterTrouble
from training.record.event_records import (
    Asked,
    BarrierOpened,
    CleanedUp,
    DeviceLost,
    EventRecord,
    Joined,
    LaneEnded,
    MemoryHolder,
    MpsEnded,
    MpsStarted,
    MpsVerified,
    SharingChanged,
    Signalled,
)
from training.record.lane_records import Checkpoint, LaneRecord, NoGpu, NonFinite, Paused, Resumed, Warm

SPAN = RateSpan(60, 3.0)
JOINER = LanePlan("cnn-small", "shipped", preset())
HELD = (
    MemoryHolder("a", 9 << 30, 41),
    MemoryHolder("others", 3 << 29, 77, "python3 (eva)"),
    MemoryHolder("others", None, name="no process named"),
    MemoryHolder("free", 412 << 20),
)


@pytest.mark.parametrize(
    ("record", "text", "level"),
    [
        (
            BarrierOpened(t=1, lanes=("a", "b"), because="all are warm"),
            "released A and B: all are warm",
            "info",
        ),
        (Asked(t=1, what="stop", by="Ctrl-C"), "stop asked by Ctrl-C", "info"),
        (Asked(t=1, what="stop"), "stop asked", "info"),
        (Warm(t=1, step=3, seconds=0.25), "warm after 0.2 s", "info"),
        (Paused(t=1, step=7), "paused at step 7; it still holds its memory", "info"),
        (Resumed(t=1, step=7, paused_s=2.0), "resumed after 2.0 s", "info"),
        (NonFinite(t=1, step=7), "loss is not a finite number at step 7", "warning"),
        (Signalled(t=1, lane="a", signal="SIGTERM"), "did not end in time: sent SIGTERM", "warning"),
        (Signalled(t=1, lane="a", signal="SIGTERM", why="no step"), "no step: sent SIGTERM", "warning"),
        (LaneEnded(t=1, lane="a", status="completed", exit_code=0), "completed", "good"),
        (LaneEnded(t=1, lane="a", status="stopped", exit_code=0, message="test"), "stopped: test", "warning"),
        (LaneEnded(t=1, lane="a", status="failed", exit_code=1, message="NaN"), "failed: NaN", "error"),
        (
            LaneEnded(t=1, lane="a", status="failed", exit_code=1, message="no memory", held=HELD),
            "failed: no memory; held then: A 9.0 GiB, PID 77 python3 (eva) 1.5 GiB, no process named unknown, "
            "free 412 MiB",
            "error",
        ),
        (NoGpu(t=1, why="no driver"), "trains on the CPU: no driver", "warning"),
        (
            DeviceLost(t=1, message="it fell off the bus"),
            "GPU lost: it fell off the bus; both lanes are stopped, nothing measured from here on counts",
            "error",
        ),
        (
            SharingChanged(t=1, before="mps", after="together", because="B is no client"),
            "sharing is together now, no longer mps: B is no client",
            "warning",
        ),
        (
            MpsStarted(t=1, daemon_pid=5, pipe_folder="p", log_folder="l", shares_percent={"a": 50, "b": 40}),
            "the run's own MPS daemon is up, process 5; threads: A 50 %, B 40 %",
            "info",
        ),
        (
            MpsStarted(t=1, daemon_pid=5, pipe_folder="p", log_folder="l", pinned_memory_mib={"b": 512}),
            "the run's own MPS daemon is up, process 5; memory: B 512 MiB",
            "info",
        ),
        (
            MpsVerified(t=1, server_pid=6, lanes=("a", "b")),
            "under MPS: A and B, by the list of server 6",
            "good",
        ),
        (MpsEnded(t=1), "the run's own MPS daemon has quit", "info"),
        (
            MpsEnded(t=1, error="no answer"),
            "the run's own MPS daemon could not be made to quit: no answer",
            "warning",
        ),
        (CleanedUp(t=1), "clean: no process of the run is left", "good"),
        (CleanedUp(t=1, left_pids=(5, 6)), "processes of the run are still there: 5, 6", "warning"),
        (CleanedUp(t=1, held_by=(7,)), "device memory is not all back; processes on it: 7", "warning"),
        (MeterTrouble(t=1, message="NVML: timeout"), "meter: NVML: timeout", "warning"),
        (Checkpoint(t=1, step=1, path="p", seconds=1, error="full"), "checkpoint failed: full", "warning"),
        (SoloSpan(t=1, block=3, lane="a", t0=0, t1=1, span=SPAN), "probe 3, alone: 20.0 steps/s", "info"),
        (
            SoloSpan(t=1, block=3, lane="a", t0=0, t1=1, span=SPAN, disturbed=("swap", "a throttled clock")),
            "probe 3 does not count: swap, a throttled clock",
            "warning",
        ),
        (
            SoloSpan(t=1, block=3, lane="a", t0=0, t1=1, span=RateSpan(0, 0.0), complete=False),
            "probe 3 does not count: it was cut short",
            "warning",
        ),
        (
            SoloSpan(t=1, block=0, lane="a", t0=0, t1=1, span=SPAN, how="before the join"),
            "alone before the join: 20.0 steps/s",
            "info",
        ),
        (LetGo(t=1, lane="b", why="turn"), "its turn: it trains again", "info"),
        (Decided(t=1, choice="turns", because="0.87"), "adaptive: one after the other: 0.87", "good"),
        (Decided(t=1, choice="together", because="1.20"), "adaptive: together: 1.20", "good"),
        (Joined(t=1, lane="b", planned=JOINER), "cnn-small joins", "good"),
        (
            Joined(t=1, lane="b", planned=JOINER, replaces="lstm"),
            "cnn-small joins in the place of lstm",
            "good",
        ),
    ],
)
def test_line(record: EventRecord | LaneRecord | MeterTrouble, text: str, level: str) -> None:
    line = event_line(record, "b")
    assert line is not None
    assert (line.text, line.level, line.t) == (text, level, 1)


def test_lines_belong_to_a_lane_or_to_the_run() -> None:
    paused = event_line(Paused(t=1, step=7), "b")
    opened = event_line(BarrierOpened(t=1, lanes=("a",), because="x"), None)
    assert paused is not None
    assert opened is not None
    assert (paused.lane, opened.lane) == ("b", None)


def test_what_comes_many_times_a_second_has_no_line() -> None:
    silent = {
        "Schema",
        "Progress",
        "Validation",
        "Epoch",
        "Window",
        "Started",
        "Imported",
        "Built",
        "Released",
    }
    names = {kind.__name__ for kind in get_args(LaneRecord)}
    assert silent <= names
    assert event_line(Checkpoint(t=1, step=1, path="p", seconds=1), "a") is None
    spans = {"a": SPAN, "b": SPAN}
    for record in (
        ProbeBegan(t=1, block=1, lane="a", paused="b", seconds=2, steps=30),
        SharedSpan(t=1, block=1, t0=0, t1=1, spans=spans),  # type: ignore[arg-type]
        SoloSpan(t=1, block=1, lane="a", t0=0, t1=1, span=SPAN, how="turn"),
        Held(t=1, lane="a", why="probe"),
        Held(t=1, lane="a", why="turn"),
        LetGo(t=1, lane="a", why="probe"),
        Held(t=1, lane="a", why="asked"),
    ):
        assert event_line(record, None) is None
