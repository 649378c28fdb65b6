"""Name a failure: what happened, in one line, and what to do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OUT_OF_MEMORY = re.compile(
    r"RESOURCE_EXHAUSTED|ResourceExhausted|out of memory|ran out of memory|OOM when allocating"
    r"|CUDA_ERROR_OUT_OF_MEMORY|CUBLAS_STATUS_ALLOC_FAILED|failed to allocate",
    re.IGNORECASE,
)
_PROBABLY_OUT_OF_MEMORY = re.compile(
    r"CUBLAS_STATUS_NOT_INITIALIZED|CUDNN_STATUS_NOT_INITIALIZED|CUDNN_STATUS_INTERNAL_ERROR"
    r"|Failed to get convolution algorithm|could not create cudnn handle|failed to create cublas handle",
    re.IGNORECASE,
)
_NOT_A_FAILURE = re.compile(r"[^\n]*The caller indicates that this is not a failure[^\n]*")
_BAD_SHAPE = re.compile(
    r"incompatible|Incompatible shapes|Matrix size-incompatible|must have the same shape|expected shape"
    r"|Dimensions must be equal|data cardinality|Unrecognized data type|expected axis|expected min_ndim",
    re.IGNORECASE,
)

MEMORY_HINT = (
    "Give the lanes caps that fit together ([device] memory = MiB), take a smaller batch size, "
    "or run them with --sharing sequential."
)


class LaneFailureError(Exception):
    """A failure that already has its name."""

    def __init__(self, kind: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Failure:
    """A named failure; `message` is one line."""

    kind: str
    message: str
    hint: str = ""


def name_failure(error: BaseException) -> Failure:
    """Name what a training raised."""
    text = f"{type(error).__name__}: {error}"
    line = one_line(str(error) or type(error).__name__)
    kind = getattr(error, "kind", None)
    if isinstance(kind, str):
        return Failure(kind, line, str(getattr(error, "hint", "")))
    if isinstance(error, MemoryError) or _OUT_OF_MEMORY.search(_NOT_A_FAILURE.sub("", text)):
        return Failure("out-of-memory", f"Out of memory: {line}", MEMORY_HINT)
    if _PROBABLY_OUT_OF_MEMORY.search(text):
        return Failure(
            "out-of-memory",
            f"Probably out of memory (a GPU library could not start): {line}",
            MEMORY_HINT,
        )
    if isinstance(error, ImportError):
        return Failure("import-error", f"Cannot import: {line}", "Install what is missing beside dualtrain.")
    if isinstance(error, OSError):
        return Failure("file-error", line, "Check that the disk has room and the folder can be written.")
    if isinstance(error, (ValueError, TypeError)) and _BAD_SHAPE.search(text):
        return Failure(
            "bad-data", f"Data and model do not fit: {line}", "Check the sizes in [data] and [model]."
        )
    if _BAD_SHAPE.search(text) and "InvalidArgument" in text:
        return Failure(
            "bad-data", f"Data and model do not fit: {line}", "Check the sizes in [data] and [model]."
        )
    return Failure("error", f"{type(error).__name__}: {line}", "The lane's log has the whole of it.")


def one_line(text: str, longest: int = 400) -> str:
    """The first line that says something, cut to `longest` characters."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "no message")
    return first if len(first) <= longest else first[: longest - 1] + "…"
