"""The last thing that happens to a line before it is written: every sign becomes ASCII."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tui.ascii_text import as_ascii


class AsciiFilter(LineFilter):
    """Replaces what is not ASCII by signs of the same width, whoever drew it: Textual's own frames and keys as well."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The same line in ASCII."""
        return [segment if segment.text.isascii() else _in_ascii(segment) for segment in segments]


def _in_ascii(segment: Segment) -> Segment:
    text, style, control = segment
    plain = as_ascii(text)
    cells = cell_len(text)
    # signs that are joined into one are narrower than each for itself
    return Segment(plain if len(plain) == cells else f"{plain[:cells]:<{cells}}", style, control)
