"""Which samples speak of a span, who was on the device before, and what the machine swapped since."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest

from training.record.device_records import DeviceReading, LaneReading, OtherReading, Sample
from training.supervisor.span_watch import SpanWatch, pages_swapped_in


class Machine:
    """Samples and a swap count, as the test sets them."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self.swapped: int | None = 100

    def between(self, since_s: float, until_s: float) -> Sequence[Sample]:
        return [sample for sample in self.samples if since_s <= sample.t <= until_s]

    def watch(self, kind: Literal["cpu", "gpu"] = "cpu") -> SpanWatch:
        return SpanWatch(self.between, kind=kind, cores=lambda: 2.0, swapped_in=lambda: self.swapped)

    def busy(self, t: float, others_percent: float) -> None:
        lanes = {"a": LaneReading(1, cpu_percent=50.0)}
        reading = DeviceReading(utilization_percent=25.0 + others_percent)
        self.samples.append(Sample(t, reading, lanes))  # type: ignore[arg-type]

    def on_gpu(self, t: float, *pids: int, clock_mhz: int = 1000, known: bool = True) -> None:
        others = tuple(OtherReading(pid) for pid in pids) if known else None
        self.samples.append(Sample(t, DeviceReading(sm_clock_mhz=clock_mhz), {}, others))


class TestSamples:
    def test_of_the_span_speak_and_others_do_not(self) -> None:
        machine = Machine()
        watch = machine.watch()
        for t, others in ((9.9, 70.0), (10.5, 0.0), (11.0, 0.0), (12.1, 70.0)):
            machine.busy(t, others)
        watch.begin()
        assert watch.disturbances(10.0, 12.0) == ()
        assert watch.disturbances(10.0, 12.2) != ()

    def test_that_come_right_after_the_beginning_are_of_the_time_before(self) -> None:
        machine = Machine()
        machine.busy(10.2, 70.0)
        machine.busy(10.7, 0.0)
        watch = machine.watch()
        watch.begin()
        assert watch.disturbances(10.0, 11.0) == ()


class TestStrangers:
    def test_of_the_first_span_disturb_nobody_and_later_ones_do(self) -> None:
        machine = Machine()
        watch = machine.watch("gpu")
        machine.on_gpu(1.0, 42)
        assert watch.disturbances(0.0, 2.0) == ()
        machine.on_gpu(3.0, 42)
        assert watch.disturbances(2.0, 4.0) == ()
        machine.on_gpu(5.0, 42, 43)
        assert watch.disturbances(4.0, 6.0) == ("another process came to the device",)
        machine.on_gpu(7.0, 43)
        assert watch.disturbances(6.0, 8.0) == ("another process came to the device",)

    def test_are_not_decided_on_by_a_span_without_samples(self) -> None:
        machine = Machine()
        watch = machine.watch("gpu")
        assert watch.disturbances(0.0, 1.0) == ()
        machine.on_gpu(2.0, 42)
        assert watch.disturbances(1.0, 3.0) == ()

    def test_are_not_decided_on_by_samples_that_do_not_know(self) -> None:
        machine = Machine()
        watch = machine.watch("gpu")
        machine.on_gpu(1.0, known=False)
        assert watch.disturbances(0.0, 2.0) == ()
        machine.on_gpu(3.0, 42)
        assert watch.disturbances(2.0, 4.0) == ()


class TestSwapping:
    def test_since_the_span_began_disturbs_it(self) -> None:
        machine = Machine()
        watch = machine.watch()
        watch.begin()
        assert watch.disturbances(0.0, 1.0) == ()
        machine.swapped = 101
        assert watch.disturbances(0.0, 1.0) == ("the machine was swapping",)
        watch.begin()
        assert watch.disturbances(1.0, 2.0) == ()

    @pytest.mark.parametrize("before", [None, 100])
    def test_is_not_known_where_the_machine_does_not_tell(self, before: int | None) -> None:
        machine = Machine()
        watch = machine.watch()
        machine.swapped = before
        watch.begin()
        machine.swapped = None if before else 200
        assert watch.disturbances(0.0, 1.0) == ()

    def test_is_read_from_the_kernel(self, tmp_path: Path) -> None:
        assert pages_swapped_in(tmp_path) is None
        (tmp_path / "proc").mkdir()
        told = tmp_path / "proc" / "vmstat"
        told.write_text("pgpgin 7\npswpin 1234\npswpout 5\n")
        assert pages_swapped_in(tmp_path) == 1234
        for damaged in ("", "pswpout 5\n", "pswpin many\n", "pswpin -4\n"):
            told.write_text(damaged)
            assert pages_swapped_in(tmp_path) is None


def test_clock_is_the_spans_median() -> None:
    machine = Machine()
    for t, clock in ((1.0, 500), (2.0, 1000), (3.0, 1500), (9.0, 2000)):
        machine.on_gpu(t, clock_mhz=clock)
    assert machine.watch("gpu").sm_clock_mhz(0.5, 3.5) == 1000
    assert machine.watch("gpu").sm_clock_mhz(4.0, 5.0) is None
