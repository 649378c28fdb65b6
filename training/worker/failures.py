"""Name a failure: what happened, in one line, and what to do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from training.agent.out_of_memory import HOST, out_of_memory

_DISK = re.compile(r"No space left on device|Disk quota exceeded|Too many open files")
"""As the frameworks tell it, whose errors are no OSError."""
_BAD_SHAPE = re.compile(
    r"incompatible|Incompatible shapes|Matrix size-incompatible|must have the same shape|expected shape"
    r"|Dimensions must be equal|data cardinality|Unrecognized data type|expected axis|expected min_ndim"
    r"|dot_general requires|Missing data for input|expects \d+ (named )?input|required broadcastable shapes"
    r"|doesn't match the expected structure|is not optional, but None was passed",
    re.IGNORECASE,
)
_BAD_SHAPE_IN_PYTORCH = re.compile(r"shapes cannot be multiplied|must match the size of tensor")

_NETWORK = frozenset(
    {
        *("URLError", "HTTPException", "RequestException", "gaierror", "herror", "SSLError"),
        *("ConnectionError", "TimeoutError"),
    }
)
"""What errors of the network are kinds of, in the standard library and in what people fetch data with."""
_NETWORK_HINT = "Code of yours asked the network: see that it answers, or put the file there beforehand."
_PATH_HINTS: dict[type[BaseException], str] = {
    FileNotFoundError: "Code of yours runs in the preset's folder: check the path.",
    NotADirectoryError: "Code of yours runs in the preset's folder: check the path.",
    IsADirectoryError: "Code of yours runs in the preset's folder: check the path.",
    PermissionError: "Code of yours runs as you: see who may read and write there.",
}
"""What to do about an error that code of the user's own has with a path."""

_WHERE = re.compile(
    r'Graph execution error:|Detected at node |File "|<stack traces unavailable>|Exception encountered when calling '
)
"""How the lines begin in which TensorFlow and Keras tell where, before they tell what."""
_TRACED = "in user code:"
"""How the message begins of what was raised while a graph was traced: lines of code, and then what."""
_ERROR = re.compile(r"\w*(Error|Exception|Warning|Interrupt|Exit): ")
_GOES_ON = re.compile(r"doesn't match the expected structure\.$")
"""How a line ends behind which two more say what was expected and what was found."""
_COLOR = re.compile(r"\x1b\[[0-9;]*m")

MEMORY_HINT = (
    "Give the lanes caps that fit together ([device] memory = MiB), take a smaller batch size, "
    "or run them with --sharing sequential."
)
LOG_HINT = "The lane's log has the whole of it."
HOST_MEMORY_HINT = (
    "This is the machine's memory (RAM), not the device's: take a smaller batch size or fewer samples, "
    "end other work, or run the lanes with --sharing sequential."
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


def name_failure(
    error: BaseException, *, on_gpu: bool = True, place: str | None = None, made_in: str | None = None
) -> Failure:
    """Name what a training raised.

    Args:
        error: what was raised.
        on_gpu: what it trained on, for words that fit both memories.
        place: the line of the user's own files where it arose, as `my_models.py:12`; None where none of them is in it.
        made_in: where the user's own functions make model and data: told where the two do not fit, and where no line
            of theirs is in what failed.
    """
    text = f"{type(error).__name__}: {error}"
    line = _what(str(error)) or type(error).__name__
    kind, hint = getattr(error, "kind", None), getattr(error, "hint", None)
    if isinstance(kind, str) and isinstance(hint, str):
        return Failure(kind, line, hint)
    at = f"{place}: " if place else ""
    match HOST if isinstance(error, MemoryError) else out_of_memory(text, on_gpu):
        case "device":
            return Failure("out-of-memory", f"{at}Out of the device's memory: {line}", MEMORY_HINT)
        case "probably device":
            return Failure(
                "out-of-memory",
                f"{at}Probably out of the device's memory (a GPU library could not start): {line}",
                MEMORY_HINT,
            )
        case "host":
            return Failure("host-memory", f"{at}Out of the machine's memory: {line}", HOST_MEMORY_HINT)
    made = at or (f"{made_in}: " if made_in else "")
    if isinstance(error, ImportError):
        return Failure(
            "import-error", f"{at}Cannot import: {line}", "Install what is missing beside dualtrain."
        )
    if place and _is_of_network(error):
        return Failure("network-error", f"{at}{type(error).__name__}: {line}", _NETWORK_HINT)
    if place and (hint := _PATH_HINTS.get(type(error))):
        return Failure("file-error", f"{at}{line}", hint)
    if isinstance(error, OSError) or _DISK.search(text):
        return Failure(
            "file-error", f"{at}{line}", "Check that the disk has room and the folder can be written."
        )
    if _is_bad_shape(error, text):
        return Failure(
            "bad-data",
            f"{made}Data and model do not fit: {line}",
            "Check the sizes in [data] and [model].",
        )
    # What only a library's lines are in arose from what these functions made.
    return Failure("error", f"{made}{type(error).__name__}: {line}", LOG_HINT)


def _is_of_network(error: BaseException) -> bool:
    return not isinstance(error, BrokenPipeError) and any(
        kind.__name__ in _NETWORK for kind in type(error).__mro__
    )


def _is_bad_shape(error: BaseException, text: str) -> bool:
    """Whether data and model do not fit, by the type and the words that each backend has for it."""
    if isinstance(error, RuntimeError) and _BAD_SHAPE_IN_PYTORCH.search(text):
        return True
    is_of_the_type = isinstance(error, (ValueError, TypeError)) or "InvalidArgument" in text
    return is_of_the_type and _BAD_SHAPE.search(text) is not None


def _what(text: str) -> str:
    """The line that says what happened; empty where none does."""
    text = _COLOR.sub("", text)
    if text.startswith(_TRACED):
        text = _raised_in(text)
    said = [line for line in text.splitlines() if line.strip() and not _WHERE.match(line.strip())]
    if said and _GOES_ON.search(said[0].strip()):
        return one_line(" ".join(line.strip() for line in said[:3]))
    return one_line(said[0] if said else text) if text.strip() else ""


def _raised_in(text: str) -> str:
    """What was raised, out of a message that shows the lines of code first: the last that begins as an error does."""
    lines = [line.strip() for line in text.splitlines()]
    first = next((at for at in reversed(range(len(lines))) if _ERROR.match(lines[at])), 0)
    return "\n".join(lines[first:])


def one_line(text: str, longest: int = 400) -> str:
    """The first line that says something, cut to `longest` characters."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "no message")
    return first if len(first) <= longest else first[: longest - 1] + "…"
