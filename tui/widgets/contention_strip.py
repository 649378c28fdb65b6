"""What the two do to each other, in the lines between the header and the lanes."""

from __future__ import annotations

from collections.abc import Sequence

from training.analysis.contention import Contention
from training.analysis.event_text import decided_text
from training.analysis.state import RunState
from training.plan import LANES
from tui import format
from tui.contention_text import (
    ON_A_CPU,
    THREADS_MATTER,
    between,
    excluded_text,
    limit_texts,
    probe_text,
    saved_text,
    times,
)
from tui.widgets import figures
from tui.widgets.lines import LinesWidget
from tui.widgets.spans import LANE_TONE, Line, Span, Tone, clip, line, whole, width_of, wrap
from tui.widgets.verdict_line import slowdowns_line, verdict_line

Part = tuple[int, str, Line]
"""How readily it is left out, what joins it to the part before, and its spans."""

_BETWEEN = " · "
JOIN_HINT = "join another with n"
OFFERED = frozenset({"share", "join"})
"""Actions that the strip speaks of, each with its key where it can be done."""


class ContentionStrip(LinesWidget):
    """Slowdowns, throughput, the verdict, and what a probe does while it goes on."""

    DEFAULT_CSS = """
    ContentionStrip { height: 2; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._state: RunState | None = None
        self._offered = OFFERED

    def show(self, state: RunState, offered: frozenset[str] = OFFERED) -> None:
        """Take a new state, and which of `OFFERED` can be done in it."""
        self._state, self._offered = state, offered
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:
        """As much as there are lines for."""
        return strip_lines(self._state, width, height, self._offered) if self._state is not None else []


def strip_lines(state: RunState, width: int, height: int, offered: frozenset[str] = OFFERED) -> list[Line]:
    """The strip in `height` lines: of one the sentence that matters now, of two the numbers over it, of more all.

    Keys are told for what is `offered` alone.
    """
    if len(state.lanes) < len(LANES):
        return _one_lane(state, offered)[-height:]
    told = state.contention.contention
    saying, verdict = _saying(state, width, offered), _verdict(state, width)
    if height == 1:
        return [saying or _in_one_line(state, width)]
    if not told.slowdown and told.stp is None:
        return _without_numbers(state, saying, width, height)
    numbers = _fitting(_numbers(state), width)
    if height == 2:
        return [numbers, saying or verdict]
    more = [
        one
        for one in (saying, _adaptive(state, width), *_limits(state, width), _fitting(_basis(told), width))
        if one
    ]
    if figures.is_cpu(state):
        more.append(line((clip(ON_A_CPU, width), "muted")))
    return [numbers, verdict, *more][:height]


def _saying(state: RunState, width: int, offered: frozenset[str]) -> Line:
    """What goes on just now and stands before the verdict: a probe, or that taking turns is faster."""
    told = state.contention
    if not state.is_live:
        return ()
    if told.probing is not None:
        return line((clip(probe_text(told.probing.lane, width), width), "strong"))
    if not told.turns_are_faster or state.sharing == "sequential":
        return ()
    if state.sharing == "adaptive":
        is_so = told.decided is not None and told.decided.choice == "turns"
        return () if is_so else line(("taking turns is now faster: adaptive sees to it", "warning"))
    offer = ": press s" if state.sharing == "together" and "share" in offered else ""
    return line((f"taking turns is now faster{offer}", "warning"))


def _without_numbers(state: RunState, saying: Line, width: int, height: int) -> list[Line]:
    """Why there are none yet, over what goes on now and what limits the pair."""
    label = "CPU · " if figures.is_cpu(state) else ""
    told = "".join(text for text, _ in _verdict(state, 10_000))
    room = height - 1 if saying else height
    rows = wrap(f"{label}{told}", width)
    if len(rows) > room:
        rows = [*rows[: room - 1], clip(" ".join(rows[room - 1 :]), width)]
    lines = [*(line((text, "muted")) for text in rows), *([saying] if saying else [])]
    return [*lines, *_limits(state, width)][:height]


def _verdict(state: RunState, width: int) -> Line:
    told = state.contention.contention
    spans = verdict_line(told, width)
    if state.sharing == "sequential" and not told.blocks and told.verdict == "unknown":
        return line((clip("unknown: they take turns, so neither slows the other", width), "muted"))
    if figures.is_cpu(state) and told.verdict != "unknown":
        spans += line((f"{_BETWEEN}{THREADS_MATTER}", "muted"))
    return whole(spans, width)


def _in_one_line(state: RunState, width: int) -> Line:
    """The verdict with its interval, then both slowdowns where they fit."""
    told = state.contention.contention
    label = line(("CPU ", "strong")) if figures.is_cpu(state) else ()
    verdict = label + _verdict(state, width - width_of(label))[:2]
    slowdowns = line(
        *((f" {lane.upper()} {times(told.slowdown.get(lane))}", LANE_TONE[lane]) for lane in LANES)
    )
    both = (*verdict, (" ", "plain"), *slowdowns)
    return both if width_of(both) <= width else verdict


def _numbers(state: RunState) -> list[Part]:
    told, saved_s = state.contention.contention, state.contention.saved_ahead_s
    parts: list[Part] = [(0, _BETWEEN, line(("CPU", "strong")))] if figures.is_cpu(state) else []
    parts += [
        (0, _BETWEEN, slowdowns_line(told)),
        (1, _BETWEEN, line(("STP ", "muted"), f"{told.stp:.2f}" if told.stp is not None else format.UNKNOWN)),
        (4, " ", line((between(told.stp_interval), "muted"))),
        (3, _BETWEEN, line(("speed-up ", "muted"), times(told.speedup))),
        (5, " ", line((between(told.interval), "muted"))),
    ]
    if saved_s is not None and state.is_live:
        # of fewer than three blocks it is a first impression
        about = "≈ " if told.interval is None else ""
        tone: Tone = "muted" if about else "good" if saved_s >= 0 else "warning"
        parts.append((2, _BETWEEN, line((f"{about}{saved_text(saved_s)}", tone))))
    return parts


def _basis(told: Contention) -> list[Part]:
    """What the numbers rest on."""
    if not told.blocks and not told.excluded:
        return []
    cost = f"probing took {format.span(told.probe_cost_s)}" if told.probe_cost_s is not None else ""
    parts: list[tuple[int, str, Tone]] = [
        (0, excluded_text(told), "warning"),
        (1, cost, "muted"),
        (2, f"ANTT {told.antt:.2f}" if told.antt is not None else "", "muted"),
        (2, f"fairness {told.fairness:.2f}" if told.fairness is not None else "", "muted"),
        (3, "95 % t intervals over blocks" if told.interval is not None else "", "muted"),
    ]
    return [(rank, _BETWEEN, line((text, tone))) for rank, text, tone in parts if text]


def _limits(state: RunState, width: int) -> list[Line]:
    """What limits the pair, as far as two lines tell it."""
    texts = limit_texts(state.contention.limits)
    return [line((clip(text, width), "plain")) for text in texts[:2]]


def _adaptive(state: RunState, width: int) -> Line:
    decided = state.contention.decided
    if decided is None or state.sharing != "adaptive":
        return ()
    return line((clip(decided_text(decided), width), "plain"))


def _one_lane(state: RunState, offered: frozenset[str]) -> list[Line]:
    """Two lines: the rate it has alone, and how another comes beside it."""
    lane = next(iter(state.lanes), None)
    if lane is None:
        return []
    name = (lane.upper(), LANE_TONE[lane])
    if not state.is_live:
        return [line(name, (" had the device to itself: there is nothing to compare", "muted"))]
    rate = f"{format.rate(state.lanes[lane].steps_per_s)} steps/s"
    alone = line(name, (" trains alone: ", "muted"), rate)
    hint: Line = ((": ", "muted"), (JOIN_HINT, "strong")) if "join" in offered else ()
    return [alone, line(name, (" has the device to itself", "muted"), *hint)]


def _fitting(parts: Sequence[Part], width: int) -> Line:
    """The parts joined, without those most readily left out where they do not all fit."""
    kept = [part for part in parts if part[2]]
    while kept and width_of(_joined(kept)) > width:
        worst = max(rank for rank, _, _ in kept)
        if worst == 0:
            break
        kept = [part for part in kept if part[0] != worst]
    return whole(_joined(kept), width)


def _joined(parts: Sequence[Part]) -> Line:
    spans: list[Span] = []
    for index, (_, joint, part) in enumerate(parts):
        spans += [*([(joint, "faint")] if index else []), *part]  # type: ignore[list-item]
    return tuple(spans)
