"""The real meter in a child that has the simulated library, asked from the test over a pipe."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import psutil

from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.metering_messages import Answer, Opening, Request
from training.meters.meter import DeviceLostError, LaneProcess, MeterError
from training.meters.pid_namespace import Surroundings
from training.plan import Lane, PlannedDevice
from training.record.device_records import Sample, Source

_ROOT = Path(__file__).parents[2]
_LONGEST_S = 60.0


class MeterProcess:
    """One open meter of `device` in a process of its own; time is what the test says it is.

    Raises on entering what opening the meter raised: MeterError, DeviceLostError.
    """

    def __init__(
        self,
        driver: SimulatedDriver,
        device: PlannedDevice,
        lane_devices: Mapping[Lane, PlannedDevice] | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        """Prepare a meter of `device`.

        `lane_devices` as in a plan, where lanes have MIG instances of their own; `surroundings` is what the meter
        takes the place for, where it should not look for itself.
        """
        self._driver = driver
        self._opening = Opening(device, dict(lane_devices or {}), surroundings)
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        environment = self._driver.environment_in(os.environ)
        environment["PYTHONPATH"] = str(_ROOT)
        self._errors = (self._driver.folder / "meter.stderr").open("a+b")
        self._child = subprocess.Popen(
            [sys.executable, "-P", "-m", "tests.simulated_driver.metering_program"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            bufsize=0,
        )
        self._rest = b""
        try:
            self._ask(msgspec.json.encode(self._opening))
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def sample(self, now_s: float, lanes: Mapping[Lane, LaneProcess]) -> tuple[Sample, Source]:
        """Sample at `now_s` seconds since the run began. Raises what the meter raised."""
        answer = self._ask(msgspec.json.encode(Request(now_s=now_s, lanes=dict(lanes))))
        assert answer.sample is not None
        assert answer.source is not None
        return answer.sample, answer.source

    @property
    def pid(self) -> int:
        """The child's PID."""
        assert self._child is not None
        return self._child.pid

    def cpu_s(self) -> float:
        """Return the CPU seconds the child has used so far, its start included."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    def kill(self) -> None:
        """End the child at once, as a crash would."""
        assert self._child is not None
        self._child.kill()
        self._child.wait()

    def _ask(self, line: bytes) -> Answer:
        assert self._child is not None
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(line + b"\n")
        except BrokenPipeError:
            raise AssertionError(f"the meter's process is gone: {self._said()}") from None
        answer = msgspec.json.decode(self._line(), type=Answer)
        if answer.error is not None:
            raise (DeviceLostError if answer.is_lost else MeterError)(answer.error)
        return answer

    def _line(self) -> bytes:
        assert self._child is not None
        assert self._child.stdout is not None
        descriptor = self._child.stdout.fileno()
        until = time.monotonic() + _LONGEST_S
        while b"\n" not in self._rest:
            if not select.select([descriptor], [], [], max(0.0, until - time.monotonic()))[0]:
                raise AssertionError(f"the meter did not answer within {_LONGEST_S:.0f} s")
            part = os.read(descriptor, 1 << 16)
            if not part:
                raise AssertionError(f"the meter's process ended: {self._said()}")
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _said(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace")[-4000:]

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        self._errors.close()
