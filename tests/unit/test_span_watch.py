"""Which samples speak of a span, who was on the device before, what the machine swapped and its host took since."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest

from training.record.device_records import DeviceReading, LaneReading, OtherReading, Sample
from training.supervisor.machine_counters import MachineCounters, read_machine_counters
from training.supervisor.span_watch import SpanWatch


class Machine:
    """Samples and a swap count, as the test sets them."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self.swapped: int | None = 100
        self.stolen_s: float | None = 50.0
        self.cpus = 2
        self.now_s = 1000.0

    def between(self, since_s: float, until_s: float) -> Sequence[Sample]:
        return [sample for sample in self.samples if since_s <= sample.t <= until_s]

    def watch(self, kind: Literal["cpu", "gpu"] = "cpu") -> SpanWatch:
        return SpanWatch(self.between, kind=kind, cores=lambda: 2.0, counters=self.counters)

    def counters(self) -> MachineCounters:
        return MachineCounters(self.now_s, self.swapped, self.stolen_s, self.cpus)

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
        assert swapped_in_pages(tmp_path) is None
        (tmp_path / "proc").mkdir()
        told = tmp_path / "proc" / "vmstat"
        told.write_text("pgpgin 7\npswpin 1234\npswpout 5\n")
        assert swapped_in_pages(tmp_path) == 1234
        for damaged in ("", "pswpout 5\n", "pswpin many\n", "pswpin -4\n", "pswpin \n"):
            told.write_text(damaged)
            assert swapped_in_pages(tmp_path) is None


def swapped_in_pages(root: Path) -> int | None:
    return read_machine_counters(root).swapped_in_pages


class TestStolenTime:
    def test_since_the_span_began_disturbs_it(self) -> None:
        machine = Machine()
        watch = machine.watch()
        watch.begin()
        machine.now_s += 10.0
        machine.stolen_s = 52.0
        assert watch.disturbances(0.0, 10.0) == ()
        machine.stolen_s = 58.0
        told = ("the machine's host took CPU time (0.8 of 2 cores)",)
        assert watch.disturbances(0.0, 10.0) == told
        watch.begin()
        machine.now_s += 10.0
        assert watch.disturbances(10.0, 20.0) == ()

    def test_of_a_quota_is_its_share_of_what_all_cpus_lost(self) -> None:
        machine = Machine()
        machine.cpus = 64
        watch = machine.watch()
        watch.begin()
        machine.now_s, machine.stolen_s = machine.now_s + 1.0, 54.0
        assert watch.disturbances(0.0, 1.0) == ()

    def test_is_no_disturbance_of_a_gpu(self) -> None:
        machine = Machine()
        watch = machine.watch("gpu")
        watch.begin()
        machine.now_s, machine.stolen_s = machine.now_s + 1.0, 52.0
        assert watch.disturbances(0.0, 1.0) == ()

    @pytest.mark.parametrize("before", [None, 50.0])
    def test_is_not_known_where_the_machine_does_not_tell(self, before: float | None) -> None:
        machine = Machine()
        watch = machine.watch()
        machine.stolen_s = before
        watch.begin()
        machine.now_s += 1.0
        machine.stolen_s = None if before else 90.0
        assert watch.disturbances(0.0, 1.0) == ()

    def test_is_read_from_the_kernel(self, tmp_path: Path) -> None:
        assert read_machine_counters(tmp_path).stolen_cpu_s is None
        (tmp_path / "proc").mkdir()
        told = tmp_path / "proc" / "stat"
        ticks = os.sysconf("SC_CLK_TCK")
        cpus = sorted(os.sched_getaffinity(0))
        others = f"cpu  9 8 7 6 5 4 3 1 0 0\ncpu{cpus[-1] + 1} 9 8 7 6 5 4 3 {99 * ticks} 0 0\n"
        told.write_text(others + "".join(f"cpu{n} 9 8 7 6 5 4 3 {2 * ticks} 0 0\n" for n in cpus))
        found = read_machine_counters(tmp_path)
        assert (found.stolen_cpu_s, found.cpus) == (2.0 * len(cpus), len(cpus))
        for damaged in ("", others, f"cpu{cpus[0]} 1 2 3\n", f"cpu{cpus[0]} 9 8 7 6 5 4 3 many 0 0\n"):
            told.write_text(damaged)
            assert read_machine_counters(tmp_path).stolen_cpu_s is None

    def test_counts_by_a_clock(self, tmp_path: Path) -> None:
        assert read_machine_counters(tmp_path, lambda: 7.0).at_s == 7.0


def test_clock_is_the_spans_median() -> None:
    machine = Machine()
    for t, clock in ((1.0, 500), (2.0, 1000), (3.0, 1500), (9.0, 2000)):
        machine.on_gpu(t, clock_mhz=clock)
    assert machine.watch("gpu").sm_clock_mhz(0.5, 3.5) == 1000
    assert machine.watch("gpu").sm_clock_mhz(4.0, 5.0) is None
