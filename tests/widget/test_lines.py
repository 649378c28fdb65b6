"""The base of the live widgets: harmless, fitting, and painting only what changed."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip

from tests.waiting import screen_text, wait_until
from tui.widgets.bars import progress_bar, stacked_bar
from tui.widgets.lines import LinesWidget
from tui.widgets.spans import (
    Line,
    beside,
    changed_width,
    clip,
    fit,
    line,
    merged,
    spread,
    whole,
    width_of,
    wrap,
)


class Three(LinesWidget):
    """Three lines, and the regions it asked to have painted."""

    def __init__(self) -> None:
        super().__init__()
        self.texts = ["one", "two", "three"]
        self.asked: list[Region] = []

    def draw(self, width: int, height: int) -> list[Line]:
        return [line(text) for text in self.texts]

    def refresh(self, *regions: Region, **how: bool) -> Three:
        self.asked.extend(regions)
        return super().refresh(*regions, **how)


class OneWidget(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.three = Three()

    def compose(self) -> ComposeResult:
        yield self.three


async def test_only_changed_lines_are_painted() -> None:
    app = OneWidget()
    async with app.run_test(size=(40, 10)) as pilot:
        await wait_until(pilot, lambda: "three" in screen_text(app))
        app.three.asked.clear()
        app.three.redraw()
        assert app.three.asked == []
        app.three.texts[1] = "zwei"
        app.three.redraw()
        assert app.three.asked == [Region(0, 1, 4, 1)]
        await wait_until(pilot, lambda: "zwei" in screen_text(app))
        app.three.texts = ["one"]
        app.three.redraw()
        await wait_until(pilot, lambda: "three" not in screen_text(app))


async def test_a_hidden_widget_is_not_drawn_and_catches_up_when_shown() -> None:
    app = OneWidget()
    async with app.run_test(size=(40, 10)) as pilot:
        await wait_until(pilot, lambda: "three" in screen_text(app))
        app.three.display = False
        await wait_until(pilot, lambda: "three" not in screen_text(app))
        app.three.asked.clear()
        app.three.texts[0] = "eins"
        app.three.redraw()
        assert app.three.asked == []
        app.three.display = True
        await wait_until(pilot, lambda: "eins" in screen_text(app))


def test_control_sequences_end_at_the_door() -> None:
    assert line("a\x1b[2Jb\n", ("\x9b31m", "error")) == ((r"a\x1b[2Jb\n", "plain"), (r"\x9b31m", "error"))
    assert "\x1b" not in clip("x\x1b]0;title\x07", 40)
    assert wrap("a\x1b[2J b", 20) == [r"a\x1b[2J b"]


def test_wide_letters_count_two_cells() -> None:
    assert width_of(fit(line("训练模型"), 5)) == 5
    assert width_of(fit(line("ab", "训练"), 20)) == 20
    assert width_of(line(clip("训练模型", 5))) <= 5
    assert all(width_of(line(row)) <= 7 for row in wrap("训练模型 and more words besides", 7))


def test_lines_are_composed_to_a_width() -> None:
    assert spread(line("left", " more"), line("right"), 12) == (
        ("left", "plain"),
        ("  ", "plain"),
        (" ", "plain"),
        ("right", "plain"),
    ) or (width_of(spread(line("left", " more"), line("right"), 12)) == 12)
    assert whole(line("abc", "def", "g"), 5) == line("abc")
    assert [width_of(row) for row in beside([line("a")], 4, [line("bb")], 2)] == [6, 4]


def test_blanks_take_the_tone_beside_them() -> None:
    spans: Line = (("  ", "plain"), ("⠁", "a"), ("   ", "plain"), ("⠂", "a"), ("x", "b"), ("  ", "plain"))
    assert merged(spans) == (("  ⠁   ⠂", "a"), ("x  ", "b"))


def test_bars() -> None:
    assert stacked_bar([(50, "#", "a"), (25, "%", "b")], 100, 8) == (
        ("####", "a"),
        ("%%", "b"),
        ("··", "faint"),
    )
    # something is never drawn as nothing, and more than everything not past the end
    assert stacked_bar([(1, "#", "a")], 10_000, 8)[0] == ("#", "a")
    assert width_of(stacked_bar([(900, "#", "a"), (900, "%", "b")], 100, 8)) == 8
    assert stacked_bar([], 0, 8) == ()
    assert progress_bar(0.999, 10, "=", "-", "a") == (("=" * 9, "a"), ("-", "faint"))
    assert progress_bar(1.0, 10, "=", "-", "a") == (("=" * 10, "a"),)


_spans = st.lists(
    st.tuples(st.text("ab ⠁训", min_size=1, max_size=4), st.sampled_from(["plain", "a", "b"])), max_size=5
)


@given(_spans, _spans)
def test_painting_up_to_the_changed_width_makes_the_new_line(old: list[Any], new: list[Any]) -> None:
    width = 24
    before, after = fit(tuple(old), width), fit(tuple(new), width)
    until = changed_width(before, after, width)
    painted = Strip([Segment(text, _style(tone)) for text, tone in merged(after)], width).crop(0, until)
    kept = Strip([Segment(text, _style(tone)) for text, tone in merged(before)], width).crop(until, width)
    text = painted.text + kept.text
    assert text == "".join(span[0] for span in after)


def _style(tone: str) -> Style:
    return Style(color={"plain": "white", "a": "blue", "b": "yellow"}[tone])


def test_what_stands_at_the_right_keeps_its_distance_from_a_word_that_is_too_long() -> None:
    assert spread(line("at the barrier"), line("ETA –"), 16) == (
        ("at the ba…", "plain"),
        (" ", "plain"),
        ("ETA –", "plain"),
    )
