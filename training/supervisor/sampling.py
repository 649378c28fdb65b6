"""Sample the device, twice a second, from one thread."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Mapping

from training.meters.meter import DeviceLostError, LaneProcess, Meter, MeterError
from training.plan import Lane
from training.record.device_records import Figure, MeterTrouble, Sample
from training.record.writer import RecordWriter

SAMPLE_PERIOD_S = 0.5


class DeviceSampling:
    """Appends what the meter reads to `device.jsonl`. A reading that fails is told, and sampling goes on.

    The meter is opened, read and closed in the sampling thread alone.
    """

    def __init__(
        self,
        open_meter: Callable[[], Meter],
        writer: RecordWriter,
        *,
        now: Callable[[], float],
        lane_processes: Callable[[], Mapping[Lane, LaneProcess]],
        device_lost: Callable[[str], None],
        period_s: float = SAMPLE_PERIOD_S,
    ) -> None:
        self.first: Sample | None = None
        self.latest: Sample | None = None
        self._open_meter = open_meter
        self._writer = writer
        self._now = now
        self._lane_processes = lane_processes
        self._device_lost = device_lost
        self._period_s = period_s
        self._figures: dict[str, Figure] | None = None
        self._trouble_count = 0
        self._trouble = ""
        self._over = threading.Event()
        self._first_taken = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dualtrain-sampling", daemon=True)

    def start(self, wait_for_first_s: float = 2.0) -> None:
        """Begin, and wait for the reading that shows the device before anything of ours is on it."""
        self._thread.start()
        self._first_taken.wait(wait_for_first_s)

    def stop(self) -> None:
        """Take no further sample; returns when the thread is done or has hung for two seconds."""
        self._over.set()
        self._thread.join(2.0)

    def _run(self) -> None:
        try:
            meter = self._open_meter()
        except MeterError as error:
            self._tell_trouble(str(error))
            self._first_taken.set()
            return
        try:
            while self._take_one(meter) and not self._over.wait(self._period_s):
                pass
        finally:
            meter.close()

    def _take_one(self, meter: Meter) -> bool:
        try:
            sample = meter.sample(self._now(), self._lane_processes())
            self._note_source(meter)
        except DeviceLostError as error:
            self._tell_trouble(str(error))
            self._device_lost(str(error))
            return False
        except MeterError as error:
            self._tell_trouble(str(error))
            return True
        finally:
            self._first_taken.set()
        self.first = self.first or sample
        self.latest = sample
        self._writer.write(sample)
        return True

    def _note_source(self, meter: Meter) -> None:
        source = meter.source(self._now())
        if source.figures != self._figures:
            self._figures = dict(source.figures)
            self._writer.write(source)

    def _tell_trouble(self, message: str) -> None:
        self._trouble_count += 1
        if message != self._trouble or self._trouble_count % 120 == 0:
            self._trouble = message
            self._writer.write(MeterTrouble(t=self._now(), message=message, count=self._trouble_count))
            with contextlib.suppress(OSError):  # the log's disk may be full
                print(f"meter: {message}", file=sys.stderr, flush=True)
