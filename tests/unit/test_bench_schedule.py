"""Which launches a bench makes: every pair once, modes in alternating order."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.made_benches import bench_plan
from training.bench.schedule import pairs, schedule


def test_modes_go_forth_and_back() -> None:
    plan = bench_plan(modes=("together", "one-process", "mps"), launches=3)
    assert [(launch.number, launch.sharing) for launch in schedule(plan)] == [
        (1, "together"), (1, "one-process"), (1, "mps"),
        (2, "mps"), (2, "one-process"), (2, "together"),
        (3, "together"), (3, "one-process"), (3, "mps"),
    ]  # fmt: skip


def test_a_pair_is_measured_to_its_end_before_the_next() -> None:
    plan = bench_plan("x", "y", "z", launches=2)
    assert [launch.pair for launch in schedule(plan)] == [(0, 1), (0, 1), (0, 2), (0, 2), (1, 2), (1, 2)]


def test_a_preset_named_twice_is_paired_with_itself() -> None:
    assert pairs(bench_plan("x", "x")) == ((0, 1),)
    assert pairs(bench_plan("x", "y", "x")) == ((0, 1), (0, 2))


@given(st.lists(st.sampled_from(["x", "y", "z", "w"]), min_size=2, max_size=6))
def test_every_pair_of_names_occurs_once(labels: list[str]) -> None:
    found = Counter(tuple(sorted((labels[a], labels[b]))) for a, b in pairs(bench_plan(*labels)))
    assert set(found) == {tuple(sorted(pair)) for pair in combinations(labels, 2)}
    assert set(found.values()) == {1}
