"""The looks: dark and light on greys that plain SSH shows as they are, and one of the terminal's own colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.theme import Theme

from training.plan import Lane

if TYPE_CHECKING:
    from tui.settings import ThemeName

LANE_COLOURS: dict[Lane, str] = {"a": "#5fafff", "b": "#ffaf00"}
"""Blue and orange stay apart for colour-blind eyes; in stylesheets they are `$primary` and `$accent`."""
LANE_COLOURS_ON_LIGHT: dict[Lane, str] = {"a": "#005faf", "b": "#875f00"}
"""The same two hues, dark enough for a white page."""
LANE_COLOURS_OF_TERMINAL: dict[Lane, str] = {"a": "ansi_bright_blue", "b": "ansi_yellow"}
"""Plain blue is too dark on the black of most terminals."""


def _greys(
    *,
    muted: str,
    faint: str,
    border: str,
    blurred: str,
    cursor: str,
    cursor_text: str,
    panel: str,
    surface: str,
    text: str,
) -> dict[str, str]:
    """Textual's own variables, on our greys: what it would mix of the accents is another hue in 256 colours."""
    return {
        "text-muted": muted,
        "foreground-muted": muted,
        "foreground-disabled": faint,
        "border": border,
        "border-blurred": blurred,
        "block-cursor-background": cursor,
        "block-cursor-foreground": cursor_text,
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": panel,
        "footer-background": surface,
        "footer-item-background": surface,
        "footer-description-background": surface,
        "footer-key-background": surface,
        "footer-foreground": muted,
        "footer-description-foreground": muted,
        "footer-key-foreground": text,
        "scrollbar": blurred,
        "scrollbar-background": surface,
        "scrollbar-corner-color": surface,
        "scrollbar-hover": border,
        "scrollbar-active": muted,
        "scrollbar-background-hover": surface,
        "scrollbar-background-active": surface,
    }


DARK = Theme(
    name="dualtrain-dark",
    primary=LANE_COLOURS["a"],
    accent=LANE_COLOURS["b"],
    secondary="#9e9e9e",
    success="#5fd787",
    warning="#ffd75f",
    error="#ff5f5f",
    foreground="#dadada",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    boost="#303030",
    dark=True,
    variables=_greys(
        muted="#8a8a8a",
        faint="#585858",
        border="#585858",
        blurred="#444444",
        cursor="#303030",
        cursor_text="#eeeeee",
        panel="#262626",
        surface="#1c1c1c",
        text="#dadada",
    ),
)
"""Greys are of the 256-colour ramp: no terminal turns them navy."""

LIGHT = Theme(
    name="dualtrain-light",
    primary=LANE_COLOURS_ON_LIGHT["a"],
    accent=LANE_COLOURS_ON_LIGHT["b"],
    secondary="#626262",
    success="#005f00",
    warning="#af5f00",
    error="#af0000",
    foreground="#262626",
    background="#ffffff",
    surface="#f4f4f4",
    panel="#ececec",
    boost="#e2e2e2",
    dark=False,
    variables=_greys(
        muted="#626262",
        faint="#8a8a8a",
        border="#767676",
        blurred="#bcbcbc",
        cursor="#d0d0d0",
        cursor_text="#121212",
        panel="#ececec",
        surface="#f4f4f4",
        text="#262626",
    ),
)

TERMINAL = Theme(
    name="terminal",
    ansi=True,
    primary=LANE_COLOURS_OF_TERMINAL["a"],
    accent=LANE_COLOURS_OF_TERMINAL["b"],
    secondary="ansi_default",
    success="ansi_green",
    warning="ansi_magenta",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    variables={
        **_greys(
            muted="ansi_default",
            faint="ansi_default",
            border="ansi_default",
            blurred="ansi_bright_black",
            cursor="ansi_default",
            cursor_text="ansi_default",
            panel="ansi_default",
            surface="ansi_default",
            text="ansi_default",
        ),
        # What is chosen stands out whichever colours the terminal has, and where it has none.
        "block-cursor-text-style": "bold underline",
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "scrollbar": "ansi_blue",
    },
)
"""Fits a dark terminal and a light one. Stylesheets say under `:ansi` what has to differ by more than colour."""

THEMES: dict[ThemeName, Theme] = {
    "dualtrain-dark": DARK,
    "dualtrain-light": LIGHT,
    "terminal": TERMINAL,
}
