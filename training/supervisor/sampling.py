"""Sample the device, twice a second, from one thread."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping

from msgspec import structs

from training.meters.meter import DeviceLostError, LaneProcess, Meter, MeterError
from training.plan import Lane
from training.record.device_records import Figure, MeterTrouble, OtherReading, Sample, Source
from training.record.writer import RecordWriter
from training.supervisor.shared_process import with_shared_process

SAMPLE_PERIOD_S = 0.5
OPEN_AGAIN_AFTER_S = 1.0
LONGEST_PAUSE_S = 60.0
SILENT_AFTER_S = 3.0
"""A call into the device's library that takes longer is told: until it returns, nothing is known of the device."""
STOP_WITHIN_S = 2.0
NOW_WITHIN_S = 0.25
KEPT_SAMPLES = 600
"""Five minutes: longer than any span in which a rate is taken."""
FORGOTTEN_AFTER_SAMPLES = 20
"""After so many readings that went well the same trouble is news again."""


class DeviceSampling:
    """Appends what the meter reads to `device.jsonl`. A reading that fails is told, and sampling goes on.

    The meter is opened, read and closed in the sampling thread alone. A library call that does not return holds up
    that thread and nothing else: `look`, from the thread that owns the run, tells of it.
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
        library: str = "the system",
        shared: Callable[[], Mapping[Lane, Lane]] = dict,
    ) -> None:
        """`library` is who is asked, for a sentence: "the NVIDIA library"; `shared` are lanes metered as another."""
        self.first: Sample | None = None
        self.latest: Sample | None = None
        self.cores: float | None = None
        """The CPU capacity the lanes may use, as the meter told last."""
        self._recent: deque[Sample] = deque(maxlen=KEPT_SAMPLES)
        self._latest_with: dict[Lane, Sample] = {}
        self._open_meter = open_meter
        self._writer = writer
        self._now = now
        self._lane_processes = lane_processes
        self._device_lost = device_lost
        self._shared = shared
        self._period_s = period_s
        self._library = library
        self._figures: dict[str, Figure] | None = None
        self._others: tuple[OtherReading, ...] | None = None
        self._trouble_count = 0
        self._trouble = ""
        self._taken_since_trouble = 0
        self._asking_since_s: float | None = None
        self._told_silent = False
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._turn = threading.Condition()
        """Of what is asked of the sampling thread between two of its samples."""
        self._asked = self._served = 0
        self._first_taken = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dualtrain-sampling", daemon=True)

    def start(self, wait_for_first_s: float = 2.0) -> None:
        """Begin, and wait for the reading that shows the device before anything of ours is on it."""
        self._thread.start()
        self._first_taken.wait(wait_for_first_s)

    def stop(self) -> None:
        """Take no further sample; returns when the thread is done or has hung for two seconds."""
        self._over.set()
        with self._turn:
            self._turn.notify_all()
        self._thread.join(0.0 if self.is_silent else STOP_WITHIN_S)

    def take_now(self, within_s: float = NOW_WITHIN_S) -> None:
        """Take a sample between two of its usual times; returns once one is taken that began after the call.

        It waits no longer than it may: whoever owns the run does nothing else meanwhile.
        """
        if not self.is_telling:
            return
        with self._turn:
            self._asked += 1
            mine = self._asked
            self._turn.notify_all()
            self._turn.wait_for(lambda: self._served >= mine or self._over.is_set(), within_s)

    @property
    def is_silent(self) -> bool:
        """Whether a call has not returned for so long that nobody should wait for it."""
        since_s = self._asking_since_s
        return since_s is not None and self._now() - since_s >= SILENT_AFTER_S

    @property
    def is_telling(self) -> bool:
        """Whether further samples may come: the device is there, its meter open, its library answering."""
        return self._thread.is_alive() and not self.is_silent

    def latest_with(self, lane: Lane) -> Sample | None:
        """The newest sample that saw the lane's process."""
        return self._latest_with.get(lane)

    def between(self, since_s: float, until_s: float) -> list[Sample]:
        """The samples taken between two times of the run, as far back as they are kept."""
        with self._lock:
            return [sample for sample in self._recent if since_s <= sample.t <= until_s]

    def look(self) -> None:
        """Tell once that the library does not answer. Asked now and then from the thread that owns the run."""
        with self._lock:
            since_s = self._asking_since_s
            if since_s is None or self._told_silent or not self.is_silent:
                return
            self._told_silent = True
            self._tell_trouble(f"{self._library} has not answered for {self._now() - since_s:.0f} s")

    def _run(self) -> None:
        meter = self._opened()
        if meter is None:
            return
        try:
            while self._take_what_is_asked(meter) and not self._rest():
                pass
        finally:
            with self._asking():
                meter.close()

    def _take_what_is_asked(self, meter: Meter) -> bool:
        with self._turn:
            asked = self._asked
        goes_on = self._take_one(meter)
        with self._turn:
            self._served = asked
            self._turn.notify_all()
        return goes_on

    def _rest(self) -> bool:
        """Until the next sample is due or asked for; whether none is to be taken any more."""
        with self._turn:
            self._turn.wait_for(lambda: self._over.is_set() or self._asked > self._served, self._period_s)
        return self._over.is_set()

    def _opened(self) -> Meter | None:
        """Open the meter. What cannot be opened now is tried again, ever more seldom, while the run goes on."""
        pause_s = OPEN_AGAIN_AFTER_S
        while True:
            try:
                with self._asking():
                    return self._open_meter()
            except DeviceLostError as error:
                self._tell_trouble(str(error))
                self._first_taken.set()
                self._device_lost(str(error))
                return None
            except MeterError as error:
                self._tell_trouble(str(error))
            self._first_taken.set()
            if self._over.wait(pause_s):
                return None
            pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)

    def _take_one(self, meter: Meter) -> bool:
        try:
            with self._asking():
                sample = meter.sample(self._now(), self._lane_processes())
                source = with_shared_process(meter.source(self._now()), self._shared())
            self._tell(sample, source)
        except DeviceLostError as error:
            self._tell_trouble(str(error))
            self._device_lost(str(error))
            return False
        except MeterError as error:
            self._tell_trouble(str(error))
        except Exception as error:  # noqa: BLE001 - a fault of the meter's own must neither end a run nor go untold
            self._tell_trouble(f"the meter failed: {type(error).__name__}: {error}")
        finally:
            self._first_taken.set()
        return True

    def _tell(self, sample: Sample, source: Source) -> None:
        if source.figures != self._figures:
            self._writer.write(source)
            self._figures = dict(source.figures)
        self.cores = source.cores
        self._writer.write(self._without_known_others(sample))
        self._keep(sample)
        self._taken_since_trouble += 1
        if self._taken_since_trouble >= FORGOTTEN_AFTER_SAMPLES:
            self._trouble = ""

    def _keep(self, sample: Sample) -> None:
        self.first = self.first or sample
        self.latest = sample
        with self._lock:
            self._recent.append(sample)
        for lane in sample.lanes:
            self._latest_with[lane] = sample

    def _without_known_others(self, sample: Sample) -> Sample:
        """As the file tells it: fifty processes that stay are told once, an empty list is as short as none."""
        if sample.others is None or sample.others != self._others:
            self._others = sample.others
            return sample
        return structs.replace(sample, others=None) if sample.others else sample

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        """A call into the library; one that was told to be silent is told to be back."""
        began_s = self._now()
        self._asking_since_s = began_s
        try:
            yield
        finally:
            with self._lock:
                self._asking_since_s = None
                was_silent, self._told_silent = self._told_silent, False
            if was_silent and not self._over.is_set():
                self._tell_trouble(f"{self._library} answers again, after {self._now() - began_s:.0f} s")

    def _tell_trouble(self, message: str) -> None:
        self._trouble_count += 1
        self._taken_since_trouble = 0
        if message != self._trouble or self._trouble_count % 120 == 0:
            self._trouble = message
            self._writer.write(MeterTrouble(t=self._now(), message=message, count=self._trouble_count))
            with contextlib.suppress(OSError):  # the log's disk may be full
                print(f"meter: {message}", file=sys.stderr, flush=True)
