"""The colours: legible on their backgrounds, and the two lanes apart for every eye and in every palette."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from rich.color import ColorSystem
from textual.color import Color, rgb_to_lab
from textual.theme import Theme

from tui.theme import DARK, LIGHT, TERMINAL, THEMES

OWN = [DARK, LIGHT]
# Viénot, Brettel and Mollon 1999, on linear RGB
PROTAN = ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0))
DEUTAN = ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0))


def _linear(colour: str) -> tuple[float, ...]:
    return tuple(
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in Color.parse(colour).normalized
    )


def _contrast(colour: str, other: str) -> float:
    lights = sorted(
        sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), _linear(one), strict=True))
        for one in (colour, other)
    )
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _seen(colour: str, eye: tuple[tuple[float, ...], ...]) -> Color:
    red_green_blue = _linear(colour)
    seen = [min(1.0, max(0.0, sum(w * c for w, c in zip(row, red_green_blue, strict=True)))) for row in eye]
    back = [12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055 for value in seen]
    red, green, blue = (round(255 * value) for value in back)
    return Color(red, green, blue)


def _apart(one: Color, other: Color) -> float:
    first, second = rgb_to_lab(one), rgb_to_lab(other)
    return math.dist(first, second)


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_what_is_read_stands_out_from_what_it_stands_on(theme: Theme) -> None:
    for ground in (theme.background, theme.surface, theme.panel):
        assert ground is not None
        for text in (theme.foreground, theme.primary, theme.accent, theme.error, theme.success):
            assert text is not None
            assert _contrast(text, ground) >= 4.5, (text, ground)
        for text in (theme.warning, theme.secondary, theme.variables["text-muted"]):
            assert text is not None
            assert _contrast(text, ground) >= 3.5, (text, ground)
    assert theme.foreground is not None
    assert _contrast(theme.foreground, theme.variables["block-cursor-background"]) >= 7


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
@pytest.mark.parametrize("eye", [PROTAN, DEUTAN], ids=["protan", "deutan"])
def test_the_lanes_are_apart_for_colour_blind_eyes(theme: Theme, eye: tuple[tuple[float, ...], ...]) -> None:
    assert theme.accent is not None
    assert _apart(_seen(theme.primary, eye), _seen(theme.accent, eye)) > 40


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_in_256_colours_none_becomes_another(theme: Theme) -> None:
    colours = (
        theme.primary, theme.accent, theme.secondary, theme.warning, theme.error, theme.success,
        theme.foreground, theme.background, theme.surface, theme.panel, theme.boost,
    )  # fmt: skip
    for colour in colours:
        assert colour is not None
        own = Color.parse(colour)
        red, green, blue = own.rich_color.downgrade(ColorSystem.EIGHT_BIT).get_truecolor()
        shown = Color(red, green, blue)
        assert _apart(own, shown) < 8, colour


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_in_sixteen_colours_a_chosen_theme_is_still_read(theme: Theme) -> None:
    def number(colour: str | None) -> int | None:
        assert colour is not None
        return Color.parse(colour).rich_color.downgrade(ColorSystem.STANDARD).number

    told = (theme.foreground, theme.primary, theme.accent, theme.error, theme.success, theme.warning)
    for ground in (theme.background, theme.surface, theme.panel):
        assert number(ground) not in {number(text) for text in told}
    assert number(theme.primary) != number(theme.accent)


def test_the_terminals_palette_is_all_that_its_theme_names() -> None:
    colours = [
        TERMINAL.primary, TERMINAL.accent, TERMINAL.secondary, TERMINAL.warning, TERMINAL.error, TERMINAL.success,
        TERMINAL.foreground, TERMINAL.background, TERMINAL.surface, TERMINAL.panel, TERMINAL.boost,
        *(value for name, value in TERMINAL.variables.items() if not name.endswith("text-style")),
    ]  # fmt: skip
    assert all(Color.parse(colour or "").ansi is not None for colour in colours)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_no_two_meanings_of_a_lane_share_a_colour(theme: Theme) -> None:
    for one, other in combinations((theme.primary, theme.accent, theme.error, theme.success), 2):
        assert one != other
