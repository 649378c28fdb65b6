"""The program of the meter's process: opens the real meter and samples when asked, until its input ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import msgspec

from tests.simulated_driver.metering_messages import Answer, Opening, Request
from training.meters.meter import DeviceLostError, Meter, MeterError
from training.meters.nvml import NvmlMeter


class _Clock:
    """Seconds as the test tells them."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def main() -> None:
    """Read requests, write answers."""
    clock = _Clock()
    opening = msgspec.json.decode(sys.stdin.buffer.readline(), type=Opening)
    try:
        meter = meter_of(opening, clock)
        meter.open()
    except MeterError as error:
        _answer(_refusal(error))
        return
    _answer(Answer())
    for line in sys.stdin.buffer:
        request = msgspec.json.decode(line, type=Request)
        clock.now_s = request.now_s
        try:
            sample = meter.sample(request.now_s, request.lanes)
            _answer(Answer(sample=sample, source=meter.source(request.now_s)))
        except MeterError as error:
            _answer(_refusal(error))
    meter.close()


def meter_of(opening: Opening, clock: Callable[[], float]) -> Meter:
    """Return the meter to open, as the supervisor would make it. Raises MeterError."""
    if opening.device.uuid is None:
        raise MeterError("the device has no UUID")
    lane_uuids = {lane: own.uuid for lane, own in opening.lane_devices.items() if own.uuid is not None}
    return NvmlMeter(
        opening.device.uuid, mig_of=opening.device.mig_of, lane_uuids=lane_uuids, clock=clock,
        surroundings=opening.surroundings,
    )  # fmt: skip


def _refusal(error: MeterError) -> Answer:
    return Answer(error=str(error), is_lost=isinstance(error, DeviceLostError))


def _answer(answer: Answer) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
    os._exit(0)  # as the supervisor's, the process owes a library's exit handlers nothing
