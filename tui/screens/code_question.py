"""The question whether code that a preset of the working directory names may run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.screens.confirm import Choice, ConfirmScreen

if TYPE_CHECKING:
    from training.code_trust import NamedCode


def code_question(code: Sequence[NamedCode]) -> ConfirmScreen:
    """Whether it may run; Enter alone is no. Answers `run`, `back` or None."""
    detail = [line for one in code for line in (one.preset, *(f"  {function}" for function in one.functions))]
    detail.append(
        "It came with this working directory, and may do whatever you may. A yes holds until it changes."
    )
    return ConfirmScreen(
        "A preset names code of its own. Run it?",
        [Choice("back", "n", "No, run nothing"), Choice("run", "y", "Yes, run it")],
        detail="\n".join(detail),
    )
