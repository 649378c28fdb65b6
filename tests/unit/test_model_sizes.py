"""Which models Keras is asked about before a launch, and what is made of the answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from msgspec import structs

from tests.unit.made_measurements import lane_measured
from tests.unit.own_presets import own_preset
from tests.unit.plans import plan
from training.analysis.forecast_memory import Experience
from training.analysis.measurements import gathered, installed_versions
from training.description import Description, DescriptionError, Patience, description_of, kept_description
from training.plan import Lane, LanePlan, Plan
from training.planned_lanes import planned_lane, with_overrides
from training.preflight.model_sizes import ask_sizes, keep_shipped_sizes, of_unknown_size
from training.preset import Preset, preset_digest
from training.record.measurement_records import measured_on

SHIPPED = planned_lane("seed-binary")
WIDER = with_overrides("a", SHIPPED, ["model.hidden=[128]"], None)


def a_pair(a: LanePlan, b: LanePlan) -> Plan:
    lanes: dict[Lane, LanePlan] = {"a": a, "b": b}
    return structs.replace(plan(gpu=None), lanes=lanes, versions=installed_versions())


def test_only_what_nothing_tells_of_is_asked_about_each_content_once() -> None:
    assert of_unknown_size(a_pair(SHIPPED, SHIPPED), Experience()) == ()
    assert of_unknown_size(a_pair(WIDER, SHIPPED), Experience()) == (WIDER,)
    assert of_unknown_size(a_pair(WIDER, WIDER), Experience()) == (WIDER,)


def test_what_was_measured_is_known() -> None:
    pair = a_pair(WIDER, WIDER)
    on = measured_on(pair.device, installed_versions())
    measured = gathered([lane_measured(WIDER.preset, on=on, peak_memory_bytes=1 << 30)], installed_versions())
    assert of_unknown_size(pair, Experience(measured)) == ()


def test_code_and_scripts_of_a_persons_own_are_run_by_nobody_who_only_asks(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text("")
    own = planned_lane(str(own_preset(tmp_path)))
    assert of_unknown_size(a_pair(own, planned_lane(str(script))), Experience()) == ()


def test_what_cannot_be_described_is_left_to_its_worker() -> None:
    asked: list[tuple[Path, Sequence[str]]] = []

    def describe(
        path: Path, _: Preset, __: Callable[[], bool], overrides: Sequence[str], ___: Patience
    ) -> Description:
        asked.append((path, overrides))
        raise DescriptionError("it cannot be built")

    ask_sizes((WIDER,), describe=describe)
    assert asked == [(Path(WIDER.preset_path or ""), ("model.hidden=[128]",))]


def test_what_is_wrong_with_the_asking_itself_is_not_hidden() -> None:
    def describe(*_: object) -> Description:
        raise RuntimeError("a mistake of ours")

    with pytest.raises(RuntimeError, match="of ours"):
        ask_sizes((WIDER,), describe=describe)


def test_who_leaves_meanwhile_waits_for_no_answer() -> None:
    ended = threading.Event()

    def describe(
        _: Path, __: Preset, is_cancelled: Callable[[], bool], ___: Sequence[str], ____: Patience
    ) -> Description:
        while not is_cancelled():
            pass
        ended.set()
        raise DescriptionError("cancelled")

    def leave(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask_sizes((WIDER,), describe=describe, until_done=leave)
    assert ended.is_set()


def test_what_is_shipped_is_kept_by_the_contents_that_are_launched() -> None:
    seeded = with_overrides("b", SHIPPED, [], 7)
    keep_shipped_sizes(a_pair(SHIPPED, seeded))
    for spec in (SHIPPED, seeded):
        kept = description_of(preset_digest(spec.preset))
        assert kept is not None
        assert kept == kept_description(spec.preset)
