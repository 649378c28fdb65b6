"""How the time of the GPU's multiprocessors was shared: NVML's samples, smoothed.

A driver keeps a ring of about ten seconds of samples, some six a second; each names one process that was
caught on the engine (open-gpu-kernel-modules, ctrl2080perf.h). A single poll therefore jumps by tens of
points: figures are means over about eight seconds. They are shares of busy time, neither occupancy nor
efficiency.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

WINDOW_S = 8.0
"""Over how long shares are averaged."""

GRACE_S = 1.5
"""How long polls without new samples leave the last shares standing; some GPUs sample only once a second."""

FORGET_S = 12.0
"""After how long without samples the newest stamp is forgotten: the clock may have been set back."""

Owners = Mapping[int, int]
"""Whose each of our processes is: by PID, the PID of the lane's own process."""

_NOBODY_OF_OURS = -1


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
    """By owner."""


class SmShares:
    """Shares by owner over the last eight seconds.

    A sample is put down to whoever its PID belonged to when it came: a PID that passes to somebody else later takes
    none of it along, and what an ended lane used does not become that of others.

    Samples above 100 are the driver's known garbage and are dropped with their stamps, as are samples not
    newer than the newest seen. What the first poll finds is older than this meter and only sets the newest
    stamp. Where the shares of one span add up to more than 100, which attributed busy time cannot, they are scaled
    down together: who had more of the time is still told, and no sum of lanes and others passes 100.
    """

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.newest_pids: Collection[int] = ()
        """The processes that the samples of the last poll name; empty where it brought none."""
        self.last_seen_us = 0
        self._primed = False
        self._spans: deque[_Span] = deque()
        self._seen: set[int] = set()
        self._covered_until: float | None = None
        self._newest_at: float | None = None
        self._quiet_since = 0.0

    def add(self, samples: Iterable[UtilizationSample], now: float, owners: Owners) -> bool:
        """Take what one poll returned at `now` (seconds); returns whether any of it was new and sound."""
        if self._covered_until is not None and now < self._covered_until:
            self._forget()  # time ran backwards: what came before cannot be placed any more
        fresh = [
            sample
            for sample in samples
            if 0 <= sample.sm_percent <= 100 and sample.time_stamp_us > self.last_seen_us
        ]
        self.newest_pids = {sample.pid for sample in fresh} if self._primed else ()
        self._seen.intersection_update((_NOBODY_OF_OURS, *owners.values()))
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
            self._close_span(now, uncovered_s, {sample.pid: sample.sm_percent for sample in fresh}, owners)
            self._newest_at = self._quiet_since = now
        elif uncovered_s > GRACE_S:
            self._close_span(now, uncovered_s, {}, owners)
            if now - self._quiet_since > FORGET_S:
                self.last_seen_us, self._primed = 0, False
        return bool(fresh)

    def percent(self, owner: int, now: float) -> float | None:
        """Return the share of an owner's processes, 0..100; None when no sample ever named one of them."""
        return self._mean(owner, now) if owner in self._seen else None

    def others_percent(self, now: float) -> float | None:
        """Return the share of all processes that are not ours, 0..100; None before the first span."""
        return self._mean(_NOBODY_OF_OURS, now) if self._spans else None

    def age_s(self, now: float) -> float | None:
        """Return how long ago the newest sample came; None before the first."""
        return None if self._newest_at is None else max(0.0, now - self._newest_at)

    def _forget(self) -> None:
        self.last_seen_us, self._primed = 0, False
        self._spans.clear()
        self._seen.clear()
        self._newest_at = None

    def _mean(self, owner: int, now: float) -> float:
        weighted, seconds = 0.0, 0.0
        for span in self._spans:
            within_s = min(span.seconds, span.ended_at - (now - WINDOW_S))
            if within_s > 0:
                seconds += within_s
                weighted += within_s * span.percents.get(owner, 0.0)
        return min(100.0, weighted / seconds) if seconds > 0 else 0.0

    def _close_span(self, now: float, seconds: float, by_pid: Mapping[int, int], owners: Owners) -> None:
        if seconds <= 0:
            return
        scale = min(1.0, 100.0 / (sum(by_pid.values()) or 1))
        percents: dict[int, float] = {}
        for pid, percent in by_pid.items():
            owner = owners.get(pid, _NOBODY_OF_OURS)
            percents[owner] = percents.get(owner, 0.0) + percent * scale
        self._spans.append(_Span(now, seconds, percents))
        self._seen.update(percents)
        self._covered_until = now
        while self._spans and self._spans[0].ended_at <= now - WINDOW_S:
            self._spans.popleft()
