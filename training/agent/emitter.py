"""Write records from inside a training without ever making it wait."""

import collections
import json
import math
import os
import threading
import time
from typing import Any, Callable, Deque, Dict, NamedTuple, Optional, Tuple

SCHEMA_VERSION = 1
PROGRESS_CAPACITY = 256
CAPACITY = 4096
"""Records of every kind; beyond it, the oldest is dropped: how a training ended matters more than how it began."""
LOOK_S = 0.1
"""How long a progress record may lie unwritten; every other record is written at once."""
RETRY_S = 0.5
_LATE = ""
"""The key of what makes a record's further fields."""
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class Queued(NamedTuple):
    """A record that is to be written."""

    record: Dict[str, Any]
    droppable: bool
    """Nothing is lost that the next of its kind would not tell as well."""
    rings: bool
    """Whether the doorbell rings once it is written."""


class Emitter:
    """Appends records to one file from a thread of its own.

    `emit` only puts the record into a bounded queue. Progress records are dropped when the queue is long or the disk
    full; every other record is kept and tried again, until there are thousands. What is dropped is counted.

    A thread that wakes may well push the training's aside, and holds the interpreter while it makes text of a record:
    what nobody waits for is written ten times a second, all of it at once.
    """

    def __init__(self, path: str, writer: str, zero_s: float, doorbell_fd: Optional[int] = None) -> None:
        self.dropped = 0
        self._zero_s = zero_s
        self._doorbell_fd = doorbell_fd
        self._queue: Deque[Queued] = collections.deque()
        self._wake = threading.Condition()
        self._closing = False
        self._broken_line = False
        self._unended: Optional[Dict[str, Any]] = None
        self._path = os.path.abspath(path)
        self._open()
        self._doorbell = None if doorbell_fd is None else _what_is_behind(doorbell_fd)
        self._enqueue({"k": "schema", "version": SCHEMA_VERSION, "writer": writer})
        self._thread = threading.Thread(target=self._write_all, name="dualtrain-emitter", daemon=True)
        self._thread.start()

    def now(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self._zero_s

    def emit(
        self,
        kind: str,
        /,
        droppable: bool = False,
        unhurried: bool = False,
        late: Optional[Callable[[], Dict[str, Any]]] = None,
        **fields: Any,
    ) -> None:
        """Queue one record, stamped now unless `t` is given; None fields are left out.

        `unhurried` is kept as any other, and nobody waits for it: it wakes no thread, and rings no doorbell.
        `late` makes further fields, in the thread that writes: it must touch nothing that the training still changes.
        """
        record: Dict[str, Any] = {"k": kind, "t": fields.pop("t", None) or self.now(), **fields}
        if late is not None:
            record[_LATE] = late
        self._enqueue(record, droppable, unhurried)

    def close(self, timeout_s: float = 5.0) -> None:
        """Write what is queued, waiting at most `timeout_s` for a disk that does not take it."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join(timeout_s)

    def _enqueue(self, record: Dict[str, Any], droppable: bool = False, unhurried: bool = False) -> None:
        if droppable:
            if len(self._queue) < PROGRESS_CAPACITY:
                self._queue.append(Queued(record, True, False))
            else:
                self._count_dropped()
            return
        with self._wake:
            if len(self._queue) >= CAPACITY:
                self._queue.popleft()
                self.dropped += 1
            self._queue.append(Queued(record, False, not unhurried))
            if not unhurried:
                self._wake.notify()

    def _open(self) -> None:
        self._fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._file = _what_is_behind(self._fd)

    def _write_all(self) -> None:
        while True:
            with self._wake:
                while not self._queue and not self._closing:
                    self._wake.wait(LOOK_S)
                if not self._queue:
                    if _what_is_behind(self._fd) == self._file:
                        os.close(self._fd)
                    return
                queued = self._queue.popleft()
            if self._write_line(queued.record):
                if queued.rings:
                    self._ring()
            elif queued.droppable:
                self._count_dropped()
            else:
                self._retry_later(queued)

    def _write_line(self, record: Dict[str, Any]) -> bool:
        line = self._line(record)
        if not line:
            self._count_dropped()
            return True  # cannot ever be written: counted, not tried again
        try:
            if _what_is_behind(self._fd) != self._file:
                self._open()  # a script closed what it did not open; the number may be a file of its own by now
            written = os.write(self._fd, line)
        except OSError:
            return False
        self._broken_line = written < len(line)
        self._unended = record if written == len(line) - 1 else None
        return not self._broken_line

    def _line(self, record: Dict[str, Any]) -> bytes:
        """What is to be written; a record of which only the newline is missing must not stand there twice."""
        if record is self._unended:
            return b"\n"
        try:
            if _LATE in record:
                record.update(record.pop(_LATE)())
            told = {key: value for key, value in record.items() if value is not None}
            if "t" in told:
                told["t"] = round(told["t"], 6)
            line = _text(told).encode("utf-8", "replace")
        except Exception:
            return b""
        return (b"\n" if self._broken_line else b"") + line + b"\n"

    def _count_dropped(self) -> None:
        with self._wake:
            self.dropped += 1

    def _retry_later(self, queued: Queued) -> None:
        with self._wake:
            self._queue.appendleft(queued)
            self._wake.wait(RETRY_S)

    def _ring(self) -> None:
        """One byte says "read my file"; a full pipe already says it."""
        if self._doorbell_fd is None or _what_is_behind(self._doorbell_fd) != self._doorbell:
            return
        try:
            os.write(self._doorbell_fd, b"!")
        except OSError:
            pass


def _what_is_behind(fd: int) -> Optional[Tuple[int, int]]:
    """Which file or pipe a number stands for now; None for none."""
    try:
        found = os.fstat(fd)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _text(told: Dict[str, Any]) -> str:
    """JSON of a record. Nearly every one is so already that it can be written, and looked through only where not."""
    try:
        return _encode(told)
    except (ValueError, TypeError):
        return _encode(_finite(told))


def _finite(value: Any) -> Any:
    """JSON has no NaN: what is not finite becomes null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
