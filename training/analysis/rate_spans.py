"""Spans of one lane: which numbers one can have, several as one, and what a step and an epoch's end took in one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from training.record.contention_records import RateSpan

NOTHING = RateSpan(0, 0.0)

MOST_STEPS = 10**12
MOST_S = 1e9
"""Thirty years: no span is longer, and with it no sum or ratio leaves what a float can hold."""
SHORTEST_STEP_S = 1e-9
MANY_ENDS = 5
"""So many epoch ends in a span tell by themselves what one takes."""


@dataclass(frozen=True, slots=True)
class StepTimes:
    """What a usual step of a lane took, and an epoch's end where many were seen."""

    step_s: float
    end_s: float | None = None

    @classmethod
    def of(cls, span: RateSpan) -> StepTimes:
        """In a span of one step at least."""
        return cls(span.step_s, mean_end_s(span.ends_s, span.epochs))


def mean_end_s(ends_s: float, epochs: float) -> float | None:
    """The mean of many epoch ends; None of few, of which one may be out of the ordinary."""
    return ends_s / epochs if epochs >= MANY_ENDS else None


def is_possible(span: RateSpan) -> bool:
    """Whether these can be the numbers of a span at all: a damaged record may hold any."""
    return (
        0 <= span.steps <= MOST_STEPS
        and span.steps * SHORTEST_STEP_S <= span.in_steps_s <= MOST_S
        and 0 <= span.outside_s <= MOST_S
        and 0 <= span.epochs <= MOST_STEPS
        and 0 <= span.first_steps <= span.steps
        and 0 <= span.first_steps_s <= span.in_steps_s
        and (span.steps == 0 or span.step_s >= SHORTEST_STEP_S / 2)
    )


def added(spans: Iterable[RateSpan]) -> RateSpan:
    """Spans of one lane as one."""
    kept = list(spans)
    return RateSpan(
        steps=sum(span.steps for span in kept),
        in_steps_s=sum(span.in_steps_s for span in kept),
        outside_s=sum(span.outside_s for span in kept),
        epochs=sum(span.epochs for span in kept),
        first_steps=sum(span.first_steps for span in kept),
        first_steps_s=sum(span.first_steps_s for span in kept),
    )
