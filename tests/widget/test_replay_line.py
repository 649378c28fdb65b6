"""The line of a replay, at the widths that screens have."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tui.replay_feed import ReplayPlace
from tui.widgets.replay_line import ReplayLine

HALFWAY = ReplayPlace(83.0, 250.0, 4.0)
LONG = ReplayPlace(43_283.0, 86_400.0, 64.0)


def _drawn(place: ReplayPlace, width: int) -> str:
    (line,) = ReplayLine(place).draw(width, 1)
    return "".join(text for text, _ in line)


@pytest.mark.parametrize(
    ("place", "width", "told"),
    [
        (HALFWAY, 78, "replay 1:23 of 4:10 · 4× · space pauses, left/right seek 10 s, < > speed"),
        (HALFWAY, 58, "replay 1:23 of 4:10 · 4× · space pauses"),
        (LONG, 58, "replay 12:01:23 of 24:00:00 · 64× · space pauses"),
        (
            ReplayPlace(83.0, 250.0, 0.25, plays=False),
            58,
            "replay 1:23 of 4:10 · 0.25× · paused · space plays",
        ),
        (ReplayPlace(250.0, 250.0, at_end=True), 58, "replay 4:10 of 4:10 · the end · space plays it again"),
        (
            ReplayPlace(5.0, 90_000.0, is_seeking=True),
            58,
            "replay 0:05 of 25:00:00 · 1× · seeking · space pauses",
        ),
    ],
)
def test_what_fits_is_told_whole(place: ReplayPlace, width: int, told: str) -> None:
    assert _drawn(place, width).rstrip("━─ ").startswith(told)


@pytest.mark.parametrize("width", range(10, 200))
@pytest.mark.parametrize("place", [HALFWAY, LONG, ReplayPlace(0.0, 0.0)])
def test_it_is_never_wider_than_its_room(place: ReplayPlace, width: int) -> None:
    told = _drawn(place, width)
    at_least = f"replay {'x' * 20}"
    assert cell_len(told) <= max(width, len(at_least) + 20)
    if width >= 60:
        assert cell_len(told) <= width


def test_a_wide_one_has_a_bar_of_how_far_it_is() -> None:
    wide = _drawn(HALFWAY, 158)
    assert "shift+left/right a minute, home/end" in wide
    done, left = wide.count("━"), wide.count("─")
    assert done / (done + left) == pytest.approx(83 / 250, abs=0.05)
    assert "━" not in _drawn(HALFWAY, 78)
