"""ASCII stand-ins: as wide as what they stand for, and enough for a terminal of another encoding."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import get_character_cell_size

from tui.ascii_text import _STAND_INS, as_ascii
from tui.output_encoding import print_in_any_encoding
from tui.widgets.glyphs import ASCII


@pytest.mark.parametrize("sign", sorted(_STAND_INS))
def test_each_stand_in_is_ascii_and_as_wide(sign: str) -> None:
    assert _STAND_INS[sign].isascii()
    assert len(_STAND_INS[sign]) == get_character_cell_size(sign)


@given(st.text())
def test_any_text_becomes_ascii_of_the_same_width(text: str) -> None:
    plain = as_ascii(text)
    assert plain.isascii()
    assert len(plain) == sum(1 if sign.isascii() else get_character_cell_size(sign) for sign in text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1.51× (1.44–1.58) · ≈9 GiB…", "1.51x (1.44-1.58) - ~9 GiB."),
        ("╭─ memory ─╮│╰┬┴┼╯", "+- memory -+|+++++"),
        ("┏━━┓┃┗┛", "#==#|##"),
        ("Ångström naïve", "Angstrom naive"),
        ("日本", "????"),
        ("⠀⣿", " *"),
        ("plain", "plain"),
    ],
)
def test_it_reads_as_what_it_was(text: str, plain: str) -> None:
    assert as_ascii(text) == plain


def test_the_plain_glyphs_are_ascii() -> None:
    signs = [getattr(ASCII, name) for name in ASCII.__slots__]
    assert all(sign.isascii() for sign in signs)


@pytest.mark.parametrize(
    ("encoding", "printed"),
    [("ascii", b"~1.5x e"), ("latin-1", b"~1.5\xd7 \xe9"), ("utf-8", "≈1.5× é".encode())],
)
def test_what_an_encoding_does_not_hold_is_replaced(encoding: str, printed: bytes) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    print_in_any_encoding(stream)
    stream.write("≈1.5× é")
    stream.flush()
    assert raw.getvalue() == printed


def test_what_is_no_stream_of_a_terminal_is_left_alone() -> None:
    print_in_any_encoding(io.StringIO())
