"""The settings of a preset to be typed anew: a line for each, and under one that cannot be so why not."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.strip import Strip

from training.preset.editing import GROWTH, PRECISIONS, EditDraft, EditKey
from training.preset.printable import printable
from training.preset.script_words import WORDS_KEYS
from tui.widgets.lines import LinesWidget
from tui.widgets.spans import BLANK, Line, Tone, clip, line, spread, width_of, wrap
from tui.widgets.typed_text import is_sign, typed

FIELD_LINES = 9
"""Five fields, and what is wrong with the highlighted one at sixty columns."""

LABELS: dict[EditKey, str] = {
    "fit.batch_size": "batch size",
    "fit.epochs": "epochs",
    "fit.steps": "steps",
    "fit.learning_rate": "learning rate",
    "device.precision": "precision",
    "device.memory": "memory",
    "script.args": "arguments",
    "script.exec": "command",
    "script.env": "variables",
}
_HINTS: dict[EditKey, str] = {
    "fit.batch_size": "samples a step",
    "fit.epochs": "times through the data",
    "fit.steps": "batches in all",
    "fit.learning_rate": "as 0.001 or 1e-3",
    "device.precision": "space: the next",
    "device.memory": "growth (space), or a cap in MiB",
    "script.args": "words as in a shell",
    "script.exec": "words as in a shell",
    "script.env": "NAME=VALUE, as in a shell",
}
_OF_A_SCRIPT = "Model, data and length are the script's own; a preset names its Python and its folder."
_OF_A_PROGRAM = "All else is the program's own; a preset names its folder."
_LABEL_CELLS = 15
_WHOLE_SIGNS = frozenset("0123456789.-_")
"""Of a whole number, and what may be typed for one: that is told, where a letter may be a key."""
_LONGEST, _LONGEST_LINE = 24, 2000
_CAP = "1024"
"""What a cap begins with where there was none."""
_MOST_REASON_LINES = 3
_FEWEST_NOTE_CELLS = 10


class EditFields(LinesWidget, can_focus=True):
    """The fields with a highlight. What is typed in one just reached takes the place of what stood there."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"edit-fields--at"}

    DEFAULT_CSS = """
    EditFields {
        .edit-fields--at { background: $block-cursor-background; }
        &:ansi { .edit-fields--at { text-style: reverse; } }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k,shift+tab", "move(-1)", "Up", show=False),
        Binding("down,j,tab", "move(1)", "Down", show=False),
        Binding("left,h", "turn(-1)", "The choice before", show=False),
        Binding("right,l,space", "turn(1)", "The next choice", show=False),
    ]

    def __init__(self, draft: EditDraft, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._draft = draft
        self._at = 0
        self._is_typing = False
        self._row_at = 0

    @property
    def _keys(self) -> list[EditKey]:
        return list(self._draft.texts)

    @property
    def _key(self) -> EditKey:
        return self._keys[self._at]

    def show(self, draft: EditDraft) -> None:
        """Take another draft; the highlight stays."""
        self._draft, self._is_typing = draft, False
        self.redraw()

    def go_to(self, key: EditKey) -> None:
        """Highlight one field."""
        self._at, self._is_typing = self._keys.index(key), False
        self.redraw()
        self.screen.refresh_bindings()  # letters are no keys in the field of the memory

    def action_move(self, by: int) -> None:
        """The next field, round and round."""
        self.go_to(self._keys[(self._at + by) % len(self._keys)])

    def action_turn(self, by: int) -> None:
        """Another choice, where the field has choices."""
        text = self._draft.texts[self._key]
        if self._is_choice:
            at = PRECISIONS.index(text) if text in PRECISIONS else -by
            self._take(PRECISIONS[(at + by) % len(PRECISIONS)])
        elif self._key == "device.memory":
            own = self._draft.own_text(self._key)
            self._take((own if own != GROWTH else _CAP) if text == GROWTH else GROWTH)
        else:
            return
        self._is_typing = False

    def on_key(self, event: events.Key) -> None:
        """Keys are dealt with here and in order: bindings run only after what was typed on has come here."""
        if self._is_line and (text := typed(self._draft.texts[self._key], event)) is not None:
            self._take(text)
            event.stop()
            event.prevent_default()
            return
        match event.key:
            case "up" | "k" | "shift+tab":
                self.action_move(-1)
            case "down" | "j" | "tab":
                self.action_move(1)
            case "left":
                self.action_turn(-1)
            case "right" | "space":
                self.action_turn(1)
            case "backspace":
                self._take(self._draft.texts[self._key][:-1])
            case "ctrl+u":
                self._take("")
            case _ if event.character and self._is_typed(event.character):
                self._type(event.character)
            case _ if event.character and self.check_consume_key(event.key, event.character):
                if event.character in "gG":
                    self._take(GROWTH)
            case "h" | "l":
                self.action_turn(-1 if event.key == "h" else 1)
            case _:
                return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text takes the field, whatever it is: what it cannot be is told. To a line it is added."""
        self._is_typing = self._is_line
        self._type(printable(event.text.partition("\n")[0].strip()))
        event.stop()

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002
        """Letters in the field of the memory are those of its one word, and no keys; of a line all signs are."""
        if self._is_line:
            return is_sign(character)
        is_letter = character is not None and character.isalpha()
        return is_letter and self._key == "device.memory" and character not in ("j", "k")

    @property
    def _is_line(self) -> bool:
        """Whether any sign may be typed at the end of what stands there."""
        return self._key in WORDS_KEYS

    @property
    def _is_choice(self) -> bool:
        return self._key == "device.precision"

    def _is_typed(self, sign: str) -> bool:
        if self._is_choice:
            return False
        return sign in _WHOLE_SIGNS or (self._key == "fit.learning_rate" and sign in "eE+")

    def _type(self, text: str) -> None:
        self._take(self._draft.texts[self._key] + text if self._is_typing else text)

    def _take(self, text: str) -> None:
        self._is_typing = True
        self._draft.texts[self._key] = text[: _LONGEST_LINE if self._is_line else _LONGEST]
        self.redraw()

    def redraw(self) -> None:
        """Paint it all: the highlight reaches over cells in which nothing else changes."""
        super().redraw()
        self.refresh()

    def draw(self, width: int, height: int) -> list[Line]:
        """Every field; under the highlighted one why it cannot be so, under the others where there is room."""
        reasons = [self._reason(key, width) for key in self._keys]
        rows = [self._row(index, key, width, bool(reasons[index])) for index, key in enumerate(self._keys)]
        taken = len(rows) + sum(map(len, reasons))
        if taken > height:
            reasons = [lines if index == self._at else [] for index, lines in enumerate(reasons)]
        drawn: list[Line] = []
        for index, row in enumerate(rows):
            if index == self._at:
                self._row_at = len(drawn)
            drawn += [row, *reasons[index]]
        script = self._draft.own.script
        if script is not None:
            note = _OF_A_SCRIPT if script.exec is None else _OF_A_PROGRAM
            drawn += [
                BLANK,
                *(line(("  ", "plain"), (text, "muted")) for text in wrap(note, max(1, width - 2))),
            ]
        return drawn

    def render_line(self, y: int) -> Strip:
        """The highlighted field has a background of its own."""
        strip = super().render_line(y)
        if y != self._row_at or not self._lines:
            return strip
        at = self.get_component_rich_style("edit-fields--at")
        return Strip(
            Segment.apply_style(list(strip), post_style=Style(bgcolor=at.bgcolor, reverse=at.reverse))
        )

    def _row(self, index: int, key: EditKey, width: int, is_refused: bool) -> Line:
        at = index == self._at
        changed = self._draft.is_changed(key)
        tone: Tone = "error" if is_refused else "strong" if at or changed else "plain"
        cursor = "▏" if at and (self._is_line or (self._is_typing and not self._is_choice)) else ""
        mark = f"{self.glyphs.chosen} " if at else "  "
        shown = _end_of if at and self._is_line else clip
        value = shown(self._draft.texts[key], max(1, width - 2 - _LABEL_CELLS - 1))
        left = line(
            (mark, "strong"),
            (LABELS[key].ljust(_LABEL_CELLS), "plain" if at else "muted"),
            (value + cursor, tone),
        )
        note = f"preset: {self._draft.own_text(key) or 'none'}" if changed else _HINTS[key] if at else ""
        room = width - width_of(left) - 2
        if room < _FEWEST_NOTE_CELLS:
            return left
        return spread(left, line((clip(note, room), "muted")), width)

    def _reason(self, key: EditKey, width: int) -> list[Line]:
        why = self._draft.refusal(key)
        if why is None:
            return []
        lines = wrap(why, max(1, width - 2))
        if len(lines) > _MOST_REASON_LINES:
            room = max(1, width - 2)
            rest = " ".join(lines[_MOST_REASON_LINES - 1 :])
            lines = [*lines[: _MOST_REASON_LINES - 1], clip(rest, room)]
        return [line(("  ", "plain"), (text, "error")) for text in lines]


def _end_of(text: str, width: int) -> str:
    """The end of a text in at most `width` cells: there it is typed."""
    text = printable(text)
    if cell_len(text) <= width:
        return text
    end = text[-width:]
    while cell_len(end) > width - 1:
        end = end[1:]
    return f"…{end}"
