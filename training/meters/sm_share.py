"""How the time of the GPU's multiprocessors was shared: NVML's samples, smoothed.

A driver keeps a ring of about ten seconds of samples, some six a second; each names one process that was
caught on the engine (open-gpu-kernel-modules, ctrl2080perf.h). A single poll therefore jumps by tens of
points: figures are means over about eight seconds. They are shares of busy time, neither occupancy nor
efficiency.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

WINDOW_S = 8.0
"""Over how long shares are averaged."""

GRACE_S = 1.5
"""How long polls without new samples leave the last shares standing; some GPUs sample only once a second."""

FORGET_S = 12.0
"""After how long without samples the newest stamp is forgotten: the clock may have been set back."""


@dataclass(frozen=True, slots=True)
class UtilizationSample:
    """What NVML says of one process: share of busy time since the last poll, stamped in the driver's µs."""

    pid: int
    time_stamp_us: int
    sm_percent: int


@dataclass(frozen=True, slots=True)
class _Span:
    ended_at: float
    seconds: float
    percents: dict[int, float]


class SmShares:
    """Shares by process over the last eight seconds.

    Samples above 100 are the driver's known garbage and are dropped with their stamps, as are samples not
    newer than the newest seen. What the first poll finds is older than this meter and only sets the newest
    stamp. Where the shares of one span add up to more than 100, which attributed busy time cannot, they are scaled
    down together: who had more of the time is still told, and no sum of lanes and others passes 100.
    """

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.last_seen_us = 0
        self._primed = False
        self._spans: deque[_Span] = deque()
        self._seen: set[int] = set()
        self._covered_until: float | None = None
        self._newest_at: float | None = None
        self._quiet_since = 0.0

    def add(self, samples: Iterable[UtilizationSample], now: float) -> bool:
        """Take what one poll returned at `now` (seconds); returns whether any of it was new and sound."""
        fresh = [
            sample
            for sample in samples
            if 0 <= sample.sm_percent <= 100 and sample.time_stamp_us > self.last_seen_us
        ]
        if not self._primed:
            self._primed = True
            self._covered_until = self._quiet_since = now
            self.last_seen_us = max((sample.time_stamp_us for sample in fresh), default=0)
            return bool(fresh)
        assert self._covered_until is not None
        uncovered_s = now - self._covered_until
        if fresh:
            self.last_seen_us = max(sample.time_stamp_us for sample in fresh)
            fresh.sort(key=lambda sample: sample.time_stamp_us)  # of several of one process the newest holds
            self._close_span(now, uncovered_s, {sample.pid: float(sample.sm_percent) for sample in fresh})
            self._newest_at = self._quiet_since = now
        elif uncovered_s > GRACE_S:
            self._close_span(now, uncovered_s, {})
            if now - self._quiet_since > FORGET_S:
                self.last_seen_us, self._primed = 0, False
        return bool(fresh)

    def percent(self, pids: Collection[int], now: float) -> float | None:
        """Return the share of a tree of processes, 0..100; None when no sample ever named one of them."""
        if self._seen.isdisjoint(pids):
            return None
        return self._mean(now, lambda percents: sum(percents.get(pid, 0.0) for pid in pids))

    def others_percent(self, pids: Collection[int], now: float) -> float | None:
        """Return the share of all processes but `pids`, 0..100; None before the first span."""
        if not self._spans:
            return None
        return self._mean(
            now, lambda percents: sum(share for pid, share in percents.items() if pid not in pids)
        )

    @property
    def newest_pids(self) -> Collection[int]:
        """The processes that the newest samples name."""
        return self._spans[-1].percents.keys() if self._spans else ()

    def age_s(self, now: float) -> float | None:
        """Return how long ago the newest sample came; None before the first."""
        return None if self._newest_at is None else max(0.0, now - self._newest_at)

    def forget_others(self, pids: Collection[int]) -> None:
        """Drop every process that is not in `pids`, so that a PID used again starts unknown."""
        self._seen.intersection_update(pids)

    def _mean(self, now: float, share_in: Callable[[dict[int, float]], float]) -> float:
        weighted, seconds = 0.0, 0.0
        for span in self._spans:
            within_s = min(span.seconds, span.ended_at - (now - WINDOW_S))
            if within_s > 0:
                seconds += within_s
                weighted += within_s * share_in(span.percents)
        return min(100.0, weighted / seconds) if seconds > 0 else 0.0

    def _close_span(self, now: float, seconds: float, percents: dict[int, float]) -> None:
        if seconds <= 0:
            return
        total = sum(percents.values())
        if total > 100.0:
            percents = {pid: share * 100.0 / total for pid, share in percents.items()}
        self._spans.append(_Span(now, seconds, percents))
        self._seen.update(percents)
        self._covered_until = now
        while self._spans and self._spans[0].ended_at <= now - WINDOW_S:
            self._spans.popleft()
