"""Lines of toned text: what every live widget draws, comparable without a screen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from rich.cells import cell_len, set_cell_size

from training.plan import Lane
from training.preset.printable import printable

Tone = Literal[
    "plain", "strong", "muted", "faint", "a", "b", "others", "good", "warning", "error", "alarm", "match"
]
TONES: tuple[Tone, ...] = (
    "plain",
    "strong",
    "muted",
    "faint",
    "a",
    "b",
    "others",
    "good",
    "warning",
    "error",
    "alarm",
    "match",
)
LANE_TONE: dict[Lane, Tone] = {"a": "a", "b": "b"}

Span = tuple[str, Tone]
Line = tuple[Span, ...]
"""Spans from left to right. Two equal lines paint the same cells."""

BLANK: Line = ()

_PLAIN: Tone = "plain"


def line(*parts: Span | str) -> Line:
    """A line of spans; a bare string is plain. What came from outside loses its control sequences here."""
    spans: list[Span] = []
    for part in parts:
        text, tone = (part, _PLAIN) if isinstance(part, str) else part
        if text:
            spans.append((printable(text), tone))
    return tuple(spans)


def width_of(spans: Line) -> int:
    """How many cells the line takes."""
    return sum(cell_len(text) for text, _ in spans)


def fit(spans: Line, width: int) -> Line:
    """The line in exactly `width` cells: cropped or filled."""
    fitted: list[Span] = []
    left = width
    for text, tone in spans:
        cells = cell_len(text)
        if cells > left:
            fitted.append((set_cell_size(text, left), tone))
            left = 0
            break
        fitted.append((text, tone))
        left -= cells
    if left > 0:
        fitted.append((" " * left, "plain"))
    return tuple(fitted)


def merged(spans: Line) -> Line:
    """The same picture in as few spans as can be: each costs two dozen bytes on the wire, and blanks have no colour."""
    kept: list[list[str]] = []
    for text, tone in spans:
        if kept and (tone == kept[-1][1] or text.isspace()):
            kept[-1][0] += text
        elif kept and kept[-1][0].isspace():
            kept[-1] = [kept[-1][0] + text, tone]
        else:
            kept.append([text, tone])
    return tuple((text, tone) for text, tone in kept)  # type: ignore[misc]


def changed_width(old: Line, new: Line, width: int) -> int:
    """Up to which cell two lines differ: what lies to the right of it need not be painted."""
    before, after = _cells(old, width), _cells(new, width)
    if before is None or after is None:
        return width
    for cell in range(width - 1, -1, -1):
        if before[cell] != after[cell]:
            return cell + 1
    return 0


def _cells(spans: Line, width: int) -> list[Span] | None:
    cells: list[Span] = []
    for text, tone in spans:
        if cell_len(text) != len(text):
            return None  # wide letters: not worth telling apart
        cells.extend((sign, _PLAIN if sign == " " else tone) for sign in text)
    cells.extend([(" ", _PLAIN)] * (width - len(cells)))
    return cells


def clip(text: str, width: int) -> str:
    """Text in at most `width` cells, with an ellipsis where something is left out."""
    text = printable(text)
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1) + "…" if width > 1 else set_cell_size(text, width)


def whole(spans: Line, width: int) -> Line:
    """The first span, and of those after it what fits whole: half a word says nothing."""
    kept: list[Span] = list(spans[:1])
    left = width - width_of(spans[:1])
    for span in spans[1:]:
        left -= cell_len(span[0])
        if left < 0:
            break
        kept.append(span)
    return tuple(kept)


def spread(left: Line, right: Line, width: int) -> Line:
    """`left` and `right` at the two ends of `width` cells; the left one gives way."""
    room = width - width_of(right)
    if room <= 0:
        return fit(right, width)
    kept = whole(left, room - 1)
    if width_of(kept) > room - 1:  # a first word that is too long
        (text, tone), *_ = kept
        kept = ((clip(text, max(0, room - 1)), tone),)
    return fit(kept, room) + right


def beside(left: Iterable[Line], left_width: int, right: Iterable[Line], height: int) -> list[Line]:
    """Two blocks of lines side by side, both cut or filled to `height`."""
    lefts, rights = list(left), list(right)
    return [
        fit(lefts[row] if row < len(lefts) else BLANK, left_width)
        + (rights[row] if row < len(rights) else BLANK)
        for row in range(height)
    ]


def wrap(text: str, width: int) -> list[str]:
    """Text broken between words into lines of at most `width` cells; words that are longer are cut."""
    lines: list[str] = []
    current = ""
    for word in printable(text).split():
        rest = word
        while cell_len(rest) > width:
            if current:
                lines.append(current)
                current = ""
            head = set_cell_size(rest, width).rstrip()
            lines.append(head)
            rest = rest[len(head) :] if head else ""
        joined = f"{current} {rest}" if current else rest
        if cell_len(joined) > width:
            lines.append(current)
            current = rest
        else:
            current = joined
    if current:
        lines.append(current)
    return lines
