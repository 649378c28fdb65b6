"""What the strip says of contention, word for word, at the three sizes that screens have."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import contention_states as told
from tests import states
from training.analysis.contention import Contention
from training.analysis.contention_state import ContentionState, ProbeMark
from training.analysis.pair_limits import PairLimit
from training.analysis.state import RunState
from tui.widgets.contention_strip import strip_lines
from tui.widgets.spans import Line, width_of

SMALL, USUAL, LARGE = (58, 1), (78, 2), (158, 4)


def said(state: RunState, size: tuple[int, int]) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in strip_lines(state, *size)]


def tones_of(lines: list[Line]) -> dict[str, str]:
    return {text: tone for line in lines for text, tone in line}


SENTENCES: list[tuple[RunState, tuple[int, int], list[str]]] = [
    (told.cpu(), SMALL, ["CPU together is faster: 1.51× (1.44–1.58)  A 1.31× B 1.58×"]),
    (
        told.cpu(),
        USUAL,
        [
            "CPU · A 1.31× slower · B 1.58× · STP 1.40 · saves 6:07 to the end",
            "together is faster: 1.51× (1.44–1.58), 5 blocks of this run · threads matter",
        ],
    ),
    (
        told.cpu(told.DISTURBED),
        LARGE,
        [
            "CPU · A 1.31× slower · B 1.58× · STP 1.40 (1.35–1.45) · speed-up 1.51× (1.44–1.58) · "
            "saves 6:07 to the end",
            "together is faster: 1.51× (1.44–1.58), 5 blocks of this run · threads matter",
            "2 left out: another process on the CPUs, a throttled clock · probing took 3.2 s · ANTT 1.45 · "
            "fairness 0.83 · 95 % t intervals over blocks",
            "on a CPU thread settings are part of this: models that each scale badly over the cores gain "
            "from sharing",
        ],
    ),
    (told.gpu(), SMALL, ["together is faster: 1.51× (1.44–1.58)  A 1.31× B 1.58×"]),
    (
        told.gpu(),
        USUAL,
        [
            "A 1.31× slower · B 1.58× · STP 1.40 · speed-up 1.51× · saves 6:07 to the end",
            "together is faster: 1.51× (1.44–1.58), 5 blocks of this run",
        ],
    ),
    (told.gpu(told.SEQUENTIAL), SMALL, ["one after the other is faster: 1.25× (1.18–1.33)"]),
    (
        told.gpu(told.SEQUENTIAL, saved_ahead_s=-252.0),
        USUAL,
        [
            "A 2.40× slower · B 2.20× · STP 0.87 · speed-up 0.80× · loses 4:12 to the end",
            "one after the other is faster: 1.25× (1.18–1.33), 5 blocks of this run",
        ],
    ),
    (told.gpu(told.NO_DIFFERENCE), SMALL, ["no clear difference: 1.01× (0.97–1.05)  A 2.00× B 1.98×"]),
    (
        told.gpu(told.NO_DIFFERENCE, saved_ahead_s=None),
        USUAL,
        [
            "A 2.00× slower · B 1.98× · STP 1.01 (0.97–1.05) · speed-up 1.01× (0.97–1.05)",
            "no clear difference: 1.01× (0.97–1.05), 5 blocks of this run",
        ],
    ),
    (told.gpu(told.UNKNOWN), SMALL, ["unknown: only 2 blocks measured, at least 3 are needed"]),
    (
        told.gpu(told.UNKNOWN),
        USUAL,
        [
            "A 1.31× slower · B 1.58× · STP 1.40 · speed-up 1.51× · ≈ saves 6:07 to the end",
            "unknown: only 2 blocks measured, at least 3 are needed",
        ],
    ),
    (
        states.gpu_run(),
        USUAL,
        ["unknown: nothing is measured yet"],
    ),
    (told.probing("b"), SMALL, ["probe: B alone; A stands still, holds memory, may use CPU"]),
    (
        told.probing("a"),
        USUAL,
        [
            "CPU · A 1.31× slower · B 1.58× · STP 1.40 · saves 6:07 to the end",
            "probe: A alone, B stands still (holds its memory, may use a core)",
        ],
    ),
    (told.turns_are_faster(), SMALL, ["taking turns is now faster: press s"]),
    (
        told.turns_are_faster(),
        USUAL,
        [
            "A 2.40× slower · B 2.20× · STP 0.87 · speed-up 0.80× · loses 4:12 to the end",
            "taking turns is now faster: press s",
        ],
    ),
    (told.one_lane(), SMALL, ["A has the device to itself: join another with n"]),
    (
        told.one_lane(),
        USUAL,
        ["A trains alone: 20.4 steps/s", "A has the device to itself: join another with n"],
    ),
    (
        told.one_lane(phase="ended"),
        USUAL,
        ["A had the device to itself: there is nothing to compare"],
    ),
]


@pytest.mark.parametrize(("state", "size", "sentences"), SENTENCES)
def test_sentences(state: RunState, size: tuple[int, int], sentences: list[str]) -> None:
    assert said(state, size) == sentences


@pytest.mark.parametrize("size", [SMALL, USUAL, (98, 3), LARGE])
@pytest.mark.parametrize("state", [state for state, _, _ in SENTENCES])
def test_it_keeps_to_its_room(state: RunState, size: tuple[int, int]) -> None:
    lines = strip_lines(state, *size)
    assert len(lines) <= size[1]
    assert all(width_of(line) <= size[0] for line in lines)


def test_where_there_is_room_the_verdict_stays_beside_what_goes_on() -> None:
    lines = said(told.turns_are_faster(), LARGE)
    assert lines[1].startswith("one after the other is faster: 1.25×")
    assert lines[2] == "taking turns is now faster: press s"


def test_words_and_colour_say_the_verdict() -> None:
    for state, text, tone in (
        (told.gpu(), "together is faster: 1.51×", "good"),
        (told.gpu(told.SEQUENTIAL), "one after the other is faster: 1.25×", "warning"),
        (told.gpu(told.NO_DIFFERENCE), "no clear difference: 1.01×", "strong"),
        (told.gpu(told.UNKNOWN), f"unknown: {told.TOO_FEW}", "muted"),
    ):
        assert tones_of(strip_lines(state, *USUAL))[text] == tone


@pytest.mark.parametrize(
    ("sharing", "sentence"),
    [
        ("mps", "taking turns is now faster"),
        ("adaptive", "taking turns is now faster: adaptive sees to it"),
        ("sequential", "one after the other is faster: 1.25× (1.18–1.33), 5 blocks of this run"),
    ],
)
def test_the_key_is_offered_only_where_it_does_something(sharing: str, sentence: str) -> None:
    assert said(told.turns_are_faster(sharing=sharing), USUAL)[1] == sentence
    assert said(told.turns_are_faster(phase="ended"), USUAL)[1].startswith("one after the other is faster")


def test_what_adaptive_decided_is_told_with_its_numbers() -> None:
    lines = said(told.in_turns(), LARGE)
    assert lines[2] == (
        "adaptive: one after the other: throughput together 0.87 of taking turns (0.81 to 0.93, 5 blocks): "
        "lane A trains first"
    )
    assert "taking turns is now faster" not in "".join(lines)


def test_lanes_in_turns_have_nothing_to_measure() -> None:
    state = states.gpu_run(sharing="sequential", contention=ContentionState())
    assert said(state, USUAL) == ["unknown: they take turns, so neither slows the other"]


DISTURBED = Contention(
    excluded=3,
    because="no block measured, at least 3 are needed; 3 disturbed: other work on the CPUs (1.4 of 2 cores)",
)


def test_where_there_are_no_numbers_their_lines_tell_why() -> None:
    state = states.cpu_run(contention=ContentionState(DISTURBED))
    assert said(state, USUAL) == [
        "CPU · unknown: no block measured, at least 3 are needed; 3 disturbed: other",
        "work on the CPUs (1.4 of 2 cores)",
    ]
    (line,) = said(state, SMALL)
    assert line == "CPU unknown: no block measured, at least 3 are needed; 3 …"
    probing = ContentionState(DISTURBED, probing=ProbeMark(4, "a", 60.0))
    assert said(replace(state, contention=probing), USUAL) == [
        "CPU · unknown: no block measured, at least 3 are needed; 3 disturbed: other w…",
        "probe: A alone, B stands still (holds its memory, may use a core)",
    ]


def test_what_limits_the_pair_stands_under_the_verdict() -> None:
    limits = (
        PairLimit(
            "CPU cores oversubscribed", "lanes use 1.93 of 2 cores; threads for one operation: a 2, b 2"
        ),
        PairLimit("memory near the limit", "7.6 of 8.0 GiB in use at peak"),
    )
    lines = said(told.gpu(limits=limits), LARGE)
    assert lines[2:] == [
        "limited by CPU cores oversubscribed: lanes use 1.93 of 2 cores; threads for one operation: a 2, b 2",
        "limited by memory near the limit: 7.6 of 8.0 GiB in use at peak",
    ]
    unclear = (PairLimit("not clear", "the device is 61 % busy"),)
    assert (
        said(told.gpu(limits=unclear), LARGE)[2] == "what limits them is not clear: the device is 61 % busy"
    )
