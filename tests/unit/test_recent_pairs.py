"""The pairs that were run last: each once, the newest first, with the verdict of the newest run that has one."""

from __future__ import annotations

from msgspec import structs

from tests.unit.ended_runs import SEQUENTIAL, begun_run, ended_run
from training.plan import LanePlan, read_plan, write_plan
from training.recent_pairs import MOST_PAIRS, recent_pairs
from training.record.run_folder import RunFolder


def _name(number: int) -> str:
    return f"20261122-2015{number:02}-aaaa"


def _set(folder: RunFolder, **changes: object) -> None:
    """Change lane a of a run's plan."""
    plan = read_plan(folder.plan)
    lane: LanePlan = structs.replace(plan.lanes["a"], **changes)
    write_plan(structs.replace(plan, lanes={**plan.lanes, "a": lane}), folder.plan)


def test_no_run_no_pair() -> None:
    assert recent_pairs() == ()


def test_each_pair_once_with_what_was_set_beside_it() -> None:
    ended_run(_name(1), presets=("lstm", "unet"), told=SEQUENTIAL)
    ended_run(_name(2), presets=("one", "two"))
    _set(ended_run(_name(3), presets=("lstm", "unet")), overrides=("fit.epochs=2",))
    ended_run(_name(4), presets=("lstm", "unet"))
    begun_run(_name(5), presets=("one", "two"), began="2026-11-23T20:15:00+00:00")
    found = recent_pairs()
    assert [tuple(pair.presets.values()) for pair in found] == [
        ("one", "two"),
        ("lstm", "unet"),
        ("lstm", "unet"),
    ]
    assert [pair.overrides["a"] for pair in found] == [(), (), ("fit.epochs=2",)]
    assert [pair.verdict for pair in found] == ["together"] * 3  # the newest run of the first has none yet
    assert found[0].created_at.startswith("2026-11-23")
    assert found[1].speedup == 1.51


def test_the_same_the_other_way_round_is_another_pair() -> None:
    ended_run(_name(1), presets=("one", "two"))
    ended_run(_name(2), presets=("two", "one"))
    assert len(recent_pairs()) == 2


def test_references_are_those_that_select_the_presets_again() -> None:
    _set(ended_run(_name(1), presets=("mine", "two")), origin="user")
    assert recent_pairs()[0].presets == {"a": "user:mine", "b": "two"}


def test_lone_lanes_and_what_cannot_be_read_are_left_out() -> None:
    alone = begun_run(_name(1))
    plan = read_plan(alone.plan)
    write_plan(structs.replace(plan, lanes={"a": plan.lanes["a"]}), alone.plan)
    begun_run(_name(2)).plan.write_text("{")
    assert recent_pairs() == ()


def test_no_more_than_fit_on_a_small_screen() -> None:
    for number in range(MOST_PAIRS + 3):
        begun_run(_name(number), presets=(f"p{number}", "two"))
    found = recent_pairs()
    assert len(found) == MOST_PAIRS
    assert found[0].presets["a"] == f"p{MOST_PAIRS + 2}"
