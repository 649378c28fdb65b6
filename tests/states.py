"""Hand-made runs for the screens' tests: nothing is launched."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from training.analysis.series import SeriesView
from training.analysis.state import EventLine, LaneError, LaneState, RunState, ValidationPoint
from training.plan import Lane, PlannedDevice
from training.record.device_records import DeviceReading, Figure
from training.record.lane_records import FrameworkMemory

GIB = 2**30
MIB = 2**20

HOST_FIGURES = {
    "lanes.memory_bytes": Figure("host", "process"),
    "lanes.cpu_percent": Figure("host", "process"),
    "device.memory_used_bytes": Figure("host", "device"),
    "device.utilization_percent": Figure("host", "device"),
}
NVML_FIGURES = {
    "lanes.memory_bytes": Figure("nvml", "process"),
    "lanes.sm_percent": Figure("nvml", "process"),
    "device.memory_used_bytes": Figure("nvml", "device"),
    "device.utilization_percent": Figure("nvml", "device"),
}


def series(
    points: int, value: Any, *, per_s: float = 4.0, steps_per_point: int = 5, spread: float = 0.0
) -> SeriesView:
    """A curve of `value(i)`, widened by `spread`."""
    ys = [value(index) for index in range(points)]
    return SeriesView(
        t=tuple(6.0 + index / per_s for index in range(points)),
        step=tuple((index + 1) * steps_per_point for index in range(points)),
        low=tuple(y * (1 - spread) for y in ys),
        high=tuple(y * (1 + spread) for y in ys),
    )


def lane_state(lane: Lane, *, points: int = 240, **changes: Any) -> LaneState:
    """A lane in the middle of its training."""
    a = lane == "a"
    loss = series(
        points,
        lambda i: (0.69 if a else 1.9) * math.exp(-i / (160 if a else 90)) + 0.02 * math.sin(i * 1.7),
        spread=0.04,
    )
    accuracy = series(points, lambda i: 1 - 0.5 * math.exp(-i / 120))
    step = points * 5
    held = LaneState(
        lane=lane,
        preset_name="seed-binary" if a else "seed-regression",
        title="Small binary classifier" if a else "Small regression, mean squared error",
        phase="training",
        pid=41_001 if a else 41_002,
        parameters=769 if a else 2_817,
        step=step,
        samples=step * 32,
        epoch=points // 48 + 1,
        epoch_step=step % 240,
        steps_per_epoch=240,
        planned_epochs=10,
        planned_steps=2400,
        steps_per_s=20.4 if a else 18.7,
        samples_per_s=652.8 if a else 598.4,
        step_p50_s=0.0471 if a else 0.0523,
        step_p99_s=0.0712 if a else 0.121,
        eta_s=59.0 if a else 64.0,
        loss=0.2134 if a else 0.1876,
        metrics={"accuracy": 0.9312} if a else {"mean_absolute_error": 0.3312},
        validation=tuple(
            ValidationPoint(
                6 + 12.0 * n,
                240 * n,
                n,
                {"loss": (0.62 if a else 1.5) * math.exp(-n / 4), "accuracy": 1 - 0.5 * math.exp(-n / 3)},
            )
            for n in range(1, points // 48 + 1)
        ),
        memory_bytes=(612 if a else 655) * MIB,
        memory_peak_bytes=(640 if a else 655) * MIB,
        rss_bytes=(612 if a else 655) * MIB,
        cpu_percent=82.0 if a else 71.0,
        loss_series=loss,
        metric_series={"accuracy": accuracy} if a else {},
        memory_series=series(points, lambda i: min(1.0, 0.3 + i / 60) * (612 if a else 655) * MIB),
        utilization_series=series(points, lambda i: (41 if a else 35) + 5 * math.sin(i / (7 if a else 5))),
    )
    return replace(held, **changes)


def cpu_run(*, points: int = 240, **changes: Any) -> RunState:
    """Two lanes training on the processor."""
    state = RunState(
        run="2026-11-22-2015-seed-binary-seed-regression",
        folder="/tmp/none",
        sharing="together",
        device=PlannedDevice(
            "cpu", "Xeon Platinum 8375C", memory_bytes=8 * GIB, chosen_because="no NVIDIA driver here"
        ),
        phase="running",
        elapsed_s=6.0 + points / 4,
        lanes={"a": lane_state("a", points=points), "b": lane_state("b", points=points)},
        reading=DeviceReading(
            memory_used_bytes=3 * GIB, memory_total_bytes=8 * GIB, utilization_percent=88.0
        ),
        reading_t=5.6 + points / 4,
        figures=HOST_FIGURES,
        cores=2.0,
        device_utilization_series=series(points, lambda i: 84 + 6 * math.sin(i / 9)),
        others_memory_series=series(points, lambda i: 1.7 * GIB),
        events=(
            EventLine(0.0, "began"),
            EventLine(0.3, "launched, pid 41001", "a"),
            EventLine(0.3, "launched, pid 41002", "b"),
            EventLine(4.8, "warm after 12 steps", "a"),
            EventLine(5.9, "warm after 12 steps", "b"),
            EventLine(6.0, "released", level="good"),
            EventLine(19.2, "epoch 1 ended: loss 0.5321", "a"),
            EventLine(20.1, "epoch 1 ended: loss 1.1021", "b"),
            EventLine(47.0, "step times doubled beside the other lane", "b", "warning"),
        ),
    )
    return replace(state, **changes)


def gpu_run(**changes: Any) -> RunState:
    """Two lanes training on a GPU."""
    state = cpu_run()
    lanes = {
        lane: replace(
            held,
            sm_percent=47.0 if lane == "a" else 39.0,
            memory_bytes=(9 if lane == "a" else 6) * GIB,
            memory_peak_bytes=(11 if lane == "a" else 6) * GIB,
            framework_memory=FrameworkMemory(3 * GIB, 5 * GIB),
            memory_series=series(
                240, lambda i, top=(9 if lane == "a" else 6): min(1.0, 0.3 + i / 60) * top * GIB
            ),
        )
        for lane, held in state.lanes.items()
    }
    state = replace(
        state,
        device=PlannedDevice("gpu", "NVIDIA A100-SXM4-40GB", uuid="GPU-1", memory_bytes=40 * GIB),
        lanes=lanes,
        figures=NVML_FIGURES,
        reading=DeviceReading(
            memory_used_bytes=18 * GIB,
            memory_total_bytes=40 * GIB,
            utilization_percent=97.0,
            power_w=312.0,
            temperature_c=64.0,
            sm_clock_mhz=1410,
        ),
        others_memory_series=series(240, lambda i: 3.0 * GIB),
    )
    return replace(state, **changes)


def failed_lane(lane: Lane = "b") -> LaneState:
    """A lane that ran out of memory."""
    return lane_state(
        lane,
        phase="failed",
        error=LaneError(
            "out of memory",
            "the device could not give 2.3 GiB for the activations of block_14_expand at batch size 256",
            "try a smaller batch: --set b.fit.batch_size=128",
            (
                "2026-11-22 20:15:31 W allocator ran out of memory",
                "ResourceExhaustedError: OOM when allocating tensor",
            ),
        ),
    )


def with_lane(state: RunState, lane: Lane, **changes: Any) -> RunState:
    """The run with one lane changed."""
    return replace(state, lanes={**state.lanes, lane: replace(state.lanes[lane], **changes)})
