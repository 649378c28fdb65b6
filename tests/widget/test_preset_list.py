"""A lane's list alone: what each row says in how many cells."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tests.app.pick_world import broken, entry
from training.preset_library import PresetEntry
from tui.widgets.preset_list import PresetList


class Drawn(PresetList):
    """Draws without a screen."""

    def redraw(self) -> None:
        """Nothing to paint on."""

    def rows(self, width: int, height: int) -> list[str]:
        """The text of the lines."""
        return ["".join(text for text, _ in line) for line in self.draw(width, height)]


def listed(*entries: PresetEntry, picked: str = "") -> Drawn:
    widget = Drawn("a")
    widget.show(entries, picked)
    return widget


def test_before_anything_is_read_it_says_so() -> None:
    assert Drawn("a").rows(30, 5) == ["Reading the presets…"]
    assert listed().rows(30, 5) == ["No presets found."]


def test_the_first_that_can_be_used_is_highlighted_where_the_asked_one_is_missing() -> None:
    widget = listed(broken(), entry("one"), entry("two"), picked="gone")
    assert widget.picked is not None
    assert widget.picked.name == "one"


@pytest.mark.parametrize("width", [22, 26, 36, 50, 76])
@pytest.mark.parametrize("name", ["short", "x" * 90, "模型" * 30])
def test_no_row_is_wider_than_the_list(width: int, name: str) -> None:
    rows = listed(entry(name), broken(name), picked=name).rows(width, 5)
    assert all(cell_len(row) == width for row in rows)
    if cell_len(name) > width:
        assert "…" in rows[0]


def test_a_bad_preset_says_so_at_every_width() -> None:
    assert all("cannot be used" in listed(broken("x" * 90)).rows(width, 3)[0] for width in (26, 36, 76))


def test_titles_stand_beside_the_names_where_there_is_room() -> None:
    widget = listed(entry("one", title="The title"))
    assert "The title" in widget.rows(60, 3)[0]
    assert "The title" not in widget.rows(36, 3)[0]


def test_the_highlight_is_always_in_sight_and_no_room_is_left_at_the_end() -> None:
    entries = tuple(entry(f"preset-{index:02}") for index in range(30))
    widget = listed(*entries, picked="preset-29")
    assert [row.split()[-2] for row in widget.rows(36, 4)] == [
        "preset-26",
        "preset-27",
        "preset-28",
        "preset-29",
    ]
    widget.pick("preset-00")
    assert "▸ preset-00" in widget.rows(36, 4)[0]
    widget.pick("preset-05")
    assert "▸ preset-05" in widget.rows(36, 4)[-1]


class TestFilter:
    @staticmethod
    def typed(*entries: PresetEntry, picked: str = "", text: str = "") -> str | None:
        """What is highlighted once a text was typed letter by letter."""
        widget = listed(*entries, picked=picked)
        widget.action_filter()
        for end in range(1, len(text) + 1):
            widget._type(text[:end])
        return None if widget.picked is None else widget.picked.reference

    def test_a_whole_name_is_highlighted_before_others_that_hold_it(self) -> None:
        entries = (entry("imdb-lstm"), entry("lstm"), entry("lstm-wide"))
        assert self.typed(*entries, picked="imdb-lstm", text="lstm") == "lstm"
        assert self.typed(*entries, picked="imdb-lstm", text="LSTM ") == "lstm"
        assert self.typed(*entries, picked="imdb-lstm", text="lst") == "imdb-lstm"
        assert self.typed(*entries, picked="lstm-wide", text="lstm-") == "lstm-wide"

    def test_of_several_the_highlighted_one_stays_else_it_is_the_shipped_one(self) -> None:
        entries = (entry("lstm", origin="local"), entry("lstm", origin="user"), entry("lstm"), entry("cnn"))
        assert self.typed(*entries, picked="cnn", text="lstm") == "lstm"
        assert self.typed(*entries, picked="user:lstm", text="lstm") == "user:lstm"
        assert self.typed(*entries, picked="cnn", text="local:lstm") == "local:lstm"


def test_a_name_with_escapes_is_harmless() -> None:
    rows = listed(entry("evil\x1b[31m\u202e")).rows(50, 3)
    assert "\x1b" not in rows[0]
    assert "\u202e" not in rows[0]
