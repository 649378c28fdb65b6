"""Progress records put together to a second each: enough for a picture that is drawn once a second."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import structs

from training.record.lane_records import LaneRecord, Progress

PERIOD_S = 1.0


def thinner(records: Iterable[LaneRecord]) -> Iterator[LaneRecord]:
    """The records in their order; progress is put together where nothing else was told between."""
    kept: Progress | None = None
    for record in records:
        if isinstance(record, Progress) and kept is not None and _belong_together(kept, record):
            kept = together(kept, record)
            continue
        if kept is not None:
            yield kept
        kept = record if isinstance(record, Progress) else None
        if kept is None:
            yield record
    if kept is not None:
        yield kept


def together(first: Progress, then: Progress) -> Progress:
    """One record of the steps of both: sums, the extremes, and means by steps."""
    steps = first.steps + then.steps
    return structs.replace(
        then,
        steps=steps,
        span_s=first.span_s + then.span_s,
        loss=_mean(first.loss, first.steps, then.loss, then.steps),
        loss_min=min((x for x in (first.loss_min, then.loss_min) if x is not None), default=None),
        loss_max=max((x for x in (first.loss_max, then.loss_max) if x is not None), default=None),
        step_p50_s=_mean(first.step_p50_s, first.steps, then.step_p50_s, then.steps),
        step_p99_s=max((x for x in (first.step_p99_s, then.step_p99_s) if x is not None), default=None),
        first_steps=first.first_steps + then.first_steps,
        first_steps_s=first.first_steps_s + then.first_steps_s,
        nonfinite=first.nonfinite + then.nonfinite,
    )


def _belong_together(first: Progress, then: Progress) -> bool:
    within = then.t - first.t + first.span_s <= PERIOD_S
    return within and first.warm_up == then.warm_up and first.epoch == then.epoch


def _mean(first: float | None, first_steps: int, then: float | None, then_steps: int) -> float | None:
    if first is None or then is None or first_steps + then_steps == 0:
        return then if first is None else first
    return (first * first_steps + then * then_steps) / (first_steps + then_steps)
