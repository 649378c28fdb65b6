"""Have what scripts and programs write themselves read into the run's events: a log's losses, TensorBoard's scalars."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable

from training.plan import Lane
from training.preset.script import ScriptSpec
from training.record.event_records import EventRecord, LaneEnded, Launched, Note, ScalarRead
from training.record.run_folder import RunFolder
from training.supervisor.measuring import HeardWriter

SETTLE_S = 2.0
"""So long the end of a run waits for the last numbers."""
_CHUNK_BYTES = 65_536


class ScalarReading:
    """Hears every event of the run: a follower begins with a lane's launch, and ends after it."""

    def __init__(
        self,
        folder: RunFolder,
        events: HeardWriter,
        now: Callable[[], float],
        script_of: Callable[[Lane], ScriptSpec | None],
    ) -> None:
        """`script_of` tells what a lane runs now: another may have joined in its place."""
        self._folder = folder
        self._events = events
        self._now = now
        self._script_of = script_of
        self._followers: list[_Follower] = []
        self._heard_before = events.heard_by
        events.heard_by = self._hear

    async def settle(self) -> None:
        """Wait a moment for the last numbers, then end whoever still reads."""
        ends = asyncio.gather(*(follower.over.wait() for follower in self._followers))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ends, SETTLE_S)
        for follower in self._followers:
            follower.kill()

    def _hear(self, record: EventRecord) -> None:
        if self._heard_before is not None:
            self._heard_before(record)
        if isinstance(record, Launched):
            self._begin(record.lane)
        elif isinstance(record, LaneEnded):
            for follower in self._followers:
                if follower.lane == record.lane:
                    follower.lane_ended(record.t)

    def _begin(self, lane: Lane) -> None:
        script = self._script_of(lane)
        if script is None or (script.loss_pattern is None and script.tensorboard is None):
            return
        told = {
            "log": str(self._folder.lane_log(lane)),
            "pattern": script.loss_pattern,
            "tensorboard": None if script.tensorboard is None else str(script.folder / script.tensorboard),
        }
        try:
            self._followers.append(_Follower(lane, json.dumps(told), self._events, self._now))
        except OSError as error:
            why = f"what it writes is not read: {error.strerror or error}"
            self._events.write(Note(t=self._now(), message=why, lane=lane))


class _Follower:
    """One following process, heard on the event loop."""

    def __init__(self, lane: Lane, told: str, events: HeardWriter, now: Callable[[], float]) -> None:
        self.lane = lane
        self.over = asyncio.Event()
        self._events = events
        self._now = now
        self._ended_t: float | None = None
        self._half_line = b""
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "training.supervisor.scalar_follower", told],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self._out_fd = self._process.stdout.fileno()
        os.set_blocking(self._out_fd, False)
        asyncio.get_running_loop().add_reader(self._out_fd, self._read)

    def lane_ended(self, t: float) -> None:
        """The lane has ended: it looks a last time, and what it still tells is of that time."""
        if self._ended_t is None:
            self._ended_t = t
            assert self._process.stdin is not None
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def kill(self) -> None:
        """End it where it has not ended."""
        if not self.over.is_set():
            self._process.kill()
            self._over()

    def _read(self) -> None:
        try:
            content = os.read(self._out_fd, _CHUNK_BYTES)
        except BlockingIOError:
            return
        if not content:
            self._over()
            return
        *lines, self._half_line = (self._half_line + content).split(b"\n")
        for line in lines:
            self._tell(line)

    def _tell(self, line: bytes) -> None:
        told = json.loads(line)
        t = self._now() if self._ended_t is None else self._ended_t
        if "gave_up" in told:
            self._events.write(Note(t=t, message=told["gave_up"], lane=self.lane))
            return
        self._events.write(
            ScalarRead(t=t, lane=self.lane, name=told["name"], value=told["value"], step=told["step"])
        )

    def _over(self) -> None:
        self.over.set()
        asyncio.get_running_loop().remove_reader(self._out_fd)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()
