"""A script's or program's lane as every reader sees it: live, in the events, in the report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from tests.unit.made_runs import append, made_run, plan
from training.analysis.build_report import build_report
from training.analysis.contention_history import ContentionHistory
from training.analysis.event_text import event_line
from training.analysis.report import Monitor
from training.analysis.run_fold import RunFold
from training.analysis.state import LaneState
from training.plan import LanePlan, Plan
from training.preset.script import ScriptSpec
from training.preset.script_document import script_preset
from training.record.event_records import (
    BarrierOpened,
    Began,
    EventRecord,
    LaneEnded,
    Launched,
    ProcessContinued,
    ProcessStopped,
    ScalarRead,
    WarmingUp,
)
from training.record.lane_records import (
    Built,
    Finished,
    Imported,
    LaneRecord,
    Progress,
    Released,
    Started,
    Warm,
)
from training.record.script_records import Limit, NoGate, Remark, Telemetry
from tui.report_text import report_lines

SIZES: dict[str, Any] = {
    "parameters": 0, "parameter_bytes": 0, "batch_size": 0, "train_samples": 0, "validation_samples": 0,
}  # fmt: skip
FIT = Built(t=1.0, **SIZES, steps_per_epoch=5, fit=2, model="m", planned_epochs=4)
NO_STEPS = Telemetry(t=3.0, steps="none", why="no step telemetry: memory and utilisation only")


def script_plan() -> Plan:
    script = script_preset(ScriptSpec(path="train.py", cwd="/work"), "train.py --lr 1")
    return structs.replace(
        plan(), lanes={"a": plan().lanes["a"], "b": LanePlan("train.py", "script", script)}
    )


def state(*records: LaneRecord, events: tuple[EventRecord, ...] = ()) -> LaneState:
    fold = RunFold(script_plan(), Path("/runs/x"))
    for event in events:
        fold.take_event(event)
    for record in records:
        fold.take_lane_record("b", record)
    return fold.state("running", 20.0).lanes["b"]


STARTED = (Started(t=0.5, pid=7), Imported(t=0.6, seconds=0.0))
TURN = WarmingUp(t=1.0, lane="b")


def progress(t: float, step: int, **told: Any) -> Progress:
    return Progress(t=t, step=step, samples=0, epoch=1, epoch_step=step, steps=1, span_s=0.1, **told)


class TestPhase:
    def test_without_steps_it_trains_from_its_release_on(self) -> None:
        assert state(*STARTED, NO_STEPS, events=(TURN,)).phase == "at the barrier"
        opened = BarrierOpened(t=4.0, lanes=("b",), because="all lanes are warm")
        told = state(*STARTED, NO_STEPS, events=(TURN, opened))
        assert (told.phase, told.telemetry, told.why_no_steps) == ("training", "none", NO_STEPS.why)
        steps = (Telemetry(t=70.0, steps="each"), progress(71.0, 1))
        told = state(*STARTED, NO_STEPS, *steps, events=(TURN, opened))
        assert (told.phase, told.telemetry, told.why_no_steps) == ("warming up", "each", "")

    def test_stopped_as_processes_it_is_paused(self) -> None:
        stopped = ProcessStopped(t=5.0, lane="b")
        assert state(*STARTED, NO_STEPS, events=(TURN, stopped)).phase == "paused"
        goes_on = ProcessContinued(t=9.0, lane="b", stopped_s=4.0)
        assert state(*STARTED, NO_STEPS, events=(TURN, stopped, goes_on)).phase == "at the barrier"

    def test_what_is_not_known_is_no_zero(self) -> None:
        built = Built(t=2.0, **SIZES, steps_per_epoch=0, model="m", fit=2)
        records = (
            built,
            Warm(t=2.5, step=3, seconds=1.0),
            Released(t=3.0, step=3),
            progress(4.0, 9),
            progress(5.0, 12),
        )
        told = state(*STARTED, *records)
        assert (told.parameters, told.steps_per_epoch, told.samples_per_s) == (None, None, None)
        assert told.steps_per_s == pytest.approx(4.5)
        assert (told.model, told.fit) == ("m", 2)


class TestScalars:
    def test_a_loss_that_is_written_is_its_curve(self) -> None:
        read = [ScalarRead(t=float(n), lane="b", name="loss", value=1.0 / n, step=n) for n in (1, 2)]
        other = ScalarRead(t=2.0, lane="b", name="acc", value=0.5)
        told = state(*STARTED, NO_STEPS, events=(TURN, *read, other))
        assert told.loss == 0.5
        assert (told.loss_series.t, told.loss_series.step, told.loss_series.low) == (
            (1.0, 2.0),
            (1, 2),
            (1.0, 0.5),
        )
        assert told.metrics == {"acc": 0.5}
        assert told.metric_series["acc"].low == (0.5,)

    def test_a_loss_of_its_hooks_goes_before(self) -> None:
        read = ScalarRead(t=1.0, lane="b", name="loss", value=9.0)
        told = state(*STARTED, progress(2.0, 1, loss=0.25, running_loss=0.25), events=(read,))
        assert (told.loss, told.loss_series.low) == (0.25, (0.25,))


class TestEvents:
    @pytest.mark.parametrize(
        ("record", "text"),
        [
            (NO_STEPS, NO_STEPS.why),
            (Telemetry(t=1.0, steps="each"), None),
            (Built(t=1.0, **SIZES, steps_per_epoch=5), None),
            (FIT, "fit 2: model m, up to epoch 4 of 5 steps"),
            (Built(t=1.0, **SIZES, steps_per_epoch=0, fit=2, model="m"), "fit 2: model m"),
            (structs.replace(FIT, again=True), None),
            (
                Limit(t=1.0, step=7, reached="steps"),
                "steps reached at step 7, in a loop of its own: it is ended at its length",
            ),
            (Limit(t=1.0, step=0, reached="minutes"), "minutes reached: it is ended at its length"),
            (NoGate(t=1.0, why="no step"), None),
            (Remark(t=1.0, message="m"), "m"),
            (
                ProcessStopped(t=1.0, lane="b"),
                "its processes are stopped (SIGSTOP): it passes no gate; it still holds its memory",
            ),
            (ProcessContinued(t=1.0, lane="b", stopped_s=1.25), "its processes go on after 1.2 s"),
            (ScalarRead(t=1.0, lane="b", name="loss", value=1.0), None),
        ],
    )
    def test_lines(self, record: LaneRecord | EventRecord, text: str | None) -> None:
        line = event_line(record, "b")
        assert (line and line.text) == text


class TestContention:
    @pytest.mark.parametrize(
        ("steps", "told"),
        [
            ("none", "no step telemetry in lane B: nothing could be timed"),
            (
                "polled",
                "the steps of lane B are read once a second from outside, and no window of them could be timed",
            ),
        ],
    )
    def test_why_there_is_no_verdict(self, steps: Any, told: str) -> None:
        history = ContentionHistory(script_plan())
        history.take_lane_record("b", Telemetry(t=1.0, steps=steps))
        assert (history.contention().verdict, history.contention().because) == ("unknown", told)
        history.take_lane_record("b", Telemetry(t=2.0, steps="each"))
        assert history.contention().because != told

    def test_a_loop_without_epochs_has_a_length_where_something_bounds_it(self) -> None:
        from training.analysis.lane_facts import LaneFacts

        facts = LaneFacts()
        facts.take(Built(t=1.0, **SIZES, steps_per_epoch=0))
        assert facts.length(None) is None
        bounded = facts.length(2.0)
        assert bounded is not None
        assert bounded.seconds == 120
        facts.take(Built(t=2.0, **SIZES, steps_per_epoch=0, planned_steps=50))
        by_steps = facts.length(None)
        assert by_steps is not None
        assert by_steps.steps == 50


def test_the_report_of_one_without_steps(tmp_path: Path) -> None:
    made = script_plan()
    folder = made_run(tmp_path / "made", made)
    append(
        folder.lane_records("b"),
        *STARTED,
        NO_STEPS,
        Finished(9.0, "completed", 0, 0, 0, reason="the script ended"),
    )
    losses = [ScalarRead(t=float(n), lane="b", name="loss", value=float(10 - n)) for n in range(2, 8)]
    append(
        folder.events,
        Began(t=0.0, monotonic_s=0.0, wall="", boot_id="", sharing="together"),
        Launched(t=0.1, lane="b", pid=7),
        *losses,
        LaneEnded(t=9.0, lane="b", status="completed", exit_code=0),
        LaneEnded(t=9.0, lane="a", status="completed", exit_code=0),
    )
    report = build_report(folder, made, datetime(2026, 1, 1, tzinfo=UTC), Monitor(0.1, 10.0, 1))
    lane = report.lanes["b"]
    assert (lane.step_telemetry, lane.steps, lane.first_loss, lane.last_loss) == ("none", 0, 8.0, 3.0)
    assert report.contention is not None
    text = "\n".join(report_lines(report, folder.path))
    assert "no step telemetry: memory and utilisation only" in text
    assert "0 steps" not in text.partition("B  train.py")[2]


def test_the_report_of_one_that_failed_shows_the_end_of_its_log(tmp_path: Path) -> None:
    made = script_plan()
    folder = made_run(tmp_path / "made", made)
    append(folder.lane_records("b"), *STARTED)
    append(
        folder.events,
        Began(t=0.0, monotonic_s=0.0, wall="", boot_id="", sharing="together"),
        Launched(t=0.1, lane="b", pid=7),
        LaneEnded(
            t=9.0, lane="b", status="failed", exit_code=3, kind="script-error", message="m",
            log_tail=("usage: train.py", "\x1b[31merror: no such option"),
        ),
        LaneEnded(t=9.0, lane="a", status="failed", exit_code=1, kind="crash", message="m", log_tail=("of ours",)),
    )  # fmt: skip
    report = build_report(folder, made, datetime(2026, 1, 1, tzinfo=UTC), Monitor(0.1, 10.0, 1))
    lines = report_lines(report, folder.path)
    assert [one for one in lines if one.startswith("   | ")] == [
        "   | usage: train.py",
        "   | \\x1b[31merror: no such option",
    ]
