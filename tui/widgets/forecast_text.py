"""A forecast in words: whether it fits, and how long it takes; from the roomiest form to the tightest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from training.plan import Lane, Sharing
from training.record.wall_time import wall_time
from tui import format
from tui.ages import age_text
from tui.widgets.spans import LANE_TONE, Line, Span, Tone, line

if TYPE_CHECKING:
    from training.analysis.forecast import Forecast, Together
    from training.analysis.forecast_fit import DeviceFit, FitState
    from training.analysis.forecast_memory import MemoryNeed

_GIB = 2**30
_ROUGH = "≈"
"""Before a time that stands on a rate that is only rough."""
_SHARED: dict[Sharing, str] = {"mps": "under MPS", "one-process": "in one process"}
"""How the two are beside each other, where that is not simply together."""
_FIT_TONE: dict[FitState, Tone] = {
    "fits": "good",
    "may not fit": "warning",
    "does not fit": "error",
    "not known": "muted",
}
_VERDICTS = {
    "together": "together is faster",
    "sequential": "taking turns is faster",
    "no clear difference": "no clear difference",
}
_WORST_FIRST: tuple[FitState, ...] = ("does not fit", "may not fit", "not known", "fits")
"""Of two devices the worse speaks for both."""


def fit_lines(forecast: Forecast) -> Iterator[Line]:
    """Whether the memory does, and how much is known of that."""
    states = [fit.state for fit in forecast.fits]
    state = next(state for state in _WORST_FIRST if state in states)
    word: Span = ("memory: " if state == "not known" else f"{state}: ", _FIT_TONE[state])
    amounts = [span for fit in forecast.fits for span in ((" · ", "muted"), *_amounts(fit))][1:]
    head = (word, *amounts)
    unknown = [
        lane.upper() for fit in forecast.fits for lane, need in fit.needs.items() if need.need_bytes is None
    ]
    missing = f" · {' and '.join(unknown)} not computed yet" if unknown else ""
    if any(fit.rests_on_estimates for fit in forecast.fits):
        for told in _estimate(forecast):
            yield line(*head, (f" · {told}{missing}", "muted"))
    yield line(*head, (missing, "muted"))
    yield line(*head)


def time_lines(forecast: Forecast, now: datetime) -> Iterator[Line]:
    """How long each takes alone, and both."""
    if forecast.sharing == "sequential" or len(forecast.lanes) == 1:
        is_told = len(forecast.lanes) > 1 and forecast.in_turn_s is not None
        rough = _ROUGH if forecast.rough else ""
        whole = f", in all {rough}{about(forecast.in_turn_s)}" if is_told else ""
        for alone in _alone(forecast, " then "):
            yield line(*alone, (whole, "plain"))
        return
    how = _SHARED.get(forecast.sharing, "together")
    together = forecast.together
    if together is None:
        for alone in _alone(forecast, " + "):
            yield line(*alone, ("; ", "muted"), (f"{how}: not measured yet", "muted"))
        return
    tone: Tone = "warning" if together.measured.verdict == "sequential" else "strong"
    for alone in _alone(forecast, " + "):
        for measured in _measured(together, now):
            yield line(
                *alone,
                ("; ", "muted"),
                (f"{how} {_whole(together)}", tone),
                (f" ({measured})", "muted"),
            )


def tight_lines(forecast: Forecast, now: datetime) -> Iterator[Line]:
    """Both in one line; that it does not fit says more than any time."""
    *_, fit = fit_lines(forecast)
    if any(one.state in ("does not fit", "may not fit") for one in forecast.fits):
        yield fit
        return
    together = forecast.together
    if together is not None:
        how = _SHARED.get(forecast.sharing, "together")
        when = ago(together.measured.at, now)
        times = _times(together)
        for told in (f" {when}, {times}", f", {times}", ""):
            yield line(*fit, (" · ", "muted"), (f"{how} {_whole(together)}", "strong"), (told, "muted"))
    else:
        *_, time = time_lines(forecast, now)
        yield line(*fit, (" · ", "muted"), *time)
        if forecast.alone_s:
            *_, alone = _alone(forecast, " + ")
            yield line(*fit, (" · ", "muted"), *alone)
    yield fit


def about(seconds: float | None) -> str:
    """A time that nobody knows to the second: 42 s, 12 min, 3.4 h, 5.2 days."""
    if seconds is None:
        return format.UNKNOWN
    if seconds < 99.5:
        return f"{seconds:.0f} s" if seconds >= 1 else "1 s"
    if seconds < 99.5 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 48 * 3600 else f"{seconds / 86400:.1f} days"


def ago(at: str, now: datetime) -> str:
    """When something was measured; a date that cannot be read is told as such."""
    then = wall_time(at)
    return "once" if then is None else age_text(then, now)


def _amounts(fit: DeviceFit) -> list[Span]:
    """`1.9 + 3.1 of 24.0 GiB`; on a CPU it is RSS, and said so."""
    spans: list[Span] = [("RSS ", "muted")] if fit.device.kind == "cpu" else []
    for index, (lane, need) in enumerate(fit.needs.items()):
        if index:
            spans.append((", then " if fit.in_turn else " + ", "muted"))
        spans.append(_amount(lane, need))
    total = format.UNKNOWN if fit.total_bytes is None else _gib(fit.total_bytes)
    return [*spans, (f" of {total} GiB", "plain")]


def _amount(lane: Lane, need: MemoryNeed) -> Span:
    if need.need_bytes is None:
        return format.UNKNOWN, "muted"
    about = "≈" if need.known_from == "estimate" or need.is_inferred else ""
    cap = " (cap)" if need.known_from == "cap" else ""
    return f"{about}{_gib(need.need_bytes)}{cap}", LANE_TONE[lane]


def _gib(count_bytes: int) -> str:
    gib = count_bytes / _GIB
    return f"{gib:.1f}" if gib >= 0.095 else f"{gib:.2f}"


def _estimate(forecast: Forecast) -> tuple[str, ...]:
    error = forecast.error
    if error is None:
        return ("≈ estimate, none was measured yet to hold it against", "≈ estimate, never checked yet")
    so_far = error.range_text("–")
    return (
        f"≈ estimate, so far {so_far} times what was measured, median {error.median:.1f} (n={error.count})",
        f"estimate, so far {so_far} times what was measured (n={error.count})",
        f"estimate, so far {so_far}× (n={error.count})",
    )


def _alone(forecast: Forecast, between: str) -> Iterator[list[Span]]:
    """Each one's time alone, rough ones with what they stand on; what was never measured is not made up."""
    if not forecast.alone_s:
        yield [("alone: not measured yet", "muted")]
        return
    forms = [("not measured yet", False), (format.UNKNOWN, False)]
    if len(forecast.alone_s) == len(forecast.lanes):
        del forms[1]  # nothing is missing
    if forecast.rough:
        forms.insert(0, ("not measured yet", True))
    for missing, with_steps in forms:
        spans: list[Span] = []
        for index, lane in enumerate(forecast.lanes):
            spans += [(between, "muted")] if index else []
            spans += _time_alone(forecast, lane, missing, with_steps=with_steps)
        yield spans


