"""Spans and blocks for tests of contention: of a pair whose rates are known, and of any numbers a file may hold."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import strategies as st
from msgspec import Struct, structs

from training.analysis.blocks import BlockCount
from training.plan import LANES, Lane
from training.record.contention_records import RateSpan, SharedSpan, SoloSpan

OTHER: dict[Lane, Lane] = {"a": "b", "b": "a"}


@dataclass(frozen=True)
class Known:
    """One lane: seconds a step takes alone, how many times that beside the other; the same of an epoch's end."""

    step_s: float
    slowdown: float
    end_s: float = 0.0
    end_slowdown: float = 1.0

    def span(self, steps: int, *, shared: bool, epochs: int = 0) -> RateSpan:
        """What a span of so many steps and epoch ends tells."""
        step_s = self.step_s * (self.slowdown if shared else 1.0)
        end_s = self.end_s * (self.end_slowdown if shared else 1.0)
        return RateSpan(steps, steps * step_s, epochs * end_s, epochs)


Spans = list[SoloSpan | SharedSpan]


@dataclass
class Measured:
    """Writes a run's spans one after the other, as the supervisor does."""

    lanes: Mapping[Lane, Known]
    steps: int = 30
    epochs: int = 1
    now_s: float = 20.0
    spans: Spans = field(default_factory=list)

    def solo(self, block: int, lane: Lane, disturbed: tuple[str, ...] = (), complete: bool = True) -> None:
        """A probe's window; the other stands still for as long."""
        span = self.lanes[lane].span(self.steps, shared=False, epochs=self.epochs)
        began_s, lasted_s = self._passed(span)
        self.spans.append(
            SoloSpan(
                t=self.now_s,
                block=block,
                lane=lane,
                t0=began_s,
                t1=self.now_s,
                span=span,
                cost_s=lasted_s,
                disturbed=disturbed,
                complete=complete,
            )
        )

    def shared(self, block: int, disturbed: tuple[str, ...] = ()) -> None:
        """A while in which both train."""
        spans = {
            lane: known.span(self.steps, shared=True, epochs=self.epochs)
            for lane, known in self.lanes.items()
        }
        began_s, _ = self._passed(spans["a"])
        self.spans.append(
            SharedSpan(t=self.now_s, block=block, t0=began_s, t1=self.now_s, spans=spans, disturbed=disturbed)
        )

    def block(self, block: int) -> None:
        """A whole block."""
        for lane in LANES:
            self.solo(block, lane)
        self.shared(block)

    def _passed(self, span: RateSpan) -> tuple[float, float]:
        began_s, lasted_s = self.now_s, span.in_steps_s + span.outside_s
        self.now_s += lasted_s
        return began_s, lasted_s


def counted(spans: Spans) -> BlockCount:
    """All of them taken in."""
    count = BlockCount()
    for span in spans:
        if isinstance(span, SoloSpan):
            count.take_solo(span)
        else:
            count.take_shared(span)
    return count


def swapped(spans: Spans) -> Spans:
    """The same with the lanes' names changed about."""
    return [
        structs.replace(span, lane=OTHER[span.lane])
        if isinstance(span, SoloSpan)
        else structs.replace(span, spans={OTHER[lane]: one for lane, one in span.spans.items()})
        for span in spans
    ]


def all_finite(told: object) -> bool:
    """Whether every number in it, however deep, is one."""
    if isinstance(told, float):
        return math.isfinite(told)
    if isinstance(told, Mapping):
        return all(all_finite(value) for value in told.values())
    if isinstance(told, list | tuple):
        return all(all_finite(value) for value in told)
    if isinstance(told, Struct):
        return all(all_finite(value) for value in structs.asdict(told).values())
    if dataclasses.is_dataclass(told) and not isinstance(told, type):
        return all(all_finite(getattr(told, one.name)) for one in dataclasses.fields(told))
    return True


def _with_firsts(
    steps: int, in_steps_s: float, outside_s: float, epochs: int, first_share: float
) -> RateSpan:
    """A possible span, whose epochs' first steps took that share of its time."""
    firsts = min(epochs, steps)
    return RateSpan(steps, in_steps_s, outside_s, epochs, firsts, first_share * in_steps_s if firsts else 0.0)


KNOWN = st.builds(
    Known,
    step_s=st.floats(1e-4, 10.0),
    slowdown=st.floats(0.5, 10.0),
    end_s=st.floats(0.0, 20.0),
    end_slowdown=st.floats(0.5, 10.0),
)
PAIRS: st.SearchStrategy[dict[Lane, Known]] = st.fixed_dictionaries({"a": KNOWN, "b": KNOWN})

# What JSON can hold: no number that is not finite, but any other.
ANY_SECONDS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([0.0, -1.0, 5e-324, 1e-9, 1e308])
)
ANY_COUNT = st.one_of(st.integers(-5, 100), st.sampled_from([2**63, -(2**63), 10**400, -(10**400)]))
ANY_LANE = st.sampled_from(LANES)
ANY_SPAN = st.one_of(
    st.builds(
        _with_firsts,
        st.integers(1, 500),
        st.floats(0.1, 50.0),
        st.floats(0.0, 5.0),
        st.integers(0, 3),
        st.floats(0, 1),
    ),
    st.builds(RateSpan, ANY_COUNT, ANY_SECONDS, ANY_SECONDS, ANY_COUNT, ANY_COUNT, ANY_SECONDS),
)
WHY = st.lists(st.sampled_from(["swapping", "another process"]), max_size=2).map(tuple)
ANY_SOLO = st.builds(
    SoloSpan,
    t=ANY_SECONDS,
    block=st.integers(-1, 4),
    lane=ANY_LANE,
    t0=ANY_SECONDS,
    t1=ANY_SECONDS,
    span=ANY_SPAN,
    how=st.sampled_from(["probe", "probe", "turn", "after the other ended"]),
    cost_s=ANY_SECONDS,
    complete=st.booleans(),
    disturbed=WHY,
)
ANY_SHARED = st.builds(
    SharedSpan,
    t=ANY_SECONDS,
    block=st.integers(-1, 4),
    t0=ANY_SECONDS,
    t1=ANY_SECONDS,
    spans=st.dictionaries(ANY_LANE, ANY_SPAN),
    disturbed=WHY,
)
ANY_SPANS: st.SearchStrategy[Spans] = st.lists(st.one_of(ANY_SOLO, ANY_SHARED), max_size=30)
