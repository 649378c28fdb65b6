"""What is told of a GPU, folded into state."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from tests.unit.made_runs import append, made_run, plan
from training.analysis.history import RunHistory
from training.analysis.standing_warnings import standing_warnings
from training.analysis.state import ClockHold, RunState
from training.plan import Lane, PlannedDevice
from training.record.device_records import (
    DeviceReading,
    Figure,
    LaneReading,
    MeterTrouble,
    OtherReading,
    Sample,
    Source,
)
from training.record.event_records import DeviceLost, LaneEnded, MemoryHolder, MpsVerified, SharingChanged
from training.record.lane_records import Built, FrameworkMemory, NoGpu, Progress, Released, Started
from training.record.run_folder import RunFolder
from training.record.tagged import Record

GPU = PlannedDevice("gpu", "A100", "GPU-1", 1000)
UNSUPPORTED = Figure("nvml", "process", "unsupported", "not told")


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run on a GPU that was asked to be under MPS, a second try."""
    made = msgspec.structs.replace(plan("made", sharing="mps"), device=GPU, retry_of="first")
    return made_run(tmp_path / "made", made)


def state_of(folder: RunFolder) -> RunState:
    history = RunHistory(folder)
    history.refresh()
    return history.state()


def built(device: str) -> Built:
    return Built(t=2.0, parameters=1, parameter_bytes=4, batch_size=32, train_samples=1, validation_samples=0,
                 steps_per_epoch=10, device=device)  # fmt: skip


def progress(t: float, samples: int) -> Progress:
    memory = FrameworkMemory(current_bytes=100, peak_bytes=300)
    return Progress(t=t, step=samples // 32, samples=samples, epoch=1, epoch_step=1, steps=1, span_s=0.1,
                    framework_memory=memory)  # fmt: skip


def sample(t: float, **device: object) -> Sample:
    lanes: dict[Lane, LaneReading] = {
        "a": LaneReading(1, memory_bytes=300, sm_percent=40.0, sm_age_s=0.4),
        "b": LaneReading(2, memory_bytes=200, sm_percent=30.0, sm_age_s=5.0),
    }
    reading = msgspec.convert({"memory_used_bytes": 700, "memory_total_bytes": 1000, **device}, DeviceReading)
    return Sample(t=t, device=reading, lanes=lanes, others_sm_percent=7.0)


def test_a_lane_knows_what_it_trains_on_and_how_old_its_share_is(folder: RunFolder) -> None:
    append(
        folder.lane_records("a"),
        Started(t=0.1, pid=1),
        NoGpu(t=1.0, why="no driver", remedy="get one"),
        built("CPU"),
    )
    append(folder.lane_records("b"), Started(t=0.1, pid=2), built("GPU:0"), progress(3.0, 320))
    append(folder.device, sample(3.0))
    state = state_of(folder)
    a, b = state.lanes["a"], state.lanes["b"]
    assert (a.trains_on, b.trains_on) == ("CPU", "GPU:0")
    assert a.no_gpu is not None
    assert b.no_gpu is None
    assert (a.sm_age_s, b.sm_age_s) == (0.4, 5.0)
    assert b.framework_memory == FrameworkMemory(100, 300)
    assert [warning.text for warning in standing_warnings(state)] == ["TRAINS ON THE CPU (A): no driver"]


def test_what_was_asked_is_kept_beside_what_holds(folder: RunFolder) -> None:
    assert state_of(folder).sharing == "mps"
    append(folder.events, MpsVerified(t=1.0, server_pid=9, lanes=("a", "b")))
    assert state_of(folder).mps_verified
    append(folder.events, SharingChanged(t=2.0, before="mps", after="together", because="B is gone"))
    state = state_of(folder)
    assert (state.sharing, state.sharing_asked, state.why_sharing_changed) == ("together", "mps", "B is gone")
    assert not state.mps_verified
    assert state.retry_of == "first"
    assert [warning.text for warning in standing_warnings(state)] == ["not under MPS: B is gone"]


def test_trouble_stands_until_the_device_is_read_again(folder: RunFolder) -> None:
    silent = MeterTrouble(t=8.0, message="the NVIDIA library has not answered for 3 s")
    append(folder.device, sample(5.0), silent)
    state = replace(state_of(folder), elapsed_s=17.0)
    assert state.meter_trouble == silent.message
    assert [warning.text for warning in standing_warnings(state)] == [
        "the NVIDIA library has not answered for 12 s: the trainings go on"
    ]
    append(folder.device, sample(18.0))
    assert state_of(folder).meter_trouble is None


