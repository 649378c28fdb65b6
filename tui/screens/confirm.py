"""A question with its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from training.preset.printable import printable
from tui.screens.paced_painting import PacedModal
from tui.screens.too_small import tell_if_too_small

ANSWER_KEYS = "abcdnpsty"
"""The keys a choice may have."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: what it returns, the key that gives it, its words."""

    answer: str
    key: str
    text: str


class ConfirmScreen(PacedModal[str | None]):
    """Asks, and returns the answer; None for Escape. The first choice is what Enter takes."""

    CSS_PATH = "confirm.tcss"
    AUTO_FOCUS = "OptionList"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss_none", "Cancel"),
        Binding("j", "cursor(1)", "Down", show=False),
        Binding("k", "cursor(-1)", "Up", show=False),
        # bindings and not key events: those find the question also when typed before it was drawn
        *(Binding(key, f"answer({key!r})", "Answer", show=False) for key in ANSWER_KEYS),
    ]

    def __init__(self, question: str, choices: Sequence[Choice], *, detail: str = "") -> None:
        super().__init__()
        self._question = printable(question)
        self._detail = "\n".join(printable(one) for one in detail.split("\n"))
        self._choices = tuple(choices)

    def compose(self) -> ComposeResult:
        """The question over its answers."""
        with Vertical(id="confirm"):
            yield Static(Content(self._question), id="question", markup=False)
            if self._detail:
                yield Static(Content(self._detail), id="detail", markup=False)
            yield OptionList(
                *(
                    Option(
                        Content.assemble((f" {choice.key} ", "bold $primary"), f" {printable(choice.text)}"),
                        id=choice.answer,
                    )
                    for choice in self._choices
                ),
                markup=False,
            )

    def on_resize(self, event: events.Resize) -> None:
        """A sentence where nothing else fits."""
        tell_if_too_small(self, event.size)

    def action_answer(self, key: str) -> None:
        """An answer's own key gives it at once."""
        for choice in self._choices:
            if choice.key == key:
                self.dismiss(choice.answer)
                return

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter gives the highlighted answer."""
        self.dismiss(event.option_id)

    def action_cursor(self, by: int) -> None:
        """Move among the answers."""
        options = self.query_one(OptionList)
        (options.action_cursor_down if by > 0 else options.action_cursor_up)()

    def action_dismiss_none(self) -> None:
        """No answer: nothing happens."""
        self.dismiss(None)
