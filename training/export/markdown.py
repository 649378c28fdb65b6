"""A run as a short text to paste, in Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from training.export.run_text import RunText
from training.preset.printable import printable

_MARKS = re.compile(r"([\\`*_\[\]<>|~#&])")


def markdown(told: RunText) -> str:
    """The verdict, the lanes' table, what it ran on, and what repeats it."""
    support = "; ".join(told.support)
    return "\n".join(
        [
            f"**{escaped(told.claim)}.**"
            + (f" {escaped(support[:1].upper() + support[1:])}." if support else ""),
            "",
            *(f"> {escaped(text)}\n" for text in told.warnings),
            *_paragraph([f"{label} {value}" for label, value, _ in told.figures]),
            *(f"{escaped(note)}\n" for note in told.notes),
            *_table(told.lanes_header, told.lanes),
            "",
            *([*_table(told.earlier[0], told.earlier[1:]), ""] if told.earlier else []),
            *(f"- {escaped(label)}: {escaped(text)}" for label, text in told.facts),
            "",
            *_fenced(told.commands),
        ]
    )


def escaped(text: str) -> str:
    """The text with nothing in it that Markdown or HTML would read, on one line."""
    return _MARKS.sub(r"\\\1", printable(text))


def _paragraph(parts: Sequence[str]) -> list[str]:
    return [escaped(" · ".join(parts)), ""] if parts else []


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [_row(header), _row(["---"] * len(header), escape=False), *(_row(row) for row in rows)]


def _row(cells: Sequence[str], *, escape: bool = True) -> str:
    return f"| {' | '.join(escaped(cell) if escape else cell for cell in cells)} |"


def _fenced(commands: Sequence[str]) -> list[str]:
    """Under a fence longer than any run of backticks within."""
    lines = [printable(command) for command in commands]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}sh", *lines, fence]
