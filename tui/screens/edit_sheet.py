"""One lane's preset with its settings to be typed anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from training.plan import Lane
from training.preset.editing import draft
from training.preset.printable import printable
from tui.screens.paced_painting import PacedModal
from tui.screens.too_small import tell_if_too_small
from tui.widgets.edit_fields import FIELD_LINES, EditFields
from tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from training.preset import Preset


@dataclass(frozen=True, slots=True)
class Edited:
    """What is to be set beside the preset's file, as `--set` takes it; nothing where it is to be as it says."""

    overrides: tuple[str, ...]
    is_to_be_saved: bool = False
    """Asked for in the same breath."""


class EditSheet(PacedModal[Edited | None]):
    """Answers with what is to be set; None for Escape. What cannot be so is neither kept nor saved."""

    CSS_PATH = "edit_sheet.tcss"
    AUTO_FOCUS = "EditFields"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+s", "keep", "Keep", key_display="⏎", tooltip="Keep it for the launch"),
        Binding("w,ctrl+w", "save", "Save as own", tooltip="Keep it, and save it as a preset of your own"),
        Binding("r,ctrl+r", "reset", "All as the preset", tooltip="Take every change back"),
        Binding("escape", "drop", "Drop", key_display="esc", tooltip="Leave all as it was before"),
    ]

    def __init__(self, lane: Lane, name: str, own: Preset, overrides: Sequence[str] = ()) -> None:
        """`own` is what the file says.

        Raises:
            PresetError: the overrides do not fit it.
        """
        super().__init__()
        self._lane: Lane = lane
        self._name_of_preset = name
        self._own = own
        self._draft = draft(own, overrides)

    def compose(self) -> ComposeResult:
        """The fields over their keys."""
        with Vertical(id="edit") as box:
            box.border_title = Content.assemble(
                ("Edit ", "$text-muted"),
                (f"lane {self._lane.upper()}", "bold $primary" if self._lane == "a" else "bold $accent"),
                (f"  {printable(self._name_of_preset, limit=40)}", "$foreground"),
            )
            fields = EditFields(self._draft, id="fields")
            fields.styles.height = FIELD_LINES
            yield fields
            yield KeyLine(id="edit-keys")

    def on_resize(self, event: events.Resize) -> None:
        """A sentence where nothing else fits."""
        tell_if_too_small(self, event.size)

    def action_keep(self) -> None:
        """Keep what stands here."""
        self._answer(is_to_be_saved=False)

    def action_save(self) -> None:
        """Keep it, and save it as well."""
        self._answer(is_to_be_saved=True)

    def action_reset(self) -> None:
        """Every field as the preset's file has it."""
        self._draft = draft(self._own)
        self.query_one(EditFields).show(self._draft)

    def action_drop(self) -> None:
        """Change nothing."""
        self.dismiss(None)

    def _answer(self, *, is_to_be_saved: bool) -> None:
        refused = self._draft.refused
        if refused is not None:
            self.query_one(EditFields).go_to(refused)  # where it says why
            return
        self.dismiss(Edited(self._draft.overrides(), is_to_be_saved))
