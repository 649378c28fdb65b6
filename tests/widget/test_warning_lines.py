"""Standing warnings in whatever room there is: never too many lines, never too long, every one counted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from training.analysis.standing_warnings import StandingWarning
from tui.widgets.spans import width_of
from tui.widgets.warning_lines import folded

_TEXTS = st.lists(st.text("ab cé\x1b ", min_size=1, max_size=200), min_size=1, max_size=6)


@given(texts=_TEXTS, width=st.integers(30, 160), most=st.integers(1, 4))
def test_they_fit_and_none_is_lost_unsaid(texts: list[str], width: int, most: int) -> None:
    warnings = [StandingWarning(str(number), f"w{number} {text}") for number, text in enumerate(texts)]
    lines = folded(warnings, width, most)
    assert 1 <= len(lines) <= most
    assert all(width_of(spans) <= width for spans in lines)
    text = "\n".join("".join(part for part, _ in spans) for spans in lines)
    told = sum(
        f"! w{number} " in f"{text} " or f"! w{number}\n" in f"{text}\n" for number in range(len(texts))
    )
    assert told == len(texts) or f"(+{len(texts) - told} more: 5)" in text


def test_one_warning_is_read_on_in_the_next_line_where_there_is_one() -> None:
    warning = StandingWarning("x", "TRAINS ON THE CPU (A): " + "word " * 30)
    assert len(folded([warning], 60, 2)) == 2
    assert len(folded([warning], 60, 1)) == 1
    assert folded([warning], 60, 1)[0][0][0].endswith("…")
