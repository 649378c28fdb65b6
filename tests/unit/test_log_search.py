"""Searching the lines of a log."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.log_search import LogSearch

LINES = ("Loss 1", "step", "loss 2 loss", "step", "the LOSS")


def searched(text: str, near: int = 4) -> LogSearch:
    search = LogSearch()
    search.look_for(text, LINES, near)
    return search


def test_small_letters_find_all_and_capitals_only_themselves() -> None:
    assert searched("loss").found == (0, 2, 4)
    assert searched("LOSS").found == (4,)
    assert searched("").found == ()


@pytest.mark.parametrize(("near", "at"), [(4, 4), (3, 2), (1, 0), (0, 0)])
def test_it_begins_at_the_last_place_above_the_windows_end(near: int, at: int) -> None:
    assert searched("loss", near).at == at


def test_before_the_first_place_it_begins_there() -> None:
    assert searched("step", 0).at == 1


def test_it_goes_on_and_around() -> None:
    search = searched("loss")
    seen = []
    for by in (1, 1, 1, -1, -1):
        search.move(by, 0)
        seen.append(search.at)
    assert seen == [0, 2, 4, 2, 0]


def test_other_lines_keep_the_place_only_where_it_still_is_one() -> None:
    search = searched("loss")
    search.look_again((*LINES, "loss"))
    assert search.at == 4
    assert search.told == "line 3 of 4"
    search.look_again(("nothing", "loss"))
    assert search.at is None
    assert search.told == "in 1 lines"
    search.move(-1, 5)
    assert search.at == 1


def test_nothing_found_goes_nowhere() -> None:
    search = searched("nowhere")
    search.move(1, 0)
    assert (search.at, search.told) == (None, "not found")


@given(st.text(max_size=30), st.text(min_size=1, max_size=5))
def test_spans_lie_in_the_line_in_order(line: str, text: str) -> None:
    search = LogSearch()
    search.look_for(text, [line], 0)
    spans = search.spans(line)
    ends = [0, *(edge for span in spans for edge in span)]
    assert ends == sorted(ends)
    assert all(end <= len(line) for _, end in spans)
    if text in line:
        assert spans or text == text.lower()
