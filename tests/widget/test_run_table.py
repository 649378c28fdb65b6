"""The table of the runs alone: which columns have room, and what stands in them."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from rich.cells import cell_len

from training.analysis.run_listing import ListedRun, RunListState
from tui.widgets.run_columns import columns_for, heading
from tui.widgets.run_rows import STATE_TONES, RunRow, presets_within, run_rows
from tui.widgets.run_table import RunTable

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


class Drawn(RunTable):
    """Draws without a screen."""

    def redraw(self) -> None:
        """Nothing to paint on."""

    def rows(self, width: int, height: int) -> list[str]:
        """The text of the lines."""
        return ["".join(text for text, _ in line) for line in self.draw(width, height)]


def listed(name: str = "lstm", state: RunListState = "completed", index: int = 0) -> ListedRun:
    """A run of `name` beside another."""
    return ListedRun(
        f"run-{index}", state, "2026-11-29T08:00:00+00:00", "one-process", "cpu", {"a": name, "b": "cnn-small"},
        f"/runs/{index}", "no clear difference", 1.01, host="box.example.org", size_bytes=1_288_490_189,
    )  # fmt: skip


def rows(*runs: ListedRun) -> tuple[RunRow, ...]:
    return run_rows(runs, NOW)


def drawn(*runs: ListedRun) -> Drawn:
    widget = Drawn()
    widget.show(rows(*runs))
    return widget


def test_before_anything_is_read_it_says_so() -> None:
    assert Drawn().rows(30, 5) == ["Reading the runs…"]
    assert " ".join(drawn().rows(30, 5)).startswith("No runs yet: n here")


def test_where_there_is_room_everything_stands_under_its_heading() -> None:
    head, row, *_ = drawn(listed()).rows(150, 5)
    for told in ("completed", "lstm + cnn-small", "one-process", "no difference 1.01×", "yesterday", "2026-11-29",
                 "box.example.org", "1.20 GiB"):  # fmt: skip
        assert told in row
    for title, told in (
        ("state", "completed"),
        ("presets", "lstm"),
        ("verdict", "no diff"),
        ("where", "box"),
    ):
        assert head.index(title) == row.index(told)


@pytest.mark.parametrize(
    ("width", "missing"),
    [
        (150, set()),
        (102, {"date"}),
        (76, {"date", "where", "sharing"}),
        (56, {"date", "where", "sharing", "size", "age"}),
    ],
)
def test_what_gives_way_first_stands_below_the_table_as_well(width: int, missing: set[str]) -> None:
    shown = {name for name, _ in columns_for(rows(listed()), width - 2)}
    every = {"state", "presets", "sharing", "verdict", "age", "date", "where", "size"}
    assert every - shown == missing
    (row,) = rows(listed())
    assert all(
        getattr(row, name) in " ".join(row.told) for name in ("date", "where", "sharing", "size", "age")
    )


@pytest.mark.parametrize("width", [20, 40, 56, 76, 100, 156])
@pytest.mark.parametrize("name", ["short", "x" * 90, "模型" * 30])
def test_no_row_is_wider_than_the_table(width: int, name: str) -> None:
    told = drawn(listed(name), listed(index=1)).rows(width, 5)
    assert all(cell_len(row) == width for row in told[1:])
    assert cell_len(heading(columns_for(rows(listed(name)), width))) <= max(width, 30)


def test_the_highlight_is_always_in_sight_and_stays_on_its_run() -> None:
    runs = [listed(f"p{index:02}", index=index) for index in range(30)]
    widget = drawn(*runs)
    widget.action_move(29)
    assert [row.split()[2 if "▸" in row else 1] for row in widget.rows(76, 5)[1:]] == [
        "p26",
        "p27",
        "p28",
        "p29",
    ]
    widget.show(rows(*runs[10:]))
    assert "▸ completed  p29" in widget.rows(76, 5)[-1]
    widget.show(rows(*runs[:5]))
    assert "▸ completed  p04" in widget.rows(76, 5)[-1]


def test_every_state_has_a_tone() -> None:
    assert set(STATE_TONES.values()) == {"good", "plain", "warning", "error"}


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (40, "lstm-of-twelve + cnn-of-twelve"),
        (30, "lstm-of-twelve + cnn-of-twelve"),
        (20, "lstm-of… + cnn-of-t…"),
        (4, "lst…"),
    ],
)
def test_of_two_presets_neither_hides_the_other(cells: int, told: str) -> None:
    run = msgspec.structs.replace(listed(), presets={"a": "lstm-of-twelve", "b": "cnn-of-twelve"})
    assert presets_within(run, cells) == told


def test_a_short_preset_leaves_its_room_to_the_other() -> None:
    run = msgspec.structs.replace(listed(), presets={"a": "ab", "b": "a-long-name-of-a-preset"})
    assert presets_within(run, 20) == "ab + a-long-name-of…"
