"""From what a person asked to a bench's plan; what cannot be is refused in one sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.plans import GPU, devices
from training.bench.request import BenchRequest, plan_bench
from training.launch_refusal import DeviceRefusedError, LaunchError
from training.meters.devices import DeviceUnavailableError
from training.preset import PresetError

ASKED = BenchRequest(("seed-binary", "seed-regression"))
NO_GPU = devices()


def test_plan_holds_presets_as_resolved_and_a_pinned_device() -> None:
    plan = plan_bench(replace(ASKED, blocks=3, seconds=0.5, launches=2), NO_GPU)
    assert [preset.label for preset in plan.presets] == ["seed-binary", "seed-regression"]
    assert (plan.modes, plan.blocks, plan.seconds, plan.launches) == (("together",), 3, 0.5, 2)
    assert (plan.device.kind, plan.device_request) == ("cpu", "cpu")
    assert (plan.probing.seconds, plan.probing.blocks, plan.probing.then_stop) == (0.5, 3, True)
    assert plan.limits.minutes is not None
    assert {"tensorflow", "keras"} <= set(plan.versions)


def test_device_that_auto_chose_is_named_by_its_uuid() -> None:
    assert plan_bench(ASKED, devices(GPU), {}).device_request == GPU.uuid


def test_modes_keep_their_order_and_the_reference_is_not_launched() -> None:
    plan = plan_bench(replace(ASKED, sharing="one-process, sequential,together"), NO_GPU)
    assert plan.modes == ("together", "one-process")


def test_letters_name_presets_by_their_place() -> None:
    asked = BenchRequest(
        ("seed-binary", "seed-regression", "seed-binary"),
        overrides=("c.fit.batch_size=64", "b.fit.learning_rate=0.5"),
        seed=9,
    )
    plan = plan_bench(asked, NO_GPU)
    assert [preset.planned.preset.fit.batch_size for preset in plan.presets] == [32, 32, 64]
    assert plan.presets[1].planned.preset.fit.learning_rate == 0.5
    assert {preset.planned.preset.fit.seed for preset in plan.presets} == {9}
    assert [preset.label for preset in plan.presets] == [
        "seed-binary (a)", "seed-regression", "seed-binary (c)",
    ]  # fmt: skip


def test_one_training_named_twice_has_one_label() -> None:
    plan = plan_bench(BenchRequest(("seed-binary",) * 3, overrides=("b.fit.batch_size=64",)), NO_GPU)
    assert [preset.label for preset in plan.presets] == [
        "seed-binary (a)", "seed-binary (b)", "seed-binary (a)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        (replace(ASKED, presets=()), LaunchError, "two presets or more"),
        (replace(ASKED, presets=("seed-binary",)), LaunchError, "name one twice"),
        (replace(ASKED, presets=("seed-binary",) * 27), LaunchError, "at most 26"),
        (replace(ASKED, presets=("seed-binary", "nonesuch")), PresetError, "nonesuch"),
        (replace(ASKED, sharing="adaptive"), LaunchError, "a bench compares sequential, together"),
        (replace(ASKED, sharing="sequential"), LaunchError, "name at least one of together"),
        (replace(ASKED, sharing=""), LaunchError, "name at least one"),
        (replace(ASKED, sharing="together,mps"), LaunchError, "MPS shares a GPU, and this plan has none"),
        (replace(ASKED, overrides=("c.fit.batch_size=1",)), LaunchError, "begin with the preset's letter"),
        (replace(ASKED, overrides=("b.fit.batch_size=0",)), PresetError, "preset b: "),
        (replace(ASKED, device="gpu"), DeviceUnavailableError, "no NVIDIA driver"),
    ],
)
def test_what_cannot_be_is_refused(asked: BenchRequest, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as refused:
        plan_bench(asked, NO_GPU)
    assert "\n" not in str(refused.value)


def test_mps_without_its_program_would_measure_something_else() -> None:
    with pytest.raises(LaunchError, match="nvidia-cuda-mps-control is not on PATH"):
        plan_bench(replace(ASKED, sharing="mps"), devices(GPU), {"PATH": "/nowhere"})


def test_device_on_which_no_pair_can_start_is_refused() -> None:
    exclusive = replace(GPU, compute_mode="exclusive")
    with pytest.raises(DeviceRefusedError, match="a second process cannot start"):
        plan_bench(ASKED, devices(exclusive), {})
