"""A run that never happened, with its contention measured: probes, curves and samples, as their readers find them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from tests.unit.contention_cases import Known, Measured
from tests.unit.made_runs import append, made_run, plan
from training.plan import LANES, Lane, Plan
from training.record.contention_records import ProbeBegan, SoloSpan
from training.record.device_records import DeviceReading, Figure, LaneReading, Sample, Source
from training.record.event_records import BarrierOpened, Began, LaneEnded, Launched, WarmingUp
from training.record.lane_records import Built, Finished, Imported, Progress, Released, Validation, Warm
from training.record.run_folder import RunFolder

RELEASED_S = 20.0
APART_S = 30.0
"""From the end of a block to the next."""
STEPS = 60_000
SLOWED: dict[Lane, float] = {"a": 1.31, "b": 1.58}
STEP_S: dict[Lane, float] = {"a": 0.014, "b": 0.018}
MIB = 1 << 20


def measured_run(
    path: Path,
    made: Plan | None = None,
    *,
    blocks: int = 5,
    disturbed: int = 0,
    slowed: dict[Lane, float] = SLOWED,
    ended: bool = True,
) -> RunFolder:
    """A pair of so many blocks that count, after `disturbed` ones that do not; it has no report."""
    folder = made_run(path, made or plan(path.name))
    measured = Measured({}, steps=100, epochs=0, now_s=RELEASED_S + 5.0)
    for block in range(disturbed + blocks):
        wobble = 1 + 0.01 * math.sin(2.4 * block)
        measured.lanes = {lane: Known(STEP_S[lane], slowed[lane] * wobble) for lane in LANES}
        for lane in LANES:
            measured.solo(block, lane, ("others used 1.2 of 2 cores",) if block < disturbed else ())
        measured.shared(block)
        measured.now_s += APART_S
    end_s = measured.now_s + 5.0
    append(
        folder.events,
        Began(t=0.0, monotonic_s=10.0, wall="2026-01-02T03:04:05+00:00", boot_id="b", sharing="together"),
        *(Launched(t=0.5, lane=lane, pid=pid) for lane, pid in zip(LANES, (11, 12), strict=True)),
        WarmingUp(t=8.0, lane="a"),
        WarmingUp(t=14.0, lane="b"),
        BarrierOpened(t=RELEASED_S, lanes=("a", "b"), because="all lanes are warm"),
    )
    for span in measured.spans:
        if isinstance(span, SoloSpan):
            paused: Lane = "b" if span.lane == "a" else "a"
            append(folder.events, ProbeBegan(span.t0, span.block, span.lane, paused, 1.4, 100))
        append(folder.events, span)
    for lane in LANES:
        append(folder.lane_records(lane), *_lane_records(lane, end_s, ended))
        if ended:
            append(folder.events, LaneEnded(t=end_s + 1.0, lane=lane, status="completed", exit_code=0))
    append(folder.device, *_device_records(end_s))
    return folder


def _lane_records(lane: Lane, end_s: float, ended: bool) -> Iterator[Imported | Built | Warm | Released
                                                                  | Progress | Validation | Finished]:  # fmt: skip
    a = lane == "a"
    yield Imported(t=7.0, seconds=6.0, versions={"keras": "3.15.1"}, threads={"intra_op": 2, "inter_op": 2})
    yield Built(t=12.0, parameters=769, parameter_bytes=3076, batch_size=32, train_samples=800,
                validation_samples=200, steps_per_epoch=1000, planned_steps=STEPS, device="CPU")  # fmt: skip
    yield Warm(t=19.0, step=3, seconds=1.0)
    yield Released(t=RELEASED_S, step=3)
    step = 3
    for index in range(int((end_s - RELEASED_S) * 2)):
        t, steps = RELEASED_S + (index + 1) / 2, 20 if a else 15
        step += steps
        loss = (0.69 if a else 1.9) * math.exp(-index / (120 if a else 60)) + 0.02 * math.sin(index * 1.7)
        loss += 0.03 if a else 0.05
        yield Progress(t=t, step=step, samples=step * 32, epoch=1 + step // 1000, epoch_step=step % 1000,
                       steps=steps, span_s=0.48, loss=loss, loss_min=loss * 0.93, loss_max=loss * 1.08,
                       running_loss=loss, metrics={"accuracy": 0.9})  # fmt: skip
        if index % 80 == 79:
            yield Validation(t=t, step=step, epoch=1, seconds=0.2, metrics={"loss": loss * 1.1})
    if ended:
        yield Finished(t=end_s, status="completed", step=step, samples=step * 32, epochs=9)


def _device_records(end_s: float) -> Iterator[Source | Sample]:
    names = ("lanes.memory_bytes", "lanes.cpu_percent", "device.memory_used_bytes")
    yield Source(t=0.0, figures={name: Figure("host", "process") for name in names}, cores=2.0)
    for index in range(int(end_s * 2)):
        t = index / 2
        grown = min(1.0, t / RELEASED_S)
        lanes: dict[Lane, LaneReading] = {
            "a": LaneReading(11, int(612 * MIB * grown) + MIB, cpu_percent=85 + 8 * math.sin(t / 7)),
            "b": LaneReading(12, int(655 * MIB * grown) + MIB, cpu_percent=74 + 9 * math.sin(t / 5)),
        }
        device = DeviceReading(
            memory_used_bytes=3 << 30, memory_total_bytes=8 << 30, utilization_percent=88.0
        )
        yield Sample(t=t, device=device, lanes=lanes)
