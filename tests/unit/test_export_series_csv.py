"""The series as a table: every value of the records once, in order of time, and nothing that is not known."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import pytest

from tests.unit.made_contention import measured_run
from tests.unit.made_runs import append, made_run
from training.analysis.contention_state import BlockPoint
from training.analysis.history import RunHistory
from training.export.series import Row, series_rows
from training.export.series_csv import write_series
from training.plan import LANES
from training.record.device_records import DeviceReading, LaneReading, Sample
from training.record.event_records import ScalarRead
from training.record.lane_records import LaneRecord, Progress, Validation
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder


def _rows(folder: RunFolder) -> list[Row]:
    history = RunHistory(folder)
    history.refresh()
    return list(series_rows(folder, LANES, history.state().contention.points))


def test_every_progress_record_has_its_rows_at_its_time(tmp_path: Path) -> None:
    folder = measured_run(tmp_path / "made")
    rows = _rows(folder)
    reader: TailingReader[LaneRecord] = TailingReader(folder.lane_records("a"), LaneRecord)
    told = [record for record in reader.read_new() if isinstance(record, Progress)]
    values: dict[str, list[float | None]] = {
        "step": [record.step for record in told],
        "loss": [record.loss for record in told],
        "steps_per_s": [record.steps / record.span_s for record in told],
    }
    times = [record.t for record in told]
    for what, expected in values.items():
        found = [(row[0], row[3]) for row in rows if row[1:3] == ("a", what)]
        assert found == list(zip(times, expected, strict=True))
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


def test_each_block_has_a_slowdown_of_each_lane_and_one_stp(tmp_path: Path) -> None:
    rows = _rows(measured_run(tmp_path / "made", blocks=4, disturbed=1))
    for lane, slowed in (("a", 1.31), ("b", 1.58)):
        told = [value for _, who, what, value in rows if (who, what) == (lane, "slowdown")]
        assert told == pytest.approx([slowed] * 4, rel=0.02)
    assert sum(what == "stp" for _, _, what, _ in rows) == 4


def test_what_is_not_known_has_no_row(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "made")
    append(
        folder.lane_records("a"),
        Progress(t=1.0, step=5, samples=5, epoch=1, epoch_step=5, steps=5, span_s=0.0, metrics={"acc": None}),
        Validation(t=2.0, step=5, epoch=1, seconds=0.1, metrics={"loss": 0.5}),
    )
    append(
        folder.device,
        Sample(t=0.5, device=DeviceReading(power_w=70.0), lanes={"a": LaneReading(1, sm_percent=0.0)}),
    )
    point = BlockPoint(0, 3.0, {"a": 1.5, "b": math.inf}, 1.2)
    assert list(series_rows(folder, LANES, [point])) == [
        (0.5, "a", "sm_percent", 0.0),
        (0.5, "device", "power_w", 70.0),
        (1.0, "a", "step", 5),
        (2.0, "a", "validation:loss", 0.5),
        (3.0, "a", "slowdown", 1.5),
        (3.0, "both", "stp", 1.2),
    ]


def test_what_a_script_writes_itself_is_told_as_written(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "made")
    append(
        folder.events,
        ScalarRead(t=2.0, lane="b", name="loss", value=0.5, step=7),
        ScalarRead(t=1.5, lane="a", name="epoch_acc", value=0.25),
        ScalarRead(t=3.0, lane="b", name="loss", value=0.25, step=8),
    )
    assert list(series_rows(folder, LANES, [])) == [
        (1.5, "a", "written:epoch_acc", 0.25),
        (2.0, "b", "written:loss", 0.5),
        (3.0, "b", "written:loss", 0.25),
    ]


def test_a_spreadsheet_reads_no_name_as_a_formula(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "made")
    metrics: dict[str, float | None] = {'=HYPERLINK("x")\n,\x1b[2J': 1.0}
    append(
        folder.lane_records("b"),
        Progress(t=1.0, step=5, samples=5, epoch=1, epoch_step=5, steps=5, span_s=0.1, metrics=metrics),
    )
    file = io.StringIO()
    write_series(_rows(folder), file)
    told = list(csv.reader(io.StringIO(file.getvalue())))
    assert told[0] == ["t_s", "lane", "what", "value"]
    assert all(len(row) == 4 for row in told)
    assert told[-1] == ["1.000", "b", 'metric:=HYPERLINK("x")\\n,\\x1b[2J', "1"]


def test_numbers_keep_their_figures(tmp_path: Path) -> None:
    file = io.StringIO()
    write_series([(1.23456, "a", "memory_bytes", 25_769_803_776), (2.0, "a", "loss", 1.5e-9)], file)
    assert file.getvalue() == "t_s,lane,what,value\n1.235,a,memory_bytes,25769803776\n2.000,a,loss,1.5e-09\n"