def _time_alone(forecast: Forecast, lane: Lane, missing: str, *, with_steps: bool) -> list[Span]:
    seconds, few = forecast.alone_s.get(lane), forecast.rough.get(lane)
    if seconds is None:
        return [(missing, "muted")]
    if few is None:
        return [(about(seconds), LANE_TONE[lane])]
    rough: Span = (f"{_ROUGH}{about(seconds)}", LANE_TONE[lane])
    return [rough, (f" (from {few.text})", "muted")] if with_steps else [rough]


def _whole(together: Together) -> str:
    """The time of both."""
    return f"{_ROUGH if together.is_rough else ''}{about(together.seconds)}"


def _times(together: Together) -> str:
    """How many times as fast as one after the other."""
    return f"{_ROUGH if together.is_rough else ''}{together.speedup:.2f}×"


def _measured(together: Together, now: datetime) -> Iterator[str]:
    """When, by how much, how sure, and with what verdict."""
    pair = together.measured
    when, times = f"measured {ago(pair.at, now)}", _times(together)
    if pair.interval is None:
        blocks = f"only {pair.blocks} {'block' if pair.blocks == 1 else 'blocks'}"
        yield f"{when}, {times}, {blocks}"
    elif together.interval is not None:
        low, high = together.interval
        sure = f"{when}, {times}, {low:.2f} to {high:.2f}"
        if pair.verdict in _VERDICTS:
            yield f"{sure}: {_VERDICTS[pair.verdict]}"
        yield sure
    yield f"{when}, {times}"
    yield f"{ago(pair.at, now)}, {times}"
    yield times
