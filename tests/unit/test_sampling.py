"""Sampling writes what the meter reads, and a library that does not answer holds up nothing but itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.unit.waiting import wait_for
from training.meters.meter import DeviceLostError, LaneProcess, MeterError
from training.plan import Lane
from training.record.device_records import (
    DeviceReading,
    DeviceRecord,
    Figure,
    LaneReading,
    MeterTrouble,
    OtherReading,
    Sample,
    Source,
)
from training.record.reader import TailingReader
from training.record.writer import RecordWriter
from training.supervisor.sampling import DeviceSampling

ALICE = OtherReading(42, 1 << 30, "python", "alice")
BOB = OtherReading(43, 2 << 30, "python", "bob")


@dataclass
class Clock:
    """Seconds, as the test sets them."""

    s: float = 0.0

    def __call__(self) -> float:
        return self.s


@dataclass
class ScriptedMeter:
    """Answers in turn; what is callable is called, an error is raised, and the last answer stays."""

    answers: list[Sample | Exception | Callable[[], Sample]]
    on_open: Callable[[], None] = lambda: None
    taken: int = 0
    closed: bool = False

    def open(self) -> None:
        self.on_open()

    def source(self, t: float) -> Source:
        return Source(t=t, figures={"lanes.memory_bytes": Figure("nvml", "process")})

    def sample(self, t: float, lanes: Mapping[Lane, LaneProcess]) -> Sample:
        answer = self.answers[min(self.taken, len(self.answers) - 1)]
        self.taken += 1
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Sample) else answer()

    def close(self) -> None:
        self.closed = True


@dataclass
class World:
    """A sampling over a scripted meter, and what it wrote."""

    path: Path
    clock: Clock = field(default_factory=Clock)
    lost: list[str] = field(default_factory=list)
    started: list[DeviceSampling] = field(default_factory=list)
    shared: dict[Lane, Lane] = field(default_factory=dict)
    """Lanes that are metered as another."""

    def begin(
        self, meter: ScriptedMeter, *, wait_for_first_s: float = 30.0, period_s: float = 0.001
    ) -> DeviceSampling:
        """Start it."""

        def opened() -> ScriptedMeter:
            meter.open()
            return meter

        sampling = DeviceSampling(
            opened,
            RecordWriter(self.path, "supervisor"),
            now=self.clock,
            lane_processes=dict,
            device_lost=self.lost.append,
            period_s=period_s,
            library="the NVIDIA library",
            shared=lambda: self.shared,
        )
        sampling.start(wait_for_first_s)
        self.started.append(sampling)
        return sampling

    def told(self) -> list[DeviceRecord]:
        """Everything in the file."""
        reader: TailingReader[DeviceRecord] = TailingReader(self.path, DeviceRecord)
        return list(reader.read_new())

    def samples(self) -> list[Sample]:
        """The samples in the file."""
        return [record for record in self.told() if isinstance(record, Sample)]

    def trouble(self) -> list[str]:
        """What the file says went wrong."""
        return [record.message for record in self.told() if isinstance(record, MeterTrouble)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A file to write to; whatever was started is stopped."""
    world = World(tmp_path / "device.jsonl")
    yield world
    for sampling in world.started:
        sampling.stop()


def _sample(*others: OtherReading, **fields: object) -> Sample:
    return Sample(t=1.0, device=DeviceReading(memory_used_bytes=5), others=others, **fields)  # type: ignore[arg-type]


def test_others_are_written_where_they_changed_and_kept_whole(world: World) -> None:
    meter = ScriptedMeter(
        [
            _sample(ALICE),
            _sample(ALICE),
            _sample(ALICE, BOB),
            _sample(ALICE, BOB),
            _sample(),
            _sample(),
            _sample(BOB),
        ]
    )
    sampling = world.begin(meter)
    wait_for(lambda: len(world.samples()) >= 8)
    written = [sample.others for sample in world.samples()[:8]]
    assert written == [(ALICE,), None, (ALICE, BOB), None, (), (), (BOB,), None]
    assert sampling.latest is not None
    assert sampling.latest.others == (BOB,)
    assert sampling.first is not None
    assert sampling.first.others == (ALICE,)


def test_whose_figures_a_lanes_are_is_told_when_it_changes(world: World) -> None:
    world.shared = {"b": "a"}
    sampling = world.begin(ScriptedMeter([_sample()]))
    wait_for(lambda: len(world.samples()) >= 5)
    world.shared = {}  # the first lane has ended: the process is the other's alone
    taken = len(world.samples())
    wait_for(lambda: len(world.samples()) >= taken + 5)
    sampling.stop()
    told = [set(record.figures) for record in world.told() if isinstance(record, Source)]
    assert told == [{"lanes.memory_bytes", "lanes.b.memory_bytes"}, {"lanes.memory_bytes"}]


