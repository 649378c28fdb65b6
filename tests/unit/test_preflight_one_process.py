"""What cannot be had where one process trains both lanes is refused with a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from tests.unit.plans import GPU, devices, named, plan, stops
from training.one_process import why_not_one_process
from training.plan import Plan, PlannedDevice
from training.preflight import check_launch
from training.preflight.one_process import check_one_process


def _mig(*uuids: str) -> Plan:
    instances = {
        lane: PlannedDevice("gpu", "1g.10gb", uuid, mig_of=GPU.uuid)
        for lane, uuid in zip("ab", uuids, strict=True)
    }
    return structs.replace(plan("one-process"), lane_devices=instances)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (plan("one-process", memory=(4096, None)), "the cap of lane a could not be kept to"),
        (plan("one-process", memory=(4096, 4096)), "the cap of lane a and b could not be kept to"),
        (_mig("MIG-1", "MIG-2"), "each lane was given its own"),
        (structs.replace(plan("one-process"), lanes={"a": plan().lanes["a"]}), "this plan has no lane b"),
    ],
    ids=["one cap", "two caps", "MIG", "one lane"],
)
def test_is_refused_with_a_sentence_and_a_way_out(asked: Plan, words: str) -> None:
    (check,) = check_one_process(asked)
    assert check.state == "stop"
    assert words in check.message
    assert check.remedy
    assert next(iter(why_not_one_process(asked))).message == check.message
    assert check in check_launch(asked, listing=devices(GPU))


def test_so_are_two_backends() -> None:
    asked = plan("one-process", gpu=None)
    other: Any = structs.replace(asked.lanes["b"].preset.fit, backend="jax")
    preset = structs.replace(asked.lanes["b"].preset, fit=other)
    lanes = asked.lanes | {"b": structs.replace(asked.lanes["b"], preset=preset)}
    (check,) = check_one_process(structs.replace(asked, lanes=lanes))
    assert check.state == "stop"
    assert "lane a wants tensorflow and lane b wants jax" in check.message


@pytest.mark.parametrize(
    "asked", [plan("one-process"), plan("one-process", gpu=None), _mig("MIG-1", "MIG-1")]
)
def test_what_can_be_had_is_not_and_the_shared_fate_is_said(asked: Plan) -> None:
    (check,) = check_one_process(asked)
    assert check.state == "info"
    assert "ends both" in check.message


def test_a_cap_means_nothing_on_a_cpu_and_nothing_is_said_of_other_modes() -> None:
    on_cpu = plan("one-process", gpu=None, memory=(4096, None))
    assert "one process" not in stops(check_launch(on_cpu, listing=devices()))
    assert named(check_launch(on_cpu, listing=devices()), "one process").state == "info"
    assert check_one_process(plan("together", memory=(4096, 4096))) == ()
