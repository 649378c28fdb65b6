"""Play a run's record from a thread, and hand on what it adds up to at each moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from training.analysis.replay import Replay
from training.analysis.state import RunState
from tui.feed import DEFAULT_PERIOD_S, Feed
from tui.replay_speed import FASTEST, SLOWEST

LONG_WAY_S = 3600.0
"""To a place that is further away, or back from a place so late, it may take a moment: that is told first."""


@dataclass(frozen=True, slots=True)
class ReplayPlace:
    """Where a replay stands in its record, and how it goes on."""

    position_s: float
    end_s: float
    speed: float = 1.0
    plays: bool = True
    at_end: bool = False
    """Whether there is nothing more to come."""
    is_seeking: bool = False
    """Whether it is on its way to that place: what is shown is of another."""


Deliver = Callable[[RunState, ReplayPlace], object]


class ReplayFeed(Feed):
    """Plays one record and delivers its state once a period of the viewer's time, and whenever something is asked.

    While nothing moves it sleeps. `deliver` is called in the thread, everything else from any.
    """

    def __init__(
        self,
        replay: Replay,
        deliver: Deliver,
        *,
        failed: Callable[[str], object] = lambda _: None,
        speed: float = 1.0,
        period_s: float = DEFAULT_PERIOD_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Play `replay` from where it stands."""
        super().__init__("dualtrain-replay", failed, period_s)
        self._replay = replay
        self._deliver = deliver
        self._clock = clock
        self._lock = threading.Lock()
        self._wanted_s = replay.position_s
        self._asked = 0
        """How often another place was asked for: a way that is no longer wanted is broken off."""
        self._speed = speed
        self._plays = True
        self._played_until_s = clock()
        self._state: RunState | None = None

    def start(self) -> None:
        """Begin to play."""
        self._played_until_s = self._clock()
        super().start()

    def play_or_pause(self) -> None:
        """Stand still, or go on; at the end of the record begin again."""
        with self._lock:
            self._play_on()
            if self._is_over_at(self._wanted_s):
                self._go_to(0.0)
                self._plays = True
            else:
                self._plays = not self._plays
        self._wake.set()

    def seek_by(self, seconds: float) -> None:
        """Go forward or back, as far as the record goes; infinitely far is to its beginning or end."""
        with self._lock:
            self._play_on()
            self._go_to(self._wanted_s + seconds)
        self._wake.set()

    def speed_times(self, factor: float) -> None:
        """Play faster or slower, within the bounds."""
        with self._lock:
            self._play_on()
            self._speed = min(max(self._speed * factor, SLOWEST), FASTEST)
        self._wake.set()

    @property
    def place(self) -> ReplayPlace:
        """Where it is, or is on its way to."""
        return self._place_at(self._wanted_s)

    def _place_at(self, position_s: float, *, is_seeking: bool = False) -> ReplayPlace:
        with self._lock:
            return ReplayPlace(
                position_s=position_s,
                end_s=self._replay.end_s,
                speed=self._speed,
                plays=self._plays,
                at_end=self._is_over_at(position_s),
                is_seeking=is_seeking,
            )

    def _is_over_at(self, position_s: float) -> bool:
        return position_s >= self._replay.end_s and not self._replay.is_live

    def _go_to(self, t: float) -> None:
        self._wanted_s = min(max(t, 0.0), self._replay.end_s)
        self._asked += 1

    def _play_on(self) -> None:
        """Let the place move for the time that has passed."""
        now_s = self._clock()
        if self._plays:
            passed_s = (now_s - self._played_until_s) * self._speed
            self._wanted_s = min(self._wanted_s + passed_s, self._replay.end_s)
        self._played_until_s = now_s

    def _follow(self) -> None:
        while not self._over:
            try:
                self._look()
            except Exception as error:  # noqa: BLE001 - a screen that stands still without a word would be worse
                self._tell_failure(error)
            moves = self._plays and not self._is_over_at(self._wanted_s)
            self._wait(self.period_s if moves else None)

    def _look(self) -> None:
        """Go where the replay should be by now, and deliver what is there."""
        self._replay.look()
        with self._lock:
            self._play_on()
            wanted_s, asked = self._wanted_s, self._asked
        is_long_way = self._is_long_way(wanted_s)
        if is_long_way and self._state is not None and not self._over:
            self._deliver(self._state, self._place_at(wanted_s, is_seeking=True))
        if not self._replay.seek(wanted_s, wanted=lambda: not self._over and self._asked == asked):
            return
        if is_long_way:
            with self._lock:
                self._played_until_s = self._clock()  # while it was on its way nothing played
        self._state = self._replay.state()
        if not self._over:
            self._deliver(self._state, self._place_at(wanted_s))

    def _is_long_way(self, wanted_s: float) -> bool:
        before_s = self._replay.position_s
        return (wanted_s - before_s if wanted_s >= before_s else wanted_s) > LONG_WAY_S
