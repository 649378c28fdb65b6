"""Records folded into state: the same however they are read, in bounded memory, to the end of the run."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.made_runs import append, lines, made_run, plan
from training.analysis.history import RunHistory
from training.analysis.kept_events import KEPT_EVENTS
from training.analysis.lane_history import KEPT_METRICS, KEPT_VALIDATIONS
from training.analysis.series import CAPACITY, KEPT_NEWEST
from training.analysis.state import RunState
from training.plan import LANES, Lane, Limits, PlanError
from training.record.device_records import (
    DeviceReading,
    Figure,
    LaneReading,
    MeterTrouble,
    OtherReading,
    Sample,
    Source,
)
from training.record.event_records import (
    Asked,
    BarrierOpened,
    Began,
    CleanedUp,
    Ended,
    LaneEnded,
    Launched,
    Note,
    WarmingUp,
)
from training.record.lane_records import (
    Built,
    Checkpoint,
    Epoch,
    Error,
    Finished,
    Imported,
    LaneRecord,
    NonFinite,
    Paused,
    Progress,
    Released,
    Resumed,
    Started,
    Validation,
    Warm,
)
from training.record.run_folder import RunFolder
from training.record.tagged import Record


def _progress(step: int, t: float, *, warm_up: bool = False, steps: int = 10) -> Progress:
    return Progress(
        t=t,
        step=step,
        samples=step * 32,
        epoch=1 + step // 100,
        epoch_step=step % 100,
        steps=steps,
        span_s=0.1,
        loss=1.0 / (1 + step),
        loss_min=0.5 / (1 + step),
        loss_max=2.0 / (1 + step),
        running_loss=1.0,
        metrics={"accuracy": 0.5},
        step_p50_s=0.01,
        step_p99_s=0.02,
        warm_up=warm_up,
    )


def _lane_story(lane: Lane, *, fails: bool) -> list[Record]:
    pid = 100 + LANES.index(lane)
    told: list[Record] = [
        Started(t=0.1, pid=pid),
        Imported(t=2.0, seconds=1.9),
        Built(
            t=2.5,
            parameters=10,
            parameter_bytes=40,
            batch_size=32,
            train_samples=800,
            validation_samples=200,
            steps_per_epoch=25,
            planned_epochs=4,
            planned_steps=100,
        ),
        _progress(3, 2.7, warm_up=True, steps=3),
        Warm(t=2.7, step=3, seconds=0.2),
        Released(t=3.0, step=3),
    ]
    for number in range(1, 9):
        told.append(_progress(3 + 10 * number, 3.0 + number / 10))
    told += [
        Validation(t=4.0, step=83, epoch=1, seconds=0.1, metrics={"loss": 0.4}),
        Epoch(t=4.1, epoch=1, step=83, samples=800, steps=83, seconds=1.0, outside_s=0.1, loss=0.5),
        Paused(t=4.2, step=83),
        Resumed(t=4.9, step=83, paused_s=0.7),
        NonFinite(t=5.0, step=84),
        Checkpoint(t=5.1, step=90, path="x/step-90.keras", seconds=0.1, size_bytes=10),
        Checkpoint(t=5.2, step=90, path="x/step-90.keras", seconds=0.1, error="No space left"),
    ]
    if fails:
        told.append(Error(t=5.5, kind="nan-loss", message="not a number", hint="lower it", step=90))
    else:
        told.append(
            Finished(t=5.5, status="completed", step=100, samples=3200, epochs=4, model_path="x/model.keras")
        )
    return told


def _event_story() -> list[Record]:
    return [
        Began(t=0.0, monotonic_s=10.0, wall="2026-01-02T03:04:05+00:00", boot_id="b", sharing="together"),
        Launched(t=0.01, lane="a", pid=100),
        Launched(t=0.02, lane="b", pid=101),
        WarmingUp(t=2.1, lane="a"),
        WarmingUp(t=2.8, lane="b"),
        BarrierOpened(t=3.0, lanes=("a", "b"), because="all lanes are warm"),
        Asked(t=4.19, what="pause", by="test"),
        Note(t=4.2, message="something", lane="a"),
        LaneEnded(t=5.6, lane="a", status="completed", exit_code=0),
        LaneEnded(
            t=5.6,
            lane="b",
            status="failed",
            exit_code=1,
            kind="nan-loss",
            message="not a number",
            hint="lower it",
        ),
        CleanedUp(t=5.7),
        Ended(t=5.8, outcome="failed"),
    ]


def _device_story() -> list[Record]:
    told: list[Record] = [
        Source(t=0.0, figures={"lanes.memory_bytes": Figure("host", "process")}, cores=2.0),
        Sample(t=0.0, device=DeviceReading(memory_used_bytes=100, memory_total_bytes=1000)),
    ]
    for index in range(1, 11):
        readings: dict[Lane, LaneReading] = {
            lane: LaneReading(pid=100, memory_bytes=100 + index, cpu_percent=100.0, rss_bytes=100 + index)
            for lane in LANES
        }
        device = DeviceReading(memory_used_bytes=500, memory_total_bytes=1000, utilization_percent=80.0)
        others = (OtherReading(7, 50),)
        told.append(Sample(t=index / 2, device=device, lanes=readings, others=others))
    told.append(MeterTrouble(t=5.05, message="a reading failed"))
    return told


def stories(folder: RunFolder) -> dict[Path, list[Record]]:
    return {
        folder.events: _event_story(),
        folder.lane_records("a"): _lane_story("a", fails=False),
        folder.lane_records("b"): _lane_story("b", fails=True),
        folder.device: _device_story(),
    }


def _read_at_once(path: Path) -> RunState:
    folder = made_run(path)
    for file, records in stories(folder).items():
        append(file, *records)
    folder.report.write_text("{}")
    history = RunHistory(folder)
    history.refresh()
    return history.state()


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> RunState:
    """The state of the finished run, read in one go."""
    return _read_at_once(tmp_path_factory.mktemp("history") / "made")


def test_state_of_a_finished_run(at_once: RunState) -> None:
    assert (at_once.phase, at_once.is_live, at_once.elapsed_s) == ("ended", False, 5.8)
    assert at_once.started_wall == "2026-01-02T03:04:05+00:00"
    a, b = at_once.lanes["a"], at_once.lanes["b"]
    assert (a.phase, b.phase) == ("completed", "failed")
    assert (a.error, b.error and b.error.kind) == (None, "nan-loss")
    assert (a.step, a.planned_steps, a.epoch, a.loss) == (83, 100, 1, 1.0)
    assert (a.model_path, b.model_path) == ("x/model.keras", "x/step-90.keras")
    assert (a.nonfinite_step, a.checkpoint_step, a.pid) == (84, 90, 100)
    assert (a.memory_bytes, a.memory_peak_bytes, a.steps_per_s, a.eta_s) == (None, 110, None, None)
    assert [point.metrics for point in a.validation] == [{"loss": 0.4}]
    assert len(a.loss_series) == 9
    assert a.utilization_series.high == (50.0,) * 10  # of two cores
    assert at_once.others_memory_series.low[-1] == 500 - 2 * 110
    assert at_once.cores == 2.0
    assert at_once.others == (OtherReading(7, 50),)
    texts = [line.text for line in at_once.events]
    assert texts[0] == "run began, together"
    assert "checkpoint failed: No space left" in texts
    assert [line.t for line in at_once.events] == sorted(line.t for line in at_once.events)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_same_state_in_whatever_pieces(
    tmp_path_factory: pytest.TempPathFactory, at_once: RunState, data: st.DataObject
) -> None:
    folder = made_run(tmp_path_factory.mktemp("pieces") / "made")
    contents = {file: lines(records) for file, records in stories(folder).items()}
    history = RunHistory(folder)
    for round_number in range(data.draw(st.integers(0, 6))):
        for file, content in contents.items():
            cut = data.draw(st.integers(0, len(content)), label=f"{file.name} {round_number}")
            with file.open("ab") as opened:
                opened.write(content[:cut])
            contents[file] = content[cut:]
        history.refresh()
        assert history.state().phase == "starting"
    for file, content in contents.items():
        with file.open("ab") as opened:
            opened.write(content)
    folder.report.write_text("{}")
    history.refresh(supervisor_gone=True)
    assert replace(history.state(), folder=at_once.folder) == at_once


def test_lanes_of_a_lost_run_have_failed_and_their_records_stay(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "made")
    append(folder.events, *_event_story()[:3])
    append(folder.lane_records("a"), *_lane_story("a", fails=False)[:10])
    history = RunHistory(folder)
    history.refresh(supervisor_gone=True)
    state = history.state()
    assert (state.phase, history.is_live) == ("lost", False)
    for lane in state.lanes.values():
        assert lane.phase == "failed"
        assert lane.error is not None
        assert lane.error.kind == "lost"
    assert state.lanes["a"].step == 43


def test_eta_is_the_nearer_of_steps_and_minutes(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "made", plan(limits=Limits(minutes=1)))
    history = RunHistory(folder)
    append(folder.lane_records("a"), *_lane_story("a", fails=False)[:14])
    history.refresh()
    eta_s = history.state().lanes["a"].eta_s
    assert eta_s == pytest.approx((100 - 83) / 100)
    assert history.state().lanes["b"].eta_s is None


def test_memory_is_bounded_over_half_a_million_records(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "made")
    history = RunHistory(folder)
    append(folder.lane_records("a"), *_lane_story("a", fails=False)[:6])
    history.refresh()
    bulk: list[LaneRecord] = [_progress(number, number / 10) for number in range(1000)]
    for _ in range(480):
        for record in bulk:
            history._fold.take_lane_record("a", record)
    told: list[Record] = [_progress(number, number / 10) for number in range(20_000)]
    told += [Validation(t=1.0, step=n, epoch=n, seconds=0.1, metrics={"loss": 1.0}) for n in range(1000)]
    told += [Paused(t=1.0, step=number) for number in range(1000)]
    append(folder.lane_records("a"), *told[:-500])
    history.refresh()
    append(folder.lane_records("a"), *told)
    tracemalloc.start()
    history.refresh()
    grown_bytes, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown_bytes < 20 * len(told)  # whatever kept each record would take several times as much
    state = history.state()
    lane = state.lanes["a"]
    assert len(lane.loss_series) <= CAPACITY + KEPT_NEWEST + 1
    assert len(lane.validation) == KEPT_VALIDATIONS
    assert len(state.events) == KEPT_EVENTS


def test_metrics_are_bounded_in_number(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "made")
    for number in range(50):
        record = _progress(number, float(number))
        append(
            folder.lane_records("a"),
            Progress(
                t=record.t,
                step=number,
                samples=1,
                epoch=1,
                epoch_step=1,
                steps=1,
                span_s=0.0,
                metrics={f"m{number}": 1.0},
            ),
        )
    history = RunHistory(folder)
    history.refresh()
    assert len(history.state().lanes["a"].metric_series) == KEPT_METRICS


def test_folder_without_a_plan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="not a plan"):
        RunHistory(RunFolder(tmp_path))
