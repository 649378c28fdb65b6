"""Text for terminals that show nothing but ASCII: every sign has a stand-in that is as wide as itself."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_LOOK_ALIKES = {
    "·": "-",
    "…": ".",
    "‐‑‒–—―−": "-",
    "×": "x",
    "≈": "~",
    "±": "+",
    "≤": "<",
    "≥": ">",
    "°": " ",
    "µμ": "u",
    "→▸▶►❯": ">",
    "←◂◀◄": "<",
    "↑▲△": "^",
    "↓▼▽": "v",
    "⏎↵": "<",
    "“”„«»": '"',
    "‘’‚": "'",
    "•◆●★✓✔": "*",
    "◇○☐": "o",
    "✗✘☒": "x",
}
_BOX_DRAWING = {
    "─╌┄┈╴╶╼╾": "-",
    "━╍┅┉╸╺═": "=",
    "│╎┆┊╵╷╽╿┃╏┇┋╹╻║": "|",
    "┏┓┗┛": "#",  # so that a heavy frame differs from a light one
    "╱": "/",
    "╲": "\\",
    "╳": "X",
}
_BLOCKS = {
    "█▅▆▇": "#",
    "▓": "%",
    "▒": ":",
    "░▖▗▘▚▝▞": ".",
    "▀▔": "-",
    "▁▂▃▄": "_",
    "▉▊▋▌▍▎▏▐▕": "|",
    "▙▛▜▟": "+",
}
_WIDE = {"🔎": "> "}
"""The command palette's own sign."""

_TABLES = (_LOOK_ALIKES, _BOX_DRAWING, _BLOCKS)
_STAND_INS = {sign: plain for table in _TABLES for signs, plain in table.items() for sign in signs} | _WIDE


@lru_cache(4096)
def as_ascii(text: str) -> str:
    """The text in ASCII, in as many cells; what has no stand-in becomes a question mark."""
    return text if text.isascii() else "".join(map(_stand_in, text))


@lru_cache(1024)
def _stand_in(sign: str) -> str:
    if sign.isascii():
        return sign
    if (known := _STAND_INS.get(sign)) is not None:
        return known
    if "\u2500" <= sign <= "\u257f":
        return "+"  # the corners and crossings of frames
    if "\u2800" <= sign <= "\u28ff":
        return " " if sign == "\u2800" else "*"  # dots of a curve
    bare = unicodedata.normalize("NFKD", sign)[:1]  # a letter without its accent
    # only here: commands that draw no screen need no table of widths
    from rich.cells import get_character_cell_size

    cells = get_character_cell_size(sign)
    return bare if bare.isascii() and bare.isprintable() and cells == 1 else "?" * cells
