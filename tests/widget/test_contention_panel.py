"""The contention panel: its numbers, its history, and what stands there where there are none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs
from textual.app import App, ComposeResult

from tests import contention_states as told
from tests import states
from tests.waiting import screen_text, wait_until
from training.analysis.contention import Contention
from training.analysis.contention_state import ContentionState
from training.analysis.pair_limits import PairLimit
from training.analysis.state import RunState
from tui.widgets.contention_panel import ContentionPanel
from tui.widgets.contention_table import contention_table
from tui.widgets.glyphs import ASCII, UNICODE


class OnePanel(App[None]):
    def __init__(self, state: RunState) -> None:
        super().__init__()
        self._state = state
        self.panel = ContentionPanel()

    def compose(self) -> ComposeResult:
        yield self.panel

    def on_mount(self) -> None:
        self.panel.show(self._state)


async def shown(state: RunState, size: tuple[int, int]) -> str:
    """What the panel draws alone on a screen, as one text."""
    app = OnePanel(state)
    async with app.run_test(size=size) as pilot:
        await wait_until(pilot, lambda: "contention" in screen_text(app))
        await pilot.pause()
        return " ".join(row.strip("│ ") for row in screen_text(app).splitlines())


def rows(state: RunState) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in contention_table(state, UNICODE)]


def test_the_table() -> None:
    assert rows(told.cpu(told.DISTURBED)) == [
        "steps/s      alone   beside   slower",
        "━━ A          26.7     20.4    1.31×",
        "╍╍ B          29.5     18.7    1.58×",
        "·· STP        1.40 (1.35–1.45)",
        "speed-up     1.51× (1.44–1.58)  whole 1.42×",
        "both take    12:03  one after the other 18:11",
        "ANTT          1.45  fairness 0.83",
        "blocks           5  2 left out  probing took 3.2 s",
    ]


def test_what_is_not_known_is_a_dash() -> None:
    state = states.cpu_run(contention=ContentionState(Contention(shared_steps_per_s={"a": 20.4})))
    assert rows(state)[1:5] == [
        "━━ A             –     20.4        –",
        "╍╍ B             –        –        –",
        "·· STP           –",
        "speed-up         –",
    ]


async def test_the_history_stands_beside_the_table_with_each_probe_on_its_axis() -> None:
    text = await shown(told.cpu(), (120, 12))
    assert "contention · CPU  ━━ A  ╍╍ B  ·· STP" in text
    assert "95 % over blocks of this run · ▲ A △ B timed alone" in text
    assert text.count("▲") + text.count("△") == 12
    assert "◆" in text
    assert "◇" in text
    assert "on a CPU thread settings are part of this" in text


async def test_a_probe_that_does_not_count_has_a_sign_of_its_own() -> None:
    text = await shown(told.gpu(marks=told.marks(left_out=2)), (120, 12))
    assert "▲ A △ B timed alone · × does not count" in text
    assert text.count("▲") + text.count("△") == 10
    assert "contention · GPU" in text


@pytest.mark.parametrize("size", [(60, 6), (80, 10), (160, 48)])
async def test_it_fits_every_size(size: tuple[int, int]) -> None:
    text = await shown(told.cpu(told.DISTURBED), size)
    assert "1.31×" in text
    assert "1.58×" in text


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (
            states.cpu_run(),
            "Slowdowns are known once each lane was timed alone: the first probe follows soon after both train.",
        ),
        (
            states.cpu_run(
                contention=ContentionState(Contention(because="probing is off (--no-probe)")),
            ),
            "Probing is off (--no-probe): c asks for a probe now.",
        ),
        (
            states.cpu_run(
                contention=ContentionState(Contention(excluded=2, because="no block; 2 disturbed: x"))
            ),
            "No block; 2 disturbed: x.",
        ),
        (
            states.cpu_run(sharing="sequential"),
            "The lanes take turns: neither slows the other, so there is nothing to measure.",
        ),
        (told.one_lane(), "One lane has the device to itself: join another with n."),
        (told.one_lane(phase="ended"), "One lane has the device to itself."),
    ],
)
async def test_before_there_are_numbers_a_sentence_says_what_is_missing(
    state: RunState, sentence: str
) -> None:
    assert sentence in await shown(state, (120, 12))


async def test_with_one_block_there_is_a_picture_and_why_there_is_no_verdict() -> None:
    because = "only 1 block measured, at least 3 are needed"
    contention = structs.replace(told.UNKNOWN, blocks=1, because=because)
    text = await shown(told.gpu(contention, points=told.POINTS[:1], marks=told.marks(blocks=1)), (120, 12))
    assert because in text
    assert "◆" in text


def test_ascii_is_ascii_but_for_times_and_dashes() -> None:
    state = replace(told.gpu(), contention=told.told(saved_ahead_s=None))
    for spans in contention_table(state, ASCII):
        assert all(sign.isascii() or sign in "×–" for text, _ in spans for sign in text)


async def test_what_limits_the_pair_stands_below_the_numbers() -> None:
    limits = (PairLimit("device busy", "a kernel runs 97 % of the time"),)
    text = await shown(told.gpu(limits=limits), (80, 10))
    assert "limited by device busy: a kernel runs 97 % of the time" in text
