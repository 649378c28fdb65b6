"""How a bench's verdicts are marked: a sign that reads without colour, and a colour where there may be one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

from training.bench.mode_report import ModeReport, ModeVerdict

_GREEN, _RED, _GREY, _BOLD = "32", "31", "90", "1"


@dataclass(frozen=True, slots=True)
class Sign:
    """A mark of one cell, its word, and the SGR code of its colour."""

    mark: str
    word: str
    colour: str


FASTER = Sign("+", "faster", _GREEN)
SLOWER = Sign("-", "slower", _RED)
NOT_CLEAR = Sign("=", "not clear", _GREY)
UNKNOWN = Sign("?", "unknown", _GREY)
FAILED = Sign("x", "failed", _RED)

SIGNS_LINES = (
    "+ faster than one after the other, - slower, = no clear difference,",
    "? too little measured for a verdict, x nothing measured",
)

_SIGNS: dict[ModeVerdict, Sign] = {
    "faster": FASTER,
    "slower": SLOWER,
    "no clear difference": NOT_CLEAR,
    "unknown": UNKNOWN,
}


def mode_sign(mode: ModeReport) -> Sign:
    """What the mode's verdict is marked with."""
    return FAILED if mode.why_not else _SIGNS[mode.verdict]


@dataclass(frozen=True, slots=True)
class Paint:
    """Puts colour on text, or leaves it as it is."""

    in_colour: bool = False

    @classmethod
    def for_stream(cls, stream: TextIO, environment: Mapping[str, str] = os.environ) -> Paint:
        """Colour on a terminal, unless NO_COLOR says otherwise or the terminal knows none."""
        plain = environment.get("NO_COLOR") or environment.get("TERM", "dumb") == "dumb"
        return cls(stream.isatty() and not plain)

    def as_of(self, sign: Sign, text: str) -> str:
        """The text in the sign's colour."""
        return self._with(sign.colour, text)

    def strong(self, text: str) -> str:
        """The text as a heading."""
        return self._with(_BOLD, text)

    def _with(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.in_colour else text
