"""When a block may begin: what it costs against what a run may pay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.plan import Probing
from training.supervisor.probe_budget import (
    BETWEEN_BLOCKS_S,
    FEWEST_BLOCKS,
    FIRST_BLOCKS,
    LONG_RUN_S,
    LONG_RUN_SHARE,
    LONGEST_WINDOW_S,
    SHORT_RUN_MOST_S,
    SHORTEST_WINDOW_S,
    UNKNOWN_COST_SHARE,
    ProbeBudget,
)


def taken(expected_s: float | None, block_s: float, stp: float, trained_s: float = 0.0) -> ProbeBudget:
    """Blocks one after the other for as long as the budget lets."""
    budget = ProbeBudget(Probing())
    while budget.allows_block(10.0, trained_s, expected_s, None if not budget.blocks_begun else stp, block_s):
        budget.blocks_begun += 1
        budget.blocks_counted += 1
        budget.stood_still_s += block_s
        budget.last_ended_s = 10.0
        assert budget.blocks_begun < 100
    return budget


class TestWindow:
    @pytest.mark.parametrize(
        ("expected_s", "least_s"), [(10.0, 0.75), (200.0, 1.0), (400.0, 2.0), (1e5, 5.0), (None, 5.0)]
    )
    def test_is_a_share_of_the_run_within_limits(self, expected_s: float | None, least_s: float) -> None:
        assert ProbeBudget(Probing()).window_s(expected_s) == least_s

    def test_is_what_was_asked(self) -> None:
        assert ProbeBudget(Probing(seconds=12.0)).window_s(10.0) == 12.0
        assert ProbeBudget(Probing(seconds=12.0)).aimed_s(10.0) == 12.0

    @given(expected_s=st.none() | st.floats(1.0, 1e6))
    def test_for_its_steps_is_no_longer_than_three_blocks_can_be_paid_for(
        self, expected_s: float | None
    ) -> None:
        budget = ProbeBudget(Probing())
        aimed_s = budget.aimed_s(expected_s)
        assert SHORTEST_WINDOW_S <= budget.window_s(expected_s) <= min(aimed_s, LONGEST_WINDOW_S)
        if expected_s is not None and aimed_s > budget.window_s(expected_s):
            cost_s = 2 * FEWEST_BLOCKS * aimed_s * UNKNOWN_COST_SHARE
            assert cost_s <= max(LONG_RUN_SHARE * expected_s, SHORT_RUN_MOST_S) * (1 + 1e-9)


class TestFirstBlocks:
    def test_are_five_where_they_are_cheap(self) -> None:
        assert taken(3600.0, 10.0, 1.3).blocks_begun == FIRST_BLOCKS
        assert taken(None, 10.0, 1.1).blocks_begun == FIRST_BLOCKS

    def test_cost_nothing_where_turns_are_faster(self) -> None:
        assert taken(700.0, 50.0, 0.9).blocks_begun in (0, FIRST_BLOCKS)
        assert taken(300.0, 20.0, 0.9).blocks_begun == FIRST_BLOCKS

    def test_of_a_short_run_are_three_where_together_is_ahead(self) -> None:
        assert taken(300.0, 3.0, 1.1).blocks_begun == FEWEST_BLOCKS
        assert taken(300.0, 3.0, 1.02).blocks_begun == FIRST_BLOCKS

    def test_of_a_short_run_are_taken_again_until_three_count(self) -> None:
        budget = ProbeBudget(Probing(), 9.0, blocks_begun=3, blocks_counted=1, last_ended_s=10.0)
        assert budget.allows_block(11.0, 20.0, 300.0, 1.1, 3.0)

    def test_are_three_at_least_in_a_short_run_with_room(self) -> None:
        assert taken(200.0, 16.0, 2.0).blocks_begun == FEWEST_BLOCKS

    @pytest.mark.parametrize("expected_s", [5.0, 100.0, 900.0])
    def test_are_none_where_there_is_no_room_for_three(self, expected_s: float) -> None:
        assert taken(expected_s, expected_s / 11, 1.5).blocks_begun == 0

    @given(
        expected_s=st.floats(LONG_RUN_S, 1e5),
        block_s=st.floats(1.0, 200.0),
        stp=st.floats(0.5, 2.0),
        trained=st.floats(0.0, 1.0),
    )
    def test_of_a_long_run_cost_two_percent_at_most(
        self, expected_s: float, block_s: float, stp: float, trained: float
    ) -> None:
        budget = taken(expected_s, block_s, stp, trained * expected_s)
        cost_s = budget.stood_still_s * max(0.0, 1 - 1 / stp)
        assert cost_s <= LONG_RUN_SHARE * max(expected_s, LONG_RUN_S) * (1 + 1e-9)

    @given(
        expected_s=st.floats(1.0, LONG_RUN_S * 0.99), block_s=st.floats(1.0, 60.0), stp=st.floats(0.5, 2.0)
    )
    def test_of_a_short_run_are_capped(self, expected_s: float, block_s: float, stp: float) -> None:
        budget = taken(expected_s, block_s, stp)
        assert budget.stood_still_s <= max(expected_s / 4, 2 * SHORT_RUN_MOST_S) or stp <= 1.5
        if budget.blocks_begun > FEWEST_BLOCKS:
            assert budget.stood_still_s * max(0.0, 1 - 1 / stp) <= SHORT_RUN_MOST_S * (1 + 1e-9)


class TestLaterBlocks:
    def later(self, now_s: float, trained_s: float, stood_still_s: float = 0.0, stp: float = 1.5) -> bool:
        budget = ProbeBudget(Probing(), stood_still_s, FIRST_BLOCKS, FIRST_BLOCKS, last_ended_s=100.0)
        return budget.allows_block(now_s, trained_s, 3600.0, stp, 10.0)

    def test_keep_their_distance(self) -> None:
        assert not self.later(100.0 + BETWEEN_BLOCKS_S - 1, 1e5)
        assert self.later(100.0 + BETWEEN_BLOCKS_S, 1e5)

    def test_are_paid_for_by_the_time_trained_so_far(self) -> None:
        assert self.later(1000.0, 600.0, 25.0)
        assert not self.later(1000.0, 600.0, 27.0)
        assert self.later(2000.0, 1200.0, 27.0)

    def test_come_after_many_that_did_not_count(self) -> None:
        budget = ProbeBudget(Probing(), 0.0, 2 * FIRST_BLOCKS, 1, last_ended_s=100.0)
        assert not budget.allows_block(110.0, 600.0, 3600.0, None, 1.0)
        assert budget.allows_block(300.0, 600.0, 3600.0, None, 1.0)


class TestAsked:
    def test_blocks_are_taken_whatever_they_cost_and_none_later(self) -> None:
        budget = ProbeBudget(Probing(blocks=4), stood_still_s=1e6)
        for number in range(4):
            assert not budget.is_done
            assert budget.allows_block(1.0, 0.0, 5.0, 1.9, 1e3)
            budget.blocks_begun = budget.blocks_counted = number + 1
        assert budget.is_done
        assert not budget.allows_block(1e6, 1e6, 1e7, 0.9, 0.0)

    def test_a_block_that_does_not_count_is_taken_again_but_not_for_ever(self) -> None:
        budget = ProbeBudget(Probing(blocks=4), blocks_begun=7, blocks_counted=1)
        assert budget.allows_block(1.0, 0.0, None, None, 1.0)
        budget.blocks_begun = 8
        assert budget.is_done
        assert not budget.allows_block(1.0, 0.0, None, None, 1.0)

    def test_off_means_none(self) -> None:
        for probing in (Probing(enabled=False), Probing(enabled=False, blocks=3)):
            assert not ProbeBudget(probing).allows_block(1e4, 1e4, 1e5, 0.9, 1.0)
        assert not ProbeBudget(Probing(enabled=False)).is_done
