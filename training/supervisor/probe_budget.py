"""When a contention probe may be taken, and how long its windows are."""

from __future__ import annotations

from dataclasses import dataclass

from training.analysis.contention import SAME_WITHIN
from training.plan import Probing

LONG_RUN_S = 600.0
LONG_RUN_SHARE = 0.02
"""What probing may cost of a run of over ten minutes."""
SHORT_RUN_SHARE = 0.03
"""The same of a shorter one; only the three blocks that a verdict needs may cost more."""
SHORT_RUN_MOST_S = LONG_RUN_S * LONG_RUN_SHARE
FIRST_BLOCKS = 5
"""So many are taken one after the other at the start, as far as the budget goes.

In a short run only where taking turns may be faster: where three say that together is, more would cost what they tell.
"""
FEWEST_BLOCKS = 3
BETWEEN_BLOCKS_S = 180.0
WINDOW_SHARE = 0.005
"""A window's least length as a share of the run."""
SHORTEST_WINDOW_S = 0.75
LONGEST_WINDOW_S = 5.0
AIMED_SHARE = 0.025
"""A window is meant to have thirty steps, and fewer where these would take longer than this share of the run."""
AIMED_MOST_S = 20.0
"""The same in seconds, however long the run."""
UNKNOWN_COST_SHARE = 0.5
"""1 - 1/STP for lanes that do not disturb each other at all: the most a probe can cost."""


@dataclass(slots=True)
class ProbeBudget:
    """Decides by what probing has cost so far and by how long the run is expected to take."""

    probing: Probing
    stood_still_s: float = 0.0
    """For how long lanes stood still for probes so far."""
    blocks_begun: int = 0
    blocks_counted: int = 0
    """Those of them that count: a disturbed one is taken again, as often as blocks were wanted."""
    last_ended_s: float | None = None

    def window_s(self, expected_s: float | None) -> float:
        """The least length of a window."""
        if self.probing.seconds is not None:
            return self.probing.seconds
        share_s = LONGEST_WINDOW_S if expected_s is None else WINDOW_SHARE * expected_s
        return min(max(share_s, SHORTEST_WINDOW_S), LONGEST_WINDOW_S)

    def aimed_s(self, expected_s: float | None) -> float:
        """How long a window may take to come to thirty steps, so that three blocks can be paid for."""
        most_s = AIMED_MOST_S
        if expected_s is not None:
            most_s = min(most_s, AIMED_SHARE * expected_s)
        if self.probing.blocks is None:
            most_s = min(most_s, self._most_s(expected_s) / UNKNOWN_COST_SHARE / (2 * FEWEST_BLOCKS))
        return max(self.window_s(expected_s), most_s)

    def allows_block(
        self, now_s: float, trained_s: float, expected_s: float | None, stp: float | None, block_s: float
    ) -> bool:
        """Whether a block may begin now.

        Args:
            now_s: seconds since the run began.
            trained_s: for how long both have trained beside each other.
            expected_s: how long the whole run will take from its release; None where nobody knows.
            stp: as measured so far, None before.
            block_s: for how long lanes will stand still in it.
        """
        if not self.probing.enabled:
            return False
        if self.probing.blocks is not None:
            return not self.is_done
        cost_share = UNKNOWN_COST_SHARE if stp is None else max(0.0, 1.0 - 1.0 / stp)
        cost_s = (self.stood_still_s + block_s) * cost_share
        if self.blocks_begun < FEWEST_BLOCKS:
            is_short = expected_s is None or expected_s < LONG_RUN_S
            return self._has_room(expected_s, block_s) and (is_short or cost_s <= self._most_s(expected_s))
        if self.blocks_counted < self._first_blocks(expected_s, stp) and self.blocks_begun < 2 * FIRST_BLOCKS:
            return cost_s <= self._most_s(expected_s)
        if self.last_ended_s is not None and now_s - self.last_ended_s < BETWEEN_BLOCKS_S:
            return False
        return cost_s <= LONG_RUN_SHARE * max(trained_s, LONG_RUN_S)

    @property
    def is_done(self) -> bool:
        """Whether as many blocks count as were asked for, or twice as many were begun; never, where none were."""
        wanted = self.probing.blocks
        return wanted is not None and (self.blocks_counted >= wanted or self.blocks_begun >= 2 * wanted)

    @staticmethod
    def _first_blocks(expected_s: float | None, stp: float | None) -> int:
        is_short = expected_s is not None and expected_s < LONG_RUN_S
        is_together_ahead = stp is not None and stp > 1.0 + SAME_WITHIN
        return FEWEST_BLOCKS if is_short and is_together_ahead else FIRST_BLOCKS

    @staticmethod
    def _most_s(expected_s: float | None) -> float:
        if expected_s is None:
            return SHORT_RUN_MOST_S
        if expected_s >= LONG_RUN_S:
            return LONG_RUN_SHARE * expected_s
        return min(SHORT_RUN_MOST_S, SHORT_RUN_SHARE * expected_s)

    @staticmethod
    def _has_room(expected_s: float | None, block_s: float) -> bool:
        """A verdict needs three blocks: a run that is not several times as long as these gets none."""
        return expected_s is None or expected_s >= 4 * FEWEST_BLOCKS * block_s
