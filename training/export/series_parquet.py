"""The series of a run as Parquet: the rows of the CSV in typed columns. The only file that knows pyarrow."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import BinaryIO

import pyarrow
from pyarrow import parquet

from training.export.series import COLUMNS, Row

ROWS_AT_ONCE = 65_536
"""So many are in memory and make one row group."""

_TYPES = (pyarrow.float64(), pyarrow.string(), pyarrow.string(), pyarrow.float64())
_SCHEMA = pyarrow.schema(list(zip(COLUMNS, _TYPES, strict=True)))


def write_series(rows: Iterable[Row], file: BinaryIO) -> None:
    """Write the rows under their headings; times and values are as in the records, to the last digit.

    Raises:
        OSError: the file cannot be written.
    """
    left = iter(rows)
    with parquet.ParquetWriter(file, _SCHEMA) as writer:
        while group := list(islice(left, ROWS_AT_ONCE)):
            writer.write_batch(_batch(group))


def _batch(rows: Iterable[Row]) -> pyarrow.RecordBatch:
    times, lanes, names, values = zip(*rows, strict=True)
    columns = (times, lanes, names, [float(value) for value in values])
    arrays = [pyarrow.array(column, kind) for column, kind in zip(columns, _TYPES, strict=True)]
    return pyarrow.RecordBatch.from_arrays(arrays, schema=_SCHEMA)
