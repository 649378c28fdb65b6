"""What a terminal gets where nobody has chosen: colours it has, signs it can show."""

from __future__ import annotations

import pytest

from tui.look import Look, has_sixteen_colours, look_here
from tui.settings import Value, resolve_settings

SSH = {"TERM": "xterm-256color", "LANG": "en_US.UTF-8"}


def _look(environment: dict[str, str], encoding: str = "utf-8", **options: Value) -> Look:
    return look_here(resolve_settings(options, environment=environment), environment, encoding)


def test_over_plain_ssh_nothing_is_taken_away() -> None:
    assert _look(SSH) == Look()
    assert Look().marker == "braille"


@pytest.mark.parametrize(
    ("environment", "sixteen"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "linux"}, True),
        ({"TERM": "screen"}, True),
        ({"TERM": "rxvt-16color"}, True),
        ({}, True),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, False),
        ({"TERM": "screen-256color"}, False),
        ({"TERM": "xterm-kitty"}, False),
    ],
)
def test_how_many_colours_there_are(environment: dict[str, str], sixteen: bool) -> None:
    assert has_sixteen_colours(environment) is sixteen


@pytest.mark.parametrize("plainer", [{"TERM": "xterm"}, {"NO_COLOR": "1"}])
def test_few_colours_or_none_are_the_terminals_own_unless_a_theme_is_chosen(plainer: dict[str, str]) -> None:
    environment = SSH | plainer
    assert _look(environment).theme == "terminal"
    assert _look(environment, theme="dualtrain-light").theme == "dualtrain-light"
    assert _look(environment | {"DUALTRAIN_THEME": "dualtrain-dark"}).theme == "dualtrain-dark"


def test_an_empty_no_color_is_none() -> None:
    assert _look(SSH | {"NO_COLOR": ""}).theme == "dualtrain-dark"


@pytest.mark.parametrize(
    ("environment", "encoding", "ascii_only"),
    [
        (SSH, "utf-8", False),
        ({"TERM": "xterm-256color"}, "utf-8", False),
        ({"TERM": "xterm-256color"}, "UTF8", False),
        (SSH, "iso8859-1", True),
        (SSH, "ascii", True),
        ({"TERM": "xterm", "LC_ALL": "C"}, "utf-8", True),
        ({"TERM": "xterm", "LANG": "de_DE.ISO-8859-1"}, "utf-8", True),
        ({"TERM": "xterm", "LANG": "C", "LC_CTYPE": "C.UTF-8"}, "utf-8", False),
        ({"TERM": "xterm", "LANG": "en_US.utf8"}, "utf-8", False),
        (SSH | {"TERM": "linux"}, "utf-8", True),
        (SSH | {"TERM": "vt220"}, "utf-8", True),
    ],
)
def test_where_ascii_alone_is_sure(environment: dict[str, str], encoding: str, ascii_only: bool) -> None:
    look = _look(environment, encoding)
    assert look.ascii is ascii_only
    assert look.marker == ("ascii" if ascii_only else "braille")
    assert _look(environment, encoding, ascii=True).ascii is True
    assert _look(environment, encoding, ascii=False).ascii is False
