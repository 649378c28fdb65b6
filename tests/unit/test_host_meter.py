"""The host meter over real child processes; every wait is for a condition."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from training.meters.host import HostMeter
from training.meters.meter import LaneProcess, Meter, MeterError
from training.meters.process_tree import LaneTrees
from training.record.device_records import Sample

MIB = 1 << 20
BURN = "print('up', flush=True)\nwhile True: pass"
IDLE = "import sys\nprint('up', flush=True)\nsys.stdin.read()"


@contextmanager
def child(code: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "up"
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def meter() -> Iterator[HostMeter]:
    host = HostMeter()
    host.open()
    yield host
    host.close()


def sample_until(
    meter: HostMeter, pid: int, wanted: Callable[[Sample], bool], *, within_s: float = 30.0
) -> Sample:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        sample = meter.sample(time.monotonic(), {"a": LaneProcess(pid)})
        if wanted(sample):
            return sample
        time.sleep(0.02)
    raise AssertionError("the meter never showed it")


def test_it_is_a_meter(meter: HostMeter) -> None:
    as_meter: Meter = meter
    assert as_meter.source(1.0).cores == pytest.approx(meter.source(1.0).cores)


def test_the_first_sample_knows_no_cpu_share_and_says_pending(meter: HostMeter) -> None:
    with child(BURN) as process:
        reading = meter.sample(0.0, {"a": LaneProcess(process.pid)}).lanes["a"]
        assert reading.cpu_percent is None
        assert meter.source(0.0).figures["lanes.cpu_percent"].state == "pending"


def test_a_busy_child_shows_as_cpu_of_one_core(meter: HostMeter) -> None:
    with child(BURN) as process:
        sample = sample_until(meter, process.pid, lambda s: (s.lanes["a"].cpu_percent or 0) > 10)
        cpu_percent = sample.lanes["a"].cpu_percent
        assert cpu_percent is not None
        assert cpu_percent < 130  # one thread; a tick may fall on either side
        assert sample.device.utilization_percent is not None
        assert 0 < sample.device.utilization_percent <= 100
        assert sample.seconds > 0
        assert meter.source(1.0).figures["lanes.cpu_percent"].state == "value"


def test_memory_of_a_lane_is_its_rss(meter: HostMeter) -> None:
    with child(f"keep = b'x' * {64 * MIB}\n{IDLE}") as process:
        sample = meter.sample(0.0, {"a": LaneProcess(process.pid)})
        reading = sample.lanes["a"]
        assert reading.rss_bytes is not None
        assert reading.rss_bytes > 64 * MIB
        assert reading.memory_bytes == reading.rss_bytes
        assert sample.device.memory_total_bytes is not None
        assert sample.device.memory_used_bytes is not None
        assert sample.device.memory_used_bytes <= sample.device.memory_total_bytes


def test_grandchildren_count_and_their_end_makes_nothing_negative(meter: HostMeter) -> None:
    code = (
        "import subprocess, sys\n"
        'inner = \'import subprocess, sys\\nsubprocess.run([sys.executable, "-c", "while True: pass"])\'\n'
        "p = subprocess.Popen([sys.executable, '-c', inner], start_new_session=True)\n"
        "print('up', flush=True)\n"
        "sys.stdin.readline()\n"
        "import os, signal\n"
        "os.killpg(p.pid, signal.SIGKILL)\n"
        "p.wait()\n"
        "sys.stdin.read()\n"
    )
    with child(code) as process:
        sample_until(meter, process.pid, lambda s: (s.lanes["a"].cpu_percent or 0) > 10)
        assert process.stdin is not None
        process.stdin.write("end them\n")
        process.stdin.flush()

        def quiet(sample: Sample) -> bool:
            cpu_percent = sample.lanes["a"].cpu_percent
            assert cpu_percent is not None
            assert cpu_percent >= 0
            return cpu_percent < 5

        sample_until(meter, process.pid, quiet)


def test_a_lane_whose_process_has_ended_is_absent(meter: HostMeter) -> None:
    with child(IDLE) as gone, child(IDLE) as stays:
        assert set(meter.sample(0.0, {"a": LaneProcess(gone.pid), "b": LaneProcess(stays.pid)}).lanes) == {
            "a",
            "b",
        }
        gone.kill()  # not waited for: a zombie trains nothing either
        deadline = time.monotonic() + 20
        while "a" in (
            lanes := meter.sample(1.0, {"a": LaneProcess(gone.pid), "b": LaneProcess(stays.pid)}).lanes
        ):
            assert time.monotonic() < deadline
        assert set(lanes) == {"b"}
        gone.wait()
        assert set(meter.sample(2.0, {"a": LaneProcess(gone.pid), "b": LaneProcess(stays.pid)}).lanes) == {
            "b"
        }


def test_a_lane_may_join_and_take_the_place_of_another(meter: HostMeter) -> None:
    with child(IDLE) as first, child(IDLE) as second:
        assert meter.sample(0.0, {"a": LaneProcess(first.pid)}).lanes["a"].pid == first.pid
        assert meter.sample(1.0, {"a": LaneProcess(second.pid)}).lanes["a"].pid == second.pid
        assert meter.sample(2.0, {}).lanes == {}


def test_a_pid_nobody_has_is_absent(meter: HostMeter) -> None:
    assert meter.sample(0.0, {"a": LaneProcess(2**22 + 1)}).lanes == {}


def test_every_figure_of_a_sample_has_a_source(meter: HostMeter) -> None:
    source = meter.source(3.0)
    assert source.t == 3.0
    assert source.cores is not None
    sample = meter.sample(0.0, {})
    named = {f"device.{field}" for field in sample.device.__struct_fields__}
    named |= {f"lanes.{field}" for field in ("memory_bytes", "sm_percent", "cpu_percent", "rss_bytes")}
    assert named == set(source.figures)
    for name in ("lanes.sm_percent", "device.power_w", "device.energy_j"):
        assert source.figures[name].state == "unsupported"
        assert source.figures[name].reason


def test_source_is_the_same_while_nothing_changes(meter: HostMeter) -> None:
    with child(BURN) as process:
        sample_until(meter, process.pid, lambda s: s.lanes["a"].cpu_percent is not None)
        assert meter.source(5.0) == meter.source(5.0)


def test_a_meter_that_is_not_open_says_so() -> None:
    host = HostMeter()
    with pytest.raises(MeterError, match="not open"):
        host.sample(0.0, {})
    with pytest.raises(MeterError, match="not open"):
        host.source(0.0)


def test_readings_closer_than_a_few_ticks_keep_the_last_share() -> None:
    now = 100.0
    trees = LaneTrees(clock=lambda: now)
    with child(BURN) as process:
        assert trees.read({"a": process.pid})["a"].cpu_percent is None
        now += 1.0
        first = trees.read({"a": process.pid})["a"].cpu_percent
        now += 0.001
        assert trees.read({"a": process.pid})["a"].cpu_percent == first
