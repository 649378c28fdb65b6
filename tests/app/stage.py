"""An app that shows one screen and keeps what it asks for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Footer

from tests.waiting import screen_text, wait_until
from tui.house_app import HouseApp
from tui.look import Look

_Asked = TypeVar("_Asked", bound=Message)


class Stage(HouseApp):
    """Shows a screen in one of the project's looks."""

    def __init__(self, shown: Screen[Any], look: Look | None = None) -> None:
        super().__init__(look)
        self._shown = shown

    def on_mount(self) -> None:
        self.push_screen(self._shown)


class Heard(list[Message]):
    """Every message of a test, in order."""

    def of(self, kind: type[_Asked]) -> list[_Asked]:
        """Those of one kind, once each: a bubbling message is heard at every stop."""
        found: list[_Asked] = []
        for message in self:
            if isinstance(message, kind) and not any(message is one for one in found):
                found.append(message)
        return found


@asynccontextmanager
async def staged(
    screen: Screen[Any], size: tuple[int, int] = (80, 24), *, seen: str = "", look: Look | None = None
) -> AsyncIterator[tuple[Pilot[None], Heard]]:
    """Run the screen until it shows `seen`, then hand over."""
    heard = Heard()
    app = Stage(screen, look)
    async with app.run_test(size=size, message_hook=heard.append) as pilot:
        await wait_until(pilot, lambda: app.screen is screen and seen in screen_text(app))
        # the keys at the foot come last, a moment after all else
        await wait_until(pilot, lambda: all(footer.children for footer in screen.query(Footer)))
        await pilot.pause()
        yield pilot, heard
