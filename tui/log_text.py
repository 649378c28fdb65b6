"""A log file's last lines as harmless text, and what each of them is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from training.preset.printable import printable

TAIL_BYTES = 256 * 1024

Level = Literal["debug", "info", "warning", "error"]

# colours and cursor movements (CSI), titles (OSC), two-byte escapes
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")

_LETTER = re.compile(r"^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d+: )?([IWEF])(?:\d{4} \d\d:\d\d| )")
"""What TensorFlow and absl begin a line with: `2026-11-22 20:15:00.123456: W tensorflow/…`, `W1122 20:15:00.1`."""
_OF_LETTER: dict[str, Level] = {"I": "info", "W": "warning", "E": "error", "F": "error"}
_OF_WORDS: tuple[tuple[re.Pattern[str], Level], ...] = (
    (
        re.compile(r"^Traceback \(most recent call last\)|^[\w.]*(?:Error|Exception|Interrupt)(?::|$)"),
        "error",
    ),
    (re.compile(r"\b(?:ERROR|CRITICAL|FATAL)\b"), "error"),
    (re.compile(r"\b(?:WARNING|WARN)\b|\b\w*Warning: "), "warning"),
    (re.compile(r"\b(?:DEBUG|TRACE)\b"), "debug"),
)


@dataclass(frozen=True, slots=True)
class LogTail:
    """The end of a log; `left_out_bytes` stand before it."""

    lines: tuple[str, ...] = ()
    left_out_bytes: int = 0


def read_tail(path: Path, tail_bytes: int = TAIL_BYTES) -> LogTail:
    """The last lines of a file. Of a line rewritten in place the last writing stays.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - tail_bytes))
        text = file.read(tail_bytes).decode("utf-8", "replace")
    lines = text.split("\n")
    if size > tail_bytes:
        lines = lines[1:]  # most likely half a line
    if lines and not lines[-1]:
        lines.pop()
    return LogTail(tuple(_clean(one) for one in lines), max(0, size - tail_bytes))


def level_of(text: str) -> Level:
    """How grave a line is, by the marks that loggers, warnings and tracebacks leave; `info` where there is none."""
    if letter := _LETTER.match(text):
        return _OF_LETTER[letter.group(1)]
    return next((level for pattern, level in _OF_WORDS if pattern.search(text)), "info")


def _clean(text: str) -> str:
    text = _ESCAPES.sub("", text).rstrip("\r")
    # a progress bar returns to the line's beginning and the backspaces of Keras do nothing else
    text = text.rsplit("\r", 1)[-1].replace("\b", "")
    return printable(text.expandtabs(4))
