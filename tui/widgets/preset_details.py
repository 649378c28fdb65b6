"""The details pane: what is known of the highlighted preset, in the roomiest form that fits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.content import Content

from training.preset.printable import printable
from tui.widgets.lines import LinesWidget
from tui.widgets.preset_facts import Fact, Known, long_facts, short_facts
from tui.widgets.preset_text import settings
from tui.widgets.spans import BLANK, Line, Tone, clip, line, wrap

if TYPE_CHECKING:
    from training.preset import Preset
    from training.preset_library import PresetEntry

_LABEL_CELLS = 12
_KEY_CELLS = 24
_LINES_FOR_PROSE = 5
"""With fewer lines than this the sizes come first, and the sentences where there is room."""


class PresetDetails(LinesWidget):
    """Says as much of a preset as fits."""

    DEFAULT_CSS = """
    PresetDetails {
        border: round $border-blurred;
        padding: 0 1;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._known: Known | None = None

    def show(self, known: Known) -> None:
        """Take what is known now."""
        if known == self._known:
            return
        self._known = known
        entry = known.entry
        self.border_title = Content.assemble(
            (f"Lane {known.lane.upper()}", "$primary" if known.lane == "a" else "$accent"),
            (f"  {printable(entry.name, limit=40)}" if entry else "", "bold $foreground"),
        )
        outside = entry is not None and entry.origin != "shipped"
        self.border_subtitle = Content(printable(str(entry.path), limit=60)) if entry and outside else ""
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:
        """The lines of the highlighted preset."""
        known = self._known
        if known is None or known.entry is None:
            return [line(("No preset is highlighted.", "muted"))]
        preset = known.entry.preset
        if preset is None:
            return _unusable(known.entry, width)
        short = short_facts(known, preset)
        head = [_title(preset, width), *_edited(known.entry, width)]
        if height < _LINES_FOR_PROSE:
            return [*head, *_clipped([short[2], short[3], short[0], short[1]], width)][:height]
        for lines in _forms(known, preset, short, width):
            if len(head) + len(lines) <= height:
                return [*head, *lines]
        return [*head, *_clipped([*short, *_sentences(preset)], width)][:height]


def _forms(known: Known, preset: Preset, short: list[Fact], width: int) -> Iterable[list[Line]]:
    """What stands under the title, from the roomiest to the tightest."""
    description = [line((text, "plain")) for text in wrap(preset.description, width)]
    stresses = _wrapped([Fact("stresses", preset.stresses)] if preset.stresses else [], width)
    facts = _wrapped(long_facts(known, preset), width)
    origin = _wrapped([Fact("made from", preset.origin)] if preset.origin else [], width)
    roomy = [*description, BLANK, *stresses, BLANK, *facts, *origin]
    yield [*roomy, BLANK, line(("Every setting", "muted")), *_settings(preset, width)]
    yield roomy
    yield [*description, *stresses, *facts]
    yield [*description, *stresses, *_clipped(short, width)]
    one_sentence = _clipped([fact for fact in _sentences(preset) if fact.label == "stresses"], width)
    yield [*description, *one_sentence, *_clipped(short, width)]
    cut = [line((clip(preset.description, width), "plain"))] if preset.description else []
    yield [*cut, *one_sentence, *_clipped(short, width)]


def _title(preset: Preset, width: int) -> Line:
    return line((clip(preset.title, width), "strong"))


def _edited(entry: PresetEntry, width: int) -> list[Line]:
    """What is set beside the file."""
    if not entry.overrides:
        return []
    return [_labelled("edited", clip(", ".join(entry.overrides), max(1, width - _LABEL_CELLS)), "warning")]


def _sentences(preset: Preset) -> list[Fact]:
    both = (Fact("stresses", preset.stresses), Fact("about", preset.description))
    return [fact for fact in both if fact.text]


def _wrapped(facts: Iterable[Fact], width: int) -> list[Line]:
    room = max(1, width - _LABEL_CELLS)
    lines: list[Line] = []
    for fact in facts:
        for index, text in enumerate(wrap(fact.text, room)):
            lines.append(_labelled("" if index else fact.label, text, fact.tone))
    return lines


def _clipped(facts: Iterable[Fact], width: int) -> list[Line]:
    room = max(1, width - _LABEL_CELLS)
    return [_labelled(fact.label, clip(fact.text, room), fact.tone) for fact in facts]


def _labelled(label: str, text: str, tone: Tone) -> Line:
    return line((label.ljust(_LABEL_CELLS), "muted"), (text, tone))


def _settings(preset: Preset, width: int) -> list[Line]:
    return [
        line(
            (key.ljust(_KEY_CELLS), "faint" if is_default else "muted"),
            (clip(text, max(1, width - _KEY_CELLS)), "faint" if is_default else "plain"),
        )
        for key, text, is_default in settings(preset)
    ]


def _unusable(entry: PresetEntry, width: int) -> list[Line]:
    return [
        line(("This preset cannot be used.", "error")),
        *(line((text, "plain")) for text in wrap(entry.error or "", width)),
    ]
