"""Text from files and file names, made harmless for a terminal and for one line."""

from __future__ import annotations


def printable(text: str, *, limit: int | None = None) -> str:
    r"""The text with everything that could steer a terminal written out as `\x1b`-like escapes.

    Control characters (C0, C1, newline and tab), bidirectional overrides, zero-width and other format
    characters, lone surrogates and unassigned code points are escaped; letters, signs and spaces stay.

    Args:
        text: anything, trusted or not.
        limit: cut after this many characters, marked with an ellipsis.
    """
    if limit is not None and len(text) > limit:
        # Cut first: a file may hold a megabyte in one value.
        text = text[: limit - 1] + "…"
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escaped(character) for character in text)


def one_line(text: str) -> str:
    """The text with every run of white space made one space, then made harmless."""
    return printable(" ".join(text.split()))


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":
        # How Python carries a byte of a file name that is not UTF-8.
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")
