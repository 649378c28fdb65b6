"""Whatever a run's records tell, each finite value of them is in every export once, and nothing else is."""

from __future__ import annotations

import csv
import io
import math
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.event_file_reading import scalars_below, single
from tests.unit.made_runs import append, made_run
from training.export.run_event_files import RunEventFiles
from training.export.series import Row, run_series
from training.export.series_csv import write_series as write_csv
from training.export.series_parquet import write_series as write_parquet
from training.plan import LANES, Lane
from training.record.device_records import DeviceReading, LaneReading, Sample
from training.record.event_records import Began
from training.record.lane_records import Progress, Validation
from training.record.run_folder import RunFolder

BEGAN = Began(0.0, 1.0, "2026-01-02T03:04:05+00:00", "b", "together")
FOLDER_OF: dict[str, str] = {"a": "a-seed-binary", "b": "b-seed-regression", "device": "device"}

NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)
MAYBE = st.none() | NUMBERS
BYTES = st.none() | st.integers(0, 1 << 50)
METRICS = st.dictionaries(st.text("abcxyz_", min_size=1, max_size=8), MAYBE, max_size=3)
GAPS_S = st.integers(1, 5000).map(lambda milliseconds: milliseconds / 1000)

LaneNumbers = Progress | Validation


@st.composite
def of_a_lane(draw: st.DrawFn) -> list[LaneNumbers]:
    """Steps and passes in their order."""
    t, step = 0.0, 0
    records: list[LaneNumbers] = []
    for _ in range(draw(st.integers(0, 5))):
        t += draw(GAPS_S)
        steps = draw(st.integers(1, 50))
        step += steps
        if draw(st.booleans()):
            records.append(Validation(t, step, 1, 0.1, draw(METRICS)))
            continue
        span_s = draw(st.just(0.0) | st.floats(1e-3, 10))
        loss, nonfinite = draw(MAYBE), draw(st.integers(0, 2))
        records.append(
            Progress(t, step, step, 1, step, steps, span_s, loss, metrics=draw(METRICS), nonfinite=nonfinite)
        )
    return records


READINGS = st.builds(
    LaneReading, pid=st.just(1), memory_bytes=BYTES, sm_percent=MAYBE, cpu_percent=MAYBE, rss_bytes=BYTES
)
DEVICES = st.builds(
    DeviceReading, memory_used_bytes=BYTES, utilization_percent=MAYBE, power_w=MAYBE, sm_active_percent=MAYBE
)


@st.composite
def of_the_device(draw: st.DrawFn) -> list[Sample]:
    """Samples in their order."""
    t = 0.0
    records: list[Sample] = []
    for _ in range(draw(st.integers(0, 4))):
        t += draw(GAPS_S)
        lanes = draw(st.dictionaries(st.sampled_from(LANES), READINGS))
        records.append(Sample(t=t, device=draw(DEVICES), lanes=lanes))
    return records


def told_by_lane(record: LaneNumbers) -> dict[str, float | None]:
    """Its values, said once more in another way."""
    if isinstance(record, Validation):
        return {f"validation:{name}": value for name, value in record.metrics.items()}
    rate = record.steps / record.span_s if record.span_s else None
    metrics = {f"metric:{name}": value for name, value in record.metrics.items()}
    return {"loss": record.loss, "steps_per_s": rate, **metrics}


def told_by_sample(sample: Sample) -> Iterator[tuple[str, str, float]]:
    """Whose, what, value; of those that are known."""
    for lane, reading in sample.lanes.items():
        for name in ("memory_bytes", "sm_percent", "cpu_percent", "rss_bytes"):
            if (value := getattr(reading, name)) is not None:
                yield lane, name, value
    for name in ("memory_used_bytes", "utilization_percent", "power_w", "sm_active_percent"):
        if (value := getattr(sample.device, name)) is not None:
            yield "device", name, value


def expected_rows(lanes: dict[Lane, list[LaneNumbers]], samples: list[Sample]) -> list[Row]:
    """In any order."""
    rows: list[Row] = []
    for lane, records in lanes.items():
        for record in records:
            if isinstance(record, Progress):
                rows.append((record.t, lane, "step", record.step))
            told = told_by_lane(record)
            rows += [(record.t, lane, what, value) for what, value in told.items() if value is not None]
    for sample in samples:
        rows += [(sample.t, whose, what, value) for whose, what, value in told_by_sample(sample)]
    return rows


def expected_scalars(
    lanes: dict[Lane, list[LaneNumbers]], samples: list[Sample]
) -> Counter[tuple[str, str, int, float]]:
    """Folder, tag, step, value."""
    found: Counter[tuple[str, str, int, float]] = Counter()
    for lane, records in lanes.items():
        for record in records:
            for what, value in told_by_lane(record).items():
                if value is not None:
                    found[FOLDER_OF[lane], what.replace(":", "/"), record.step, single(value)] += 1
    for sample in samples:
        for whose, what, value in told_by_sample(sample):
            found[FOLDER_OF[whose], f"device/{what}", round(sample.t * 1000), single(value)] += 1
    return found


def written_run(path: Path, lanes: dict[Lane, list[LaneNumbers]], samples: list[Sample]) -> RunFolder:
    folder = made_run(path)
    append(folder.events, BEGAN)
    for lane, records in lanes.items():
        append(folder.lane_records(lane), *records)
    append(folder.device, *samples)
    return folder


@settings(max_examples=50, deadline=None)
@given(of_a_lane(), of_a_lane(), of_the_device())
def test_every_finite_value_is_there_once(
    a: list[LaneNumbers], b: list[LaneNumbers], samples: list[Sample]
) -> None:
    lanes: dict[Lane, list[LaneNumbers]] = {"a": a, "b": b}
    rows = expected_rows(lanes, samples)
    with tempfile.TemporaryDirectory() as place:
        folder = written_run(Path(place) / "made", lanes, samples)

        text = io.StringIO()
        write_csv(run_series(folder), text)
        as_text = Counter((f"{t:.3f}", whose, what, f"{value:.12g}") for t, whose, what, value in rows)
        told = list(csv.reader(io.StringIO(text.getvalue())))[1:]
        assert Counter(tuple(row) for row in told) == as_text

        table = io.BytesIO()
        write_parquet(run_series(folder), table)
        read = pyarrow.parquet.read_table(io.BytesIO(table.getvalue())).to_pylist()
        assert Counter(tuple(row.values()) for row in read) == Counter(rows)

        files = RunEventFiles(folder, Path(place) / "logs")
        files.update()
        files.finish()
        if files.is_empty:
            assert not expected_scalars(lanes, samples)
            return
        scalars = Counter(
            (name, tag, one.step, one.value)
            for name, tags in scalars_below(Path(place) / "logs").items()
            for tag, found in tags.items()
            for one in found
            if not math.isnan(one.value)
        )
        assert scalars == expected_scalars(lanes, samples)