def test_a_failed_reading_is_told_and_sampling_goes_on(world: World) -> None:
    meter = ScriptedMeter(
        [MeterError("busy"), MeterError("busy"), *[_sample()] * 20, MeterError("busy"), _sample()]
    )
    world.begin(meter)
    wait_for(lambda: len(world.samples()) >= 21)
    assert world.trouble() == ["busy", "busy"]  # once for two in a row, and again when it was long forgotten
    assert not world.lost


def test_the_newest_sample_that_saw_a_lane_is_kept(world: World) -> None:
    seen = _sample(lanes={"a": LaneReading(7, 99)})
    sampling = world.begin(ScriptedMeter([seen, _sample()]))
    wait_for(lambda: len(world.samples()) >= 3)
    assert sampling.latest_with("a") == seen
    assert sampling.latest_with("b") is None


def test_a_lost_device_ends_sampling(world: World) -> None:
    meter = ScriptedMeter([_sample(), DeviceLostError("GPU is lost")])
    sampling = world.begin(meter)
    wait_for(lambda: meter.closed)
    assert world.lost == ["GPU is lost"]
    wait_for(lambda: not sampling.is_telling)


def test_a_device_lost_before_it_is_open(world: World) -> None:
    def lost() -> None:
        raise DeviceLostError("GPU is lost")

    world.begin(ScriptedMeter([_sample()], on_open=lost))
    wait_for(lambda: world.lost == ["GPU is lost"])


def test_silence_is_told_once_and_so_is_its_end(world: World) -> None:
    goes_on, hangs = threading.Event(), threading.Event()

    def hang() -> Sample:
        hangs.set()
        assert goes_on.wait(60)
        return _sample(BOB)

    sampling = world.begin(ScriptedMeter([_sample(ALICE), hang, _sample(BOB)]))
    assert hangs.wait(60)
    world.clock.s = 2.9
    sampling.look()
    assert not world.trouble()
    assert sampling.is_telling
    world.clock.s = 3.4
    for _ in range(3):
        sampling.look()
    assert world.trouble() == ["the NVIDIA library has not answered for 3 s"]
    assert not sampling.is_telling
    world.clock.s = 8.0
    goes_on.set()
    wait_for(lambda: len(world.samples()) >= 2)
    assert world.trouble()[1:] == ["the NVIDIA library answers again, after 8 s"]
    told = [type(record) for record in world.told()]
    assert told.index(MeterTrouble, told.index(MeterTrouble) + 1) < told.index(Sample, told.index(Sample) + 1)
    assert sampling.is_telling


def test_a_hang_at_opening_is_told_and_holds_up_neither_start_nor_end(world: World) -> None:
    goes_on = threading.Event()

    def hang() -> None:
        assert goes_on.wait(60)

    sampling = world.begin(ScriptedMeter([_sample()], on_open=hang), wait_for_first_s=0)
    world.clock.s = 4.0
    sampling.look()
    assert world.trouble() == ["the NVIDIA library has not answered for 4 s"]
    sampling.stop()  # waits for a hanging call no longer
    assert not world.samples()
    goes_on.set()


def test_a_meter_that_cannot_be_opened_now_is_tried_again(world: World) -> None:
    refusals = [MeterError("the NVIDIA driver did not answer in time")]

    def refuse() -> None:
        if refusals:
            raise refusals.pop()

    world.begin(ScriptedMeter([Sample(t=1.0, device=DeviceReading())], on_open=refuse))
    wait_for(lambda: bool(world.samples()))
    assert world.trouble()[0] == "the NVIDIA driver did not answer in time"


def test_a_fault_of_the_meters_own_is_told_and_sampling_goes_on(world: World) -> None:
    world.begin(ScriptedMeter([KeyError("gone"), Sample(t=1.0, device=DeviceReading())]))
    wait_for(lambda: bool(world.samples()))
    assert world.trouble() == ["the meter failed: KeyError: 'gone'"]


def test_a_sample_that_cannot_be_written_ends_nothing(world: World) -> None:
    others = (OtherReading(7, 1, name="\udcff"),)
    unwritable = Sample(t=1.0, device=DeviceReading(), others=others)
    world.begin(ScriptedMeter([unwritable, Sample(t=2.0, device=DeviceReading())]))
    wait_for(lambda: bool(world.samples()))
    assert "UnicodeEncodeError" in world.trouble()[0]


def test_a_sample_that_is_asked_for_does_not_wait_for_its_time(world: World) -> None:
    meter = ScriptedMeter([_sample()])
    sampling = world.begin(meter, period_s=1000.0)
    taken = meter.taken
    sampling.take_now(within_s=30.0)
    assert meter.taken > taken
    sampling.stop()
    sampling.take_now(within_s=30.0)  # nobody takes one any more


def test_nobody_waits_long_for_a_library_that_does_not_answer(world: World) -> None:
    goes_on = threading.Event()

    def hang() -> Sample:
        goes_on.wait(30)
        return _sample()

    meter = ScriptedMeter([_sample(), hang])
    sampling = world.begin(meter)
    sampling.take_now(within_s=0.01)
    goes_on.set()
    sampling.take_now(within_s=30.0)
    assert meter.taken >= 3