def test_a_trouble_before_any_sample_is_told_as_it_is(folder: RunFolder) -> None:
    append(folder.device, MeterTrouble(t=0.0, message="driver and library differ: reboot"))
    warnings = standing_warnings(state_of(folder))
    assert [warning.text for warning in warnings] == [
        "the device cannot be read: driver and library differ: reboot"
    ]


def test_a_full_disk_is_warned_of_in_place_of_what_it_explains(folder: RunFolder) -> None:
    state = replace(state_of(folder), phase="running", elapsed_s=31.0, disk_is_full=True)
    (warning,) = standing_warnings(state)
    assert warning.text.startswith("DISK FULL: ")
    assert not standing_warnings(replace(state, phase="ended"))


def test_a_device_of_which_nothing_is_told_is_warned_of(folder: RunFolder) -> None:
    state = replace(state_of(folder), phase="running", elapsed_s=9.0)
    assert not standing_warnings(state)
    silent = [warning.text for warning in standing_warnings(replace(state, elapsed_s=31.0))]
    assert silent == ["nothing was told of the device for 31 s: the trainings go on"]
    append(folder.device, sample(25.0))
    assert not standing_warnings(replace(state_of(folder), phase="running", elapsed_s=31.0))
    assert not standing_warnings(replace(state_of(folder), phase="ended", elapsed_s=91.0))


def test_a_lost_device_outweighs_what_else_is_wrong(folder: RunFolder) -> None:
    append(folder.events, DeviceLost(t=9.0, message="it fell off the bus"))
    append(folder.device, MeterTrouble(t=9.0, message="it fell off the bus"))
    state = state_of(folder)
    assert state.device_lost == "it fell off the bus"
    assert [(warning.level, warning.text) for warning in standing_warnings(state)] == [
        ("alarm", "GPU LOST: it fell off the bus")
    ]


def test_others_stay_while_they_are_not_told_anew(folder: RunFolder) -> None:
    first = msgspec.structs.replace(sample(1.0), others=(OtherReading(7, 50, "job", "eva"),))
    append(folder.device, first, sample(2.0))
    state = state_of(folder)
    assert state.others == (OtherReading(7, 50, "job", "eva"),)
    assert state.others_sm_percent == 7.0
    append(folder.device, msgspec.structs.replace(sample(3.0), others=()))
    assert state_of(folder).others == ()


def test_what_cannot_be_told_apart_is_nobodys(folder: RunFolder) -> None:
    nothing: dict[Lane, LaneReading] = {"a": LaneReading(1), "b": LaneReading(2)}
    hidden = msgspec.structs.replace(sample(2.0), lanes=nothing)
    append(folder.device, sample(1.0), Source(t=2.0, figures={"lanes.memory_bytes": UNSUPPORTED}), hidden)
    assert state_of(folder).others_memory_series.high == (200.0,)
    # one that is merely not on the device yet holds none
    own = {
        "lanes.a.memory_bytes": Figure("nvml", "process"),
        "lanes.memory_bytes": Figure("nvml", "process", "pending"),
    }
    append(folder.device, Source(t=3.0, figures=own), msgspec.structs.replace(hidden, t=3.0))
    assert state_of(folder).others_memory_series.high == (200.0, 700.0)


def test_energy_clocks_and_gpm(folder: RunFolder) -> None:
    told: list[Record] = []
    for half in range(61):
        reasons = ["power cap"] if half < 20 else []
        told.append(sample(half / 2, energy_j=50.0 * half, event_reasons=reasons, sm_active_percent=71.0))
    append(folder.device, *told)
    for lane in folder_lanes():
        append(folder.lane_records(lane), Started(t=0.1, pid=1), built("GPU:0"), progress(4.0, 100),
               Released(t=5.0, step=3), progress(25.0, 5_100))  # fmt: skip
    state = state_of(folder)
    assert state.energy_j_per_1000_samples == pytest.approx(20 * 100.0 / 10_000 * 1000)
    assert state.clock_holds == (ClockHold("power cap", now=False, seconds=9.5),)
    assert set(state.sm_active_series.high) == {71.0}
    texts = [line.text for line in state.events]
    assert texts == ["clocks are held down: power cap", "power cap is over after 10 s"]
    append(folder.lane_records("a"), NoGpu(t=26.0, why="no driver"))
    assert state_of(folder).energy_j_per_1000_samples is None


def folder_lanes() -> tuple[Lane, Lane]:
    return ("a", "b")


def test_who_held_the_memory_is_part_of_the_error(folder: RunFolder) -> None:
    held = (MemoryHolder("a", 5), MemoryHolder("free", 1))
    ended = LaneEnded(t=9.0, lane="b", status="failed", exit_code=1, kind="out-of-memory", held=held)
    append(folder.events, ended)
    error = state_of(folder).lanes["b"].error
    assert error is not None
    assert error.held == held
