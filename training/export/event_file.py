"""One TensorBoard event file of scalars. The only file that knows TensorBoard's package.

Of that only what needs no file system of TensorFlow's: its other writers import TensorFlow where it is installed.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

_FILE_VERSION = "brain.Event:2"
_LAST_STEP = 2**63 - 1


class EventFile:
    """A new event file, in a folder that is made where it is not there; nothing is ever written over.

    Scalars have the single precision that all of TensorBoard's have: its server draws no others.
    """

    def __init__(self, path: Path, began_s: float) -> None:
        """`began_s` is when what it tells of began, in seconds since 1970.

        Raises:
            OSError: the file is there already, or cannot be made.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("xb")
        self._records = RecordWriter(self._file)
        self._write(Event(wall_time=began_s, file_version=_FILE_VERSION))

    def write(self, wall_s: float, step: int, scalars: Iterable[tuple[str, float]]) -> None:
        """Append scalars of one step and one time.

        The steps of a tag must grow: of two that are equal TensorBoard shows the later one. One that cannot be a step
        of any training is left out.

        Args:
            wall_s: seconds since 1970.
            step: from zero on.
            scalars: a tag and a value each; NaN and infinity are kept.

        Raises:
            OSError: the file cannot be written.
        """
        if not 0 <= step <= _LAST_STEP:
            return
        values = [Summary.Value(tag=tag, simple_value=value) for tag, value in scalars]
        self._write(Event(wall_time=wall_s, step=step, summary=Summary(value=values)))

    def flush(self) -> None:
        """Let a reader see everything that was written.

        Raises:
            OSError: the file cannot be written.
        """
        self._records.flush()

    def close(self) -> None:
        """Write everything out and close the file.

        Raises:
            OSError: the file cannot be written.
        """
        self._records.close()

    def _write(self, event: Event) -> None:
        self._records.write(event.SerializeToString())
