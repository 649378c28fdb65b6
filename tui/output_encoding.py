"""Printing where the locale has no Unicode: a sign that cannot be encoded is replaced and never ends the command."""

from __future__ import annotations

import codecs
import io
from typing import TextIO

from tui.ascii_text import as_ascii

_ERRORS = "dualtrain-ascii"


def print_in_any_encoding(*streams: TextIO) -> None:
    """Have each stream print an ASCII stand-in for what its encoding does not hold."""
    codecs.register_error(_ERRORS, _stand_in)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper) and not is_unicode(stream.encoding):
            stream.reconfigure(errors=_ERRORS)


def is_unicode(encoding: str | None) -> bool:
    """Whether every character can be written in this encoding."""
    return (encoding or "").lower().replace("-", "").replace("_", "").startswith("utf")


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return as_ascii(error.object[error.start : error.end]), error.end
