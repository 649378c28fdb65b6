"""A run as event files, read back by TensorBoard: every value once, at its step and its wall time, lane over lane."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path

import pytest
from msgspec import structs

from tests.unit.event_file_reading import Scalar, Tags, scalars_below, scalars_in, single, view_of
from tests.unit.made_contention import measured_run
from tests.unit.made_runs import append, made_run, plan, preset
from training.analysis.history import RunHistory
from training.event_folders import event_files_below
from training.export.event_file import EventFile
from training.export.run_event_files import RunEventFiles
from training.plan import LANES, Lane, LanePlan
from training.record.device_records import DeviceReading, LaneReading, Sample
from training.record.event_records import Began, Joined, LaneEnded, ScalarRead
from training.record.lane_records import LaneRecord, NonFinite, Progress, Validation
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder

WALL = "2026-01-02T03:04:05+00:00"
BEGAN_S = datetime.fromisoformat(WALL).timestamp()
BEGAN = Began(t=0.0, monotonic_s=10.0, wall=WALL, boot_id="b", sharing="together")
FOLDER_OF = {"a": "a-seed-binary", "b": "b-seed-regression"}


def _written(folder: RunFolder, into: Path) -> dict[str, Tags]:
    files = RunEventFiles(folder, into)
    files.update()
    files.finish()
    return scalars_below(into)


def _progress(t: float, step: int, loss: float | None = 0.5, nonfinite: int = 0) -> Progress:
    return Progress(t, step, step, 1, step, 5, 0.0, loss=loss, nonfinite=nonfinite)


def test_each_lanes_values_stand_at_their_steps_and_wall_times(tmp_path: Path) -> None:
    folder = measured_run(tmp_path / "made")
    read = _written(folder, tmp_path / "logs")
    assert set(read) == {*FOLDER_OF.values(), "device", "contention"}
    for lane in LANES:
        reader: TailingReader[LaneRecord] = TailingReader(folder.lane_records(lane), LaneRecord)
        told = list(reader.read_new())
        steps = [record for record in told if isinstance(record, Progress)]
        passes = [record for record in told if isinstance(record, Validation)]
        assert len(steps) > 300
        assert len(passes) > 2
        tags = read[FOLDER_OF[lane]]
        expected = [Scalar(BEGAN_S + one.t, one.step, single(one.loss or 0.0)) for one in steps]
        assert tags["loss"] == expected
        rates = [Scalar(BEGAN_S + one.t, one.step, single(one.steps / one.span_s)) for one in steps]
        assert tags["steps_per_s"] == rates
        assert [one.step for one in tags["metric/accuracy"]] == [one.step for one in steps]
        losses = [
            Scalar(BEGAN_S + one.t, one.step, single(one.metrics["loss"] or math.nan)) for one in passes
        ]
        assert tags["validation/loss"] == losses


def test_the_lanes_device_figures_have_one_tag_so_that_they_are_drawn_over_each_other(tmp_path: Path) -> None:
    folder = measured_run(tmp_path / "made", blocks=1)
    read = _written(folder, tmp_path / "logs")
    reader: TailingReader[Sample] = TailingReader(folder.device, Sample)
    samples = list(reader.read_new())
    for lane in LANES:
        memory = [
            Scalar(BEGAN_S + one.t, round(one.t * 1000), single(one.lanes[lane].memory_bytes or 0))
            for one in samples
        ]
        assert read[FOLDER_OF[lane]]["device/memory_bytes"] == memory
        assert len(read[FOLDER_OF[lane]]["device/cpu_percent"]) == len(samples)
    assert set(read["device"]) == {"device/memory_used_bytes", "device/utilization_percent"}
    assert {one.value for one in read["device"]["device/utilization_percent"]} == {88.0}


def test_each_block_that_counts_tells_slowdowns_stp_and_speed_up(tmp_path: Path) -> None:
    folder = measured_run(tmp_path / "made", blocks=4, disturbed=1)
    read = _written(folder, tmp_path / "logs")
    for lane, slowed in (("a", 1.31), ("b", 1.58)):
        told = read[FOLDER_OF[lane]]["contention/slowdown"]
        assert [one.value for one in told] == pytest.approx([slowed] * 4, rel=0.02)
    assert set(read["contention"]) == {"contention/stp", "contention/speedup"}
    assert len(read["contention"]["contention/stp"]) == 4
    history = RunHistory(folder)
    history.refresh()
    points = history.state().contention.points
    assert read["contention"]["contention/speedup"] == [
        Scalar(BEGAN_S + point.t, round(point.t * 1000), single(point.speedup or 0.0)) for point in points
    ]


def test_the_steps_of_every_tag_grow_or_tensorboard_would_show_fewer(tmp_path: Path) -> None:
    for tags in _written(measured_run(tmp_path / "made"), tmp_path / "logs").values():
        for told in tags.values():
            steps = [one.step for one in told]
            assert steps == sorted(set(steps))


def test_what_a_script_writes_itself_stands_at_the_step_that_it_names(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "made")
    append(
        folder.events,
        BEGAN,
        ScalarRead(t=2.0, lane="b", name="loss", value=0.5, step=7),
        ScalarRead(t=2.5, lane="b", name="accuracy", value=0.25),
    )
    read = _written(folder, tmp_path / "logs")["b-seed-regression"]
    assert read["written/loss"] == [Scalar(BEGAN_S + 2.0, 7, 0.5)]
    assert read["written/accuracy"] == [Scalar(BEGAN_S + 2.5, 2500, 0.25)]


def test_what_was_no_number_is_nan_and_what_is_not_known_is_not_there(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "made")
    append(folder.events, BEGAN)
    append(
        folder.lane_records("a"),
        _progress(1.0, 5),
        NonFinite(1.5, 8),
        _progress(2.0, 10, loss=None, nonfinite=5),
        _progress(3.0, 15, loss=None),
        Validation(4.0, 15, 1, 0.1, {"loss": None, "accuracy": 0.25}),
    )
    append(folder.device, Sample(t=0.5, device=DeviceReading(power_w=70.0)))
    read = _written(folder, tmp_path / "logs")
    assert set(read) == {"a-seed-binary", "device"}
    losses = read["a-seed-binary"]["loss"]
    assert [one.step for one in losses] == [5, 10]
    assert losses[0].value == 0.5
    assert math.isnan(losses[1].value)
    assert math.isnan(read["a-seed-binary"]["validation/loss"][0].value)
    assert read["a-seed-binary"]["validation/accuracy"] == [Scalar(BEGAN_S + 4.0, 15, 0.25)]
    assert read["device"] == {"device/power_w": [Scalar(BEGAN_S + 0.5, 500, 70.0)]}


def test_beyond_single_precision_is_infinity_and_beyond_any_training_is_left_out(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "made")
    append(folder.events, BEGAN)
    append(
        folder.lane_records("a"),
        _progress(1.0, 5, loss=1e300),
        _progress(1e300, 6),
        _progress(-1.0, 7),
        _progress(2.0, -7),
        _progress(2.0, 2**63),
    )
    assert _written(folder, tmp_path / "logs")["a-seed-binary"] == {
        "loss": [Scalar(BEGAN_S + 1.0, 5, math.inf)]
    }


def test_no_name_leads_out_of_the_folder_or_steers_a_terminal(tmp_path: Path) -> None:
    made = plan("made")
    lanes: dict[Lane, LanePlan] = {
        "a": LanePlan("../../up\n\x1b[2J" + "x" * 300, "file", preset()),
        "b": made.lanes["b"],
    }
    folder = made_run(tmp_path / "made", structs.replace(made, lanes=lanes))
    append(folder.events, BEGAN)
    metrics: dict[str, float | None] = {"a\x1b[2J/b": 1.0, "m" * 300: 2.0}
    append(folder.lane_records("a"), Progress(1.0, 5, 5, 1, 5, 5, 0.0, metrics=metrics))
    read = _written(folder, tmp_path / "deep" / "logs")
    (name,) = read
    assert name.startswith("a-.._.._up__")
    assert len(name.encode()) < 255
    assert set(read[name]) == {"metric/a\\x1b[2J/b", f"metric/{'m' * 59}…"}
    assert not [path for path in tmp_path.rglob("*tfevents*") if path.parent.parent.name != "logs"]


def test_a_run_that_told_nothing_has_no_files(tmp_path: Path) -> None:
    files = RunEventFiles(made_run(tmp_path / "made"), tmp_path / "logs")
    files.update()
    files.finish()
    assert files.is_empty
    assert not (tmp_path / "logs").exists()


def test_an_event_file_is_never_written_over(tmp_path: Path) -> None:
    EventFile(tmp_path / "events", 1.0).close()
    with pytest.raises(FileExistsError):
        EventFile(tmp_path / "events", 1.0)


def test_tensorboards_own_view_of_a_folder(tmp_path: Path) -> None:
    folder = measured_run(tmp_path / "made", blocks=1)
    _written(folder, tmp_path / "logs")
    seen = view_of(tmp_path / "logs" / "b-seed-regression")
    assert {"loss", "steps_per_s", "metric/accuracy", "device/memory_bytes"} <= set(seen.Tags()["scalars"])
    assert seen.FirstEventTimestamp() == BEGAN_S
    assert len(seen.Scalars("loss")) == len(scalars_in(tmp_path / "logs" / "b-seed-regression")["loss"])


class TestWhoJoins:
    """Lane b has two trainings, one after the other."""

    SECOND = LanePlan("second", "shipped", preset())
    THIRD = LanePlan("second", "shipped", preset())  # of one name: their folders must differ all the same
    TAKES_ITS_PLACE = Joined(31.0, "b", THIRD, "", "second", SECOND, "b-1.jsonl")

    def _made(self, path: Path) -> RunFolder:
        made = plan("made")
        folder = made_run(path, structs.replace(made, lanes={**made.lanes, "b": self.SECOND}))
        append(folder.events, BEGAN)
        return folder

    def _before(self, folder: RunFolder) -> None:
        append(folder.lane_records("b"), _progress(10.0, 5), _progress(20.0, 10))
        append(folder.device, Sample(10.0, DeviceReading(), {"b": LaneReading(1, 100)}))

    def _joins(self, folder: RunFolder) -> None:
        append(folder.events, LaneEnded(30.0, "b", "completed", 0))
        folder.lane_records("b").rename(folder.path / "b-1.jsonl")
        append(folder.events, self.TAKES_ITS_PLACE)

    def _after(self, folder: RunFolder) -> None:
        append(folder.lane_records("b"), _progress(40.0, 3), _progress(50.0, 6))
        append(folder.device, Sample(40.0, DeviceReading(), {"b": LaneReading(2, 200)}))

    def _check(self, read: dict[str, Tags]) -> None:
        assert set(read) == {"b-second", "b2-second"}
        assert [one.step for one in read["b-second"]["loss"]] == [5, 10]
        assert [one.step for one in read["b2-second"]["loss"]] == [3, 6]
        assert [one.value for one in read["b-second"]["device/memory_bytes"]] == [100.0]
        assert [one.value for one in read["b2-second"]["device/memory_bytes"]] == [200.0]

    def test_has_a_folder_of_its_own(self, tmp_path: Path) -> None:
        folder = self._made(tmp_path / "made")
        self._before(folder)
        self._joins(folder)
        self._after(folder)
        self._check(_written(folder, tmp_path / "logs"))

    @pytest.mark.parametrize("looks", range(8))
    def test_whenever_one_looks(self, tmp_path: Path, looks: int) -> None:
        folder = self._made(tmp_path / "made")
        files = RunEventFiles(folder, tmp_path / "logs")
        for number, goes_on in enumerate((self._before, self._joins, self._after)):
            goes_on(folder)
            if looks >> number & 1:
                files.update()
        files.update()
        files.finish()
        self._check(scalars_below(tmp_path / "logs"))


@pytest.mark.parametrize("bytes_at_once", [997, 20_011, 1 << 20])
def test_a_run_that_grows_is_written_as_one_that_is_over(tmp_path: Path, bytes_at_once: int) -> None:
    whole = measured_run(tmp_path / "whole" / "made", blocks=2)
    grown = made_run(tmp_path / "grown" / "made")
    files: RunEventFiles | None = None
    names = ("events.jsonl", "a.jsonl", "b.jsonl", "device.jsonl")
    contents = {name: (whole.path / name).read_bytes() for name in names}
    for begin in range(0, max(map(len, contents.values())), bytes_at_once):
        for name in names:
            with (grown.path / name).open("ab") as file:
                file.write(contents[name][begin : begin + bytes_at_once])
        files = files or RunEventFiles(grown, tmp_path / "grown-logs")
        files.update()
    assert files is not None
    files.finish()
    told, expected = scalars_below(tmp_path / "grown-logs"), _written(whole, tmp_path / "whole-logs")
    # each block is told as it was known when the next one began
    assert [len(one) for one in told["contention"].values()] == [2, 2]
    for tags in (*told.values(), *expected.values()):
        tags.pop("contention/slowdown", None)
    del told["contention"], expected["contention"]
    assert told == expected


def test_readers_see_what_was_written_before_the_end(tmp_path: Path) -> None:
    folder = measured_run(tmp_path / "made", blocks=3)
    files = RunEventFiles(folder, tmp_path / "logs")
    files.update()
    read = scalars_below(tmp_path / "logs")
    assert len(read["a-seed-binary"]["loss"]) > 100
    assert len(read["contention"]["contention/stp"]) == 2  # the last may still change
    files.finish()
    assert len(scalars_below(tmp_path / "logs")["contention"]["contention/stp"]) == 3
    assert {path.name for path in event_files_below(tmp_path / "logs")} == {files.file_name}
    assert f"{int(BEGAN_S)}.made" in files.file_name
