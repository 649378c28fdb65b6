"""How the screen looks on this terminal: the settings, and what the terminal can show of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui.output_encoding import is_unicode

if TYPE_CHECKING:
    from tui.settings import Resolved, ThemeName

FEW_SIGNS = frozenset({"linux", "vt100", "vt102", "vt220", "ansi", "cons25"})
"""Kinds of terminal whose fonts have no dots for curves, whatever the locale says."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the app is told of its looks."""

    theme: ThemeName = "dualtrain-dark"
    ascii: bool = False
    mouse: bool = False
    bell: bool = True
    refresh_s: float = 1.0

    @property
    def marker(self) -> Literal["braille", "ascii"]:
        """What curves and bars are drawn with."""
        return "ascii" if self.ascii else "braille"


def look_here(resolved: Resolved, environment: Mapping[str, str], encoding: str | None) -> Look:
    """What holds in this environment, on a terminal that is written to in this encoding.

    Where nobody has chosen a theme, a terminal with sixteen colours, or one that is to have none, gets its own palette:
    nothing else is sure to be legible there.
    """
    settings = resolved.settings
    plainest = bool(environment.get("NO_COLOR")) or has_sixteen_colours(environment)
    return Look(
        theme=settings.theme if resolved.is_chosen("theme") or not plainest else "terminal",
        ascii=is_ascii_wanted(resolved, environment, encoding),
        mouse=settings.mouse,
        bell=settings.bell,
        refresh_s=settings.refresh_s,
    )


def is_ascii_wanted(resolved: Resolved, environment: Mapping[str, str], encoding: str | None) -> bool:
    """Whether to write nothing but ASCII: as it was settled, else where the terminal or its locale has no more."""
    wanted = resolved.settings.ascii
    if isinstance(wanted, bool):
        return wanted
    return (
        not is_unicode(encoding) or kind_of_terminal(environment) in FEW_SIGNS or _locale_is_bare(environment)
    )


def has_sixteen_colours(environment: Mapping[str, str]) -> bool:
    """Whether the terminal promises no more than sixteen colours, by the rule that Textual goes by."""
    if environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return False
    return environment.get("TERM", "").strip().lower().rpartition("-")[2] not in ("256color", "kitty")


def kind_of_terminal(environment: Mapping[str, str]) -> str:
    """The first word of TERM."""
    return environment.get("TERM", "").strip().lower().partition("-")[0]


def _locale_is_bare(environment: Mapping[str, str]) -> bool:
    """Whether a locale is named, and it is none of UTF-8. Python may write UTF-8 all the same: the terminal may not."""
    names = (environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    name = next(filter(None, names), "")
    return bool(name) and "utf" not in name.lower()
