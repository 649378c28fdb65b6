"""Read one small TOML file that a person wrote."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from training.preset.errors import PresetError, Problem
from training.preset.printable import one_line, printable

MAX_FILE_BYTES = 1_000_000
"""What a person writes is a page of text; more than this is another kind of file."""

_AT = re.compile(r" \((at line \d+, column \d+|at end of document)\)$")


def read_toml(path: Path) -> dict[str, Any]:
    """The document in a file.

    Raises:
        PresetError: it cannot be read, or is not TOML; one sentence that names the file.
    """
    return _parse(read_text(path), _named(path))


def read_text(path: Path) -> str:
    """The content of a file.

    Raises:
        PresetError: it cannot be read, is too large for what a person writes, or is not UTF-8.
    """
    source = _named(path)
    allowed = f"a TOML file of at most {MAX_FILE_BYTES} bytes"
    try:
        content = _content(path)
    except FileNotFoundError:
        raise Problem("", "no such file", allowed).error(source) from None
    except IsADirectoryError:
        raise Problem("", "a directory", allowed).error(source) from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise Problem("", f"a file that cannot be read ({reason})", allowed).error(source) from None
    if len(content) > MAX_FILE_BYTES:
        raise Problem("", f"more than {MAX_FILE_BYTES} bytes", allowed).error(source)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Problem("", f"a byte that is not UTF-8 in line {line}", "text in UTF-8").error(source) from None


def _named(path: Path) -> str:
    return printable(os.fspath(path), limit=500)


def _content(path: Path) -> bytes:
    # Not blocking: a named pipe without a writer would hold the whole list.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError
        if not stat.S_ISREG(mode):
            raise ValueError("neither a file nor a directory")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(MAX_FILE_BYTES + 1)
    finally:
        os.close(descriptor)


def _parse(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PresetError(f"{source}: {_told(str(error), text)}; allowed: valid TOML") from None
    except (ValueError, RecursionError) as error:
        # tomllib lets these through: an integer of thousands of digits, brackets thousands deep.
        what = (
            "brackets nested too deep" if isinstance(error, RecursionError) else "a number of too many digits"
        )
        raise Problem("", what, "valid TOML with numbers of at most 64 bits").error(source) from None


def _told(message: str, text: str) -> str:
    """The parser's message with the place first, as a line and column in every case."""
    match = _AT.search(message)
    if not match:
        return one_line(f"broken TOML: {message}")
    place = match[1].removeprefix("at ")
    if place == "end of document":
        lines = text.split("\n")
        place = f"line {len(lines)}, column {len(lines[-1]) + 1}"
    return one_line(f"{place}: broken TOML: {message[: match.start()]}")
