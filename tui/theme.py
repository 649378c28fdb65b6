"""The look: neutral greys and accents on the xterm-256 cube, so that plain SSH shows the same colours."""

from __future__ import annotations

from textual.theme import Theme

from training.plan import Lane

THEME_NAME = "dualtrain"

LANE_COLOURS: dict[Lane, str] = {"a": "#5fafff", "b": "#ffaf00"}
"""Blue and orange stay apart for colour-blind eyes; in stylesheets they are `$primary` and `$accent`."""

OTHERS_COLOUR = "#9e9e9e"
GOOD_COLOUR = "#5fd787"
WARNING_COLOUR = "#ffd75f"
ERROR_COLOUR = "#ff5f5f"

THEME = Theme(
    name=THEME_NAME,
    primary=LANE_COLOURS["a"],
    accent=LANE_COLOURS["b"],
    secondary=OTHERS_COLOUR,
    success=GOOD_COLOUR,
    warning=WARNING_COLOUR,
    error=ERROR_COLOUR,
    foreground="#dadada",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    boost="#303030",
    dark=True,
    variables={
        "text-muted": "#8a8a8a",
        "foreground-muted": "#8a8a8a",
        "foreground-disabled": "#585858",
        "border": "#585858",
        "border-blurred": "#444444",
        "block-cursor-background": "#303030",
        "block-cursor-foreground": "#eeeeee",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#262626",
        "footer-background": "#1c1c1c",
        "footer-item-background": "#1c1c1c",
        "footer-description-background": "#1c1c1c",
        "footer-key-background": "#1c1c1c",
        "footer-foreground": "#8a8a8a",
        "footer-description-foreground": "#8a8a8a",
        "footer-key-foreground": "#dadada",
        "scrollbar": "#444444",
        "scrollbar-background": "#1c1c1c",
        "scrollbar-corner-color": "#1c1c1c",
        "scrollbar-hover": "#585858",
        "scrollbar-active": "#8a8a8a",
        "scrollbar-background-hover": "#1c1c1c",
        "scrollbar-background-active": "#1c1c1c",
    },
)
"""Registered under "dualtrain". Greys are of the 256-colour ramp: no terminal turns them navy."""
