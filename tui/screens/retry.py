"""The question how an ended run is to be run again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from training.analysis.held_text import held_text
from training.analysis.state import RunState
from training.preset.printable import printable
from tui.screens.confirm import Choice, ConfirmScreen
from tui.screens.live_messages import AgainAsked

if TYPE_CHECKING:
    from textual.screen import Screen

    from training.plan import Plan
    from training.retry import RetryKey, RetryOffer

_KEYS: dict[RetryKey, str] = {"batch": "b", "cap": "c", "sequential": "s", "cpu": "p", "again": "a"}
"""The letter that takes each offer."""

_MOST_OTHERS = 3


@dataclass(frozen=True, slots=True)
class RunAgain:
    """What is needed to ask how an ended run is to be run again."""

    plan: Plan
    state: RunState

    def ask(self, screen: Screen[None]) -> None:
        """Put the question over `screen`, which posts `AgainAsked` where it is answered with an offer."""
        from training.retry import offers, retry_request

        made = offers(self.plan, self.state)

        def answered(key: str | None) -> None:
            chosen = next((offer for offer in made if offer.key == key), None)
            if chosen is not None:
                screen.notify("Launching the pair again…", timeout=3, markup=False)
                screen.post_message(AgainAsked(retry_request(self.plan, chosen, run=Path(self.state.folder))))
                screen.run_worker(self._tell_changed_presets(screen), thread=True, exit_on_error=False)

        # at once and not by a message: keys that were typed on are the question's
        screen.app.push_screen(retry_question(self.state, made), answered)

    def _tell_changed_presets(self, screen: Screen[None]) -> Callable[[], None]:
        app = screen.app

        def tell() -> None:
            from training.retry import changed_presets

            for sentence in changed_presets(self.plan).values():
                app.call_from_thread(app.notify, sentence, timeout=10, markup=False)

        return tell


def retry_question(state: RunState, offers: Sequence[RetryOffer]) -> ConfirmScreen:
    """How to run the pair again; the likeliest to help is what Enter takes. Answers an offer's key, or None."""
    return ConfirmScreen(
        "Run the pair again?",
        [Choice(offer.key, _KEYS[offer.key], _sentence(offer.text)) for offer in offers],
        detail="\n".join([*_why(state), "A new run, linked to this one; Escape launches nothing."]),
    )


def _why(state: RunState) -> list[str]:
    """What became of each lane that failed, and who held the memory then."""
    told: list[str] = []
    for lane, held in state.lanes.items():
        if held.error is None:
            continue
        told.append(printable(f"{lane.upper()} {held.preset_name}: {held.error.kind}"))
        if held.error.held:
            told.append(f"  held then: {printable(held_text(held.error.held, most_others=_MOST_OTHERS))}")
    return told


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
