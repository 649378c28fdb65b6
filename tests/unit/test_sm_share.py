"""Smoothing of NVML's utilisation samples: rules one by one, then whatever hypothesis thinks of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.meters.sm_share import SmShares, UtilizationSample

SECOND_US = 1_000_000


def sample(pid: int, at_s: float, percent: int) -> UtilizationSample:
    return UtilizationSample(pid, int(at_s * SECOND_US), percent)


OURS = {7: 7}
"""One lane of one process."""


def primed() -> SmShares:
    shares = SmShares()
    shares.add([], 0.0, OURS)
    return shares


def test_what_the_first_poll_finds_only_sets_the_newest_stamp() -> None:
    shares = SmShares()
    shares.add([sample(7, 100, 100)], 0.0, OURS)
    assert shares.percent(7, 0.0) is None
    assert shares.last_seen_us == 100 * SECOND_US
    assert not shares.newest_pids  # they may have ended long ago


def test_the_mean_is_over_eight_seconds() -> None:
    shares = primed()
    for half in range(1, 41):  # twenty seconds; the last four at 80, before that 20
        shares.add([sample(7, half / 2, 80 if half > 32 else 20)], half / 2, OURS)
    assert shares.percent(7, 20.0) == pytest.approx(50.0)


def test_a_tree_adds_up_and_stays_within_a_hundred() -> None:
    shares, tree = primed(), {7: 7, 8: 7}
    shares.add([sample(7, 1, 70), sample(8, 1, 20)], 1.0, tree)
    assert shares.percent(7, 1.0) == pytest.approx(90.0)
    shares.add([sample(7, 2, 100), sample(8, 2, 100)], 2.0, tree)
    share = shares.percent(7, 2.0)
    assert share is not None
    assert share <= 100


def test_garbage_is_dropped_with_its_stamp() -> None:
    shares = primed()
    assert not shares.add([sample(7, 9e6, 2147483632), sample(7, 9e6, 101), sample(7, 9e6, -1)], 1.0, OURS)
    assert shares.last_seen_us == 0
    assert shares.percent(7, 1.0) is None


def test_stamps_not_newer_than_the_newest_seen_are_dropped() -> None:
    shares, two = primed(), {7: 7, 8: 8}
    shares.add([sample(7, 5, 10)], 1.0, two)
    assert not shares.add([sample(7, 5, 100), sample(8, 4, 100)], 2.0, two)
    assert shares.percent(7, 2.0) == pytest.approx(10.0)
    assert shares.percent(8, 2.0) is None


def test_of_several_samples_of_a_process_the_newest_holds() -> None:
    shares = primed()
    shares.add([sample(7, 3, 30), sample(7, 2, 90)], 1.0, OURS)
    assert shares.percent(7, 1.0) == pytest.approx(30.0)


def test_one_empty_poll_leaves_the_share_and_silence_lets_it_decay() -> None:
    shares = primed()
    for second in range(1, 9):
        shares.add([sample(7, second, 60)], float(second), OURS)
    shares.add([], 9.0, OURS)
    assert shares.percent(7, 9.0) == pytest.approx(60.0)
    before = 60.0
    for half in range(19, 40):
        shares.add([], half / 2, OURS)
        share = shares.percent(7, half / 2)
        assert share is not None
        assert share <= before
        before = share
    assert before == 0.0


def test_a_process_without_samples_while_others_have_some_is_idle_not_unknown() -> None:
    shares = primed()
    shares.add([sample(7, 1, 50)], 1.0, OURS)
    for second in range(2, 12):
        shares.add([sample(8, second, 50)], float(second), OURS)
    assert shares.percent(7, 11.0) == 0.0
    assert shares.others_percent(11.0) == pytest.approx(50.0)


def test_the_drivers_clock_set_back_is_got_over() -> None:
    shares = primed()
    shares.add([sample(7, 1000, 50)], 1.0, OURS)
    now = 1.0
    while shares.last_seen_us:
        now += 0.5
        shares.add([sample(7, 10 + now, 50)], now, OURS)
        assert now < 20
    shares.add([sample(7, 40, 50)], now + 0.5, OURS)  # the first after it is not trusted: it may be old
    assert shares.add([sample(7, 41, 50)], now + 1.0, OURS)


def test_our_own_time_set_back_begins_anew() -> None:
    shares = primed()
    shares.add([sample(7, 1000, 50)], 100.0, OURS)
    shares.add([sample(7, 1001, 90)], 10.0, OURS)
    assert shares.percent(7, 10.0) is None
    shares.add([sample(7, 1002, 30)], 11.0, OURS)
    assert shares.percent(7, 11.0) == pytest.approx(30.0)


def test_a_pid_that_passes_to_a_lane_takes_none_of_its_past_along() -> None:
    shares = primed()
    shares.add([sample(8, 1, 90)], 1.0, OURS)
    grown = OURS | {8: 7}
    shares.add([sample(8, 2, 10)], 2.0, grown)
    assert shares.percent(7, 2.0) == pytest.approx(5.0)
    assert shares.others_percent(2.0) == pytest.approx(45.0)


def test_what_an_ended_lane_used_is_not_others() -> None:
    shares = primed()
    shares.add([sample(7, 1, 90)], 1.0, OURS)
    shares.add([], 1.5, {})
    assert shares.others_percent(1.5) == 0.0
    assert shares.percent(7, 1.5) is None


def test_shares_that_cannot_all_be_true_are_scaled_together() -> None:
    shares = primed()
    shares.add([sample(7, 1, 80), sample(8, 1, 80)], 1.0, OURS)
    assert shares.percent(7, 1.0) == 50.0
    assert shares.others_percent(1.0) == 50.0


polls = st.lists(
    st.tuples(
        st.one_of(st.floats(0.0, 20.0), st.floats(-50.0, 0.0)),
        st.lists(
            st.builds(
                UtilizationSample,
                st.integers(1, 4),
                st.integers(0, 60 * SECOND_US),
                st.one_of(st.integers(-5, 130), st.just(2147483632)),
            ),
            max_size=6,
        ),
        st.dictionaries(st.integers(1, 4), st.sampled_from([1, 2])),
    ),
    max_size=40,
)


@given(polls)
def test_shares_never_leave_their_range_and_old_stamps_are_never_used(
    history: list[tuple[float, list[UtilizationSample], dict[int, int]]],
) -> None:
    shares, now = SmShares(), 0.0
    ever: dict[int, set[int]] = {1: set(), 2: set()}
    highest: dict[int, int] = {}
    for pause_s, samples, owners in history:
        now += pause_s
        newest = shares.last_seen_us
        took = shares.add(samples, now, owners)
        fresh = [s for s in samples if 0 <= s.sm_percent <= 100 and s.time_stamp_us > newest]
        assert (
            took == bool(fresh) or pause_s < 0
        )  # time that runs backwards may have the newest stamp forgotten
        for s in samples:
            if 0 <= s.sm_percent <= 100:
                highest[s.pid] = max(highest.get(s.pid, 0), s.sm_percent)
                if s.pid in owners:
                    ever[owners[s.pid]].add(s.pid)
        both = 0.0
        for owner in (1, 2):
            share = shares.percent(owner, now)
            if share is not None:
                assert ever[owner]
                assert 0.0 <= share <= min(100.0, sum(highest[pid] for pid in ever[owner])) + 1e-9
            both += share or 0.0
        others = shares.others_percent(now)
        assert others is None or others >= 0.0
        assert both + (others or 0.0) <= 100.0 + 1e-9
        assert (shares.age_s(now) or 0.0) >= 0.0
