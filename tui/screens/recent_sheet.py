"""The pairs that were run last, to take both presets at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from training.plan import LANES
from training.preset.printable import printable
from training.record.wall_time import wall_time
from tui.ages import age_text
from tui.background import AbandonedError, abandonable
from tui.run_words import verdict_text
from tui.screens.paced_painting import PacedModal
from tui.screens.too_small import tell_if_too_small

if TYPE_CHECKING:
    from training.recent_pairs import RecentPair

_READING = "Reading the runs…"
_HOW = "Enter takes both   Escape changes nothing"
_NONE = "No pair was run here yet.   Escape goes back"
_NAME_CHARACTERS = 28


class RecentSheet(PacedModal["RecentPair | None"]):
    """Answers with a pair; None for Escape."""

    CSS_PATH = "recent_sheet.tcss"
    AUTO_FOCUS = "OptionList"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,r", "back", "Back", key_display="esc"),
        Binding("j", "cursor(1)", "Down", show=False),
        Binding("k", "cursor(-1)", "Up", show=False),
    ]

    @dataclass
    class Read(Message):
        """The pairs were read, or it is said why not."""

        pairs: tuple[RecentPair, ...]
        problem: str = ""

    def __init__(self, pairs: Callable[[], tuple[RecentPair, ...]], now: datetime) -> None:
        super().__init__()
        self._read_pairs = pairs
        self._now = now
        self._pairs: tuple[RecentPair, ...] = ()

    def compose(self) -> ComposeResult:
        """A line for each pair over what to do with them."""
        with Vertical(id="recent") as box:
            box.border_title = Content("Pairs run last")
            yield OptionList(markup=False)
            yield Static(Content(_READING), id="recent-how", markup=False)

    def on_mount(self) -> None:
        """Read them; a slow disk holds nothing up."""
        self._read()

    def on_resize(self, event: events.Resize) -> None:
        """A sentence where nothing else fits."""
        tell_if_too_small(self, event.size)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _read(self) -> None:
        worker = get_current_worker()
        try:
            read = self.Read(abandonable(self._read_pairs, lambda: worker.is_cancelled))
        except AbandonedError:
            return
        except Exception as error:  # noqa: BLE001 - said on the sheet
            read = self.Read((), f"the runs cannot be read: {error}")
        if not worker.is_cancelled:
            self.post_message(read)

    @on(Read)
    def _show(self, message: Read) -> None:
        self._pairs = message.pairs
        options = self.query_one(OptionList)
        options.add_options(Option(self._row(pair)) for pair in self._pairs)
        if self._pairs:
            options.highlighted = 0
        how = message.problem or (_HOW if self._pairs else _NONE)
        self.query_one("#recent-how", Static).update(Content(printable(how)))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter takes the highlighted pair."""
        self.dismiss(self._pairs[event.option_index])

    def action_cursor(self, by: int) -> None:
        """Move among the pairs."""
        options = self.query_one(OptionList)
        (options.action_cursor_down if by > 0 else options.action_cursor_up)()

    def action_back(self) -> None:
        """Take none."""
        self.dismiss(None)

    def _row(self, pair: RecentPair) -> Content:
        names = [
            printable(_short(pair.presets[lane]), limit=_NAME_CHARACTERS)
            + ("*" if pair.overrides[lane] else "")
            for lane in LANES
        ]
        verdict = "" if pair.verdict in (None, "unknown") else f"  {verdict_text(pair)}"
        return Content.assemble(
            (names[0], "$primary"),
            (" + ", "$text-muted"),
            (names[1], "$accent"),
            (verdict, "bold"),
            (f"  {age_text(wall_time(pair.created_at), self._now)}", "$text-muted"),
        )


def _short(reference: str) -> str:
    """Of a path the file alone, with what is said behind it."""
    first, space, rest = reference.partition(" ")
    return f"{first.rpartition('/')[2]}{space}{rest}"
