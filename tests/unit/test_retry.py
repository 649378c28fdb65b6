"""What is offered for a run that ended, and the run that is launched then."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from tests.unit.made_runs import plan
from training.analysis.state import LaneError, LaneState, RunState
from training.launch import LaunchRequest, plan_lanes
from training.plan import Lane, Limits, MpsLimits, Plan, PlannedDevice, Probing
from training.record.event_records import MemoryHolder
from training.retry import AGAIN, RetryOffer, changed_presets, offers, retry_request

GIB = 1 << 30
ON_GPU = plan("first", kind="gpu", name="Simulated", uuid="GPU-1", memory_bytes=24 * GIB)
SPECIAL = """title = "Mine"
[model]
name = "mlp"
hidden = [8]
[data]
name = "tabular-binary"
[fit]
loss = "binary_crossentropy"
batch_size = 32
"""


def _state(made: Plan, errors: dict[Lane, LaneError], peaks: dict[Lane, int] | None = None) -> RunState:
    lanes: dict[Lane, LaneState] = {
        lane: LaneState(
            lane, planned.preset_name, "T", error=errors.get(lane), memory_peak_bytes=(peaks or {}).get(lane)
        )
        for lane, planned in made.lanes.items()
    }
    return RunState("first", "/runs/first", made.sharing, made.device, phase="ended", lanes=lanes)


def _keys(made: Plan, kind: str) -> list[str]:
    return [offer.key for offer in offers(made, _state(made, {"a": LaneError(kind, "m")}))]


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("out-of-memory", ["batch", "cap", "sequential", "again"]),
        ("host-memory", ["batch", "sequential", "again"]),
        ("no-device", ["cpu", "again"]),
        ("nan-loss", ["again"]),
    ],
)
def test_offers_follow_from_how_a_lane_failed(kind: str, keys: list[str]) -> None:
    assert _keys(ON_GPU, kind) == keys


def test_a_run_that_went_well_is_offered_again_alone() -> None:
    assert offers(ON_GPU, _state(ON_GPU, {})) == (AGAIN,)


def test_caps_take_the_peak_and_those_who_held_memory_then() -> None:
    error = LaneError("out-of-memory", "m", held=(MemoryHolder("others", 4 * GIB, 42),))
    found = offers(ON_GPU, _state(ON_GPU, {"a": error}, {"a": 9 * GIB, "b": 7 * GIB}))
    cap = next(offer for offer in found if offer.key == "cap")
    mib = (7 * GIB >> 20) - 768
    assert cap.overrides == (f"a.device.memory={(20 * GIB >> 20) - mib - 2 * 768}", f"b.device.memory={mib}")
    lanes = plan_lanes(retry_request(ON_GPU, cap))
    assert lanes["b"].preset.device.memory == mib


def test_everything_else_stays_as_it_was() -> None:
    made = structs.replace(
        ON_GPU,
        limits=Limits(steps=9),
        if_no_gpu="cpu",
        sharing="mps",
        mps=MpsLimits(shares_percent={"a": 50}),
        retry_of="before",
    )
    request = retry_request(made, overrides=("b.fit.epochs=2",), run_dir=Path("/x"))
    assert (request.device, request.sharing, request.limits, request.if_no_gpu) == (
        "GPU-1", "mps", Limits(steps=9), "cpu",
    )  # fmt: skip
    assert (request.mps, request.retry_of, request.run_dir) == (made.mps, "first", Path("/x"))
    lanes = plan_lanes(request)
    assert lanes["a"] == made.lanes["a"]
    assert lanes["b"].preset.fit.epochs == 2
    assert retry_request(made, RetryOffer("sequential", "t", sharing="sequential")).mps == MpsLimits()


def test_no_probes_and_turns_stay_as_they_were() -> None:
    made = structs.replace(
        plan(), sharing="one-process", turn_steps={"a": 2, "b": 1}, probing=Probing(enabled=False)
    )
    request = retry_request(made)
    assert (request.probing, request.turn_steps) == (made.probing, {"a": 2, "b": 1})
    one_by_one = retry_request(made, RetryOffer("sequential", "t", sharing="sequential"))
    assert (one_by_one.probing, one_by_one.turn_steps) == (made.probing, {})


def test_a_bench_s_launch_goes_on_after_its_blocks() -> None:
    made = structs.replace(plan(), probing=Probing(seconds=5.0, blocks=3, then_stop=True))
    assert retry_request(made).probing == Probing(seconds=5.0)


def test_an_offer_changes_what_it_says() -> None:
    request = retry_request(ON_GPU, RetryOffer("cpu", "t", sharing="sequential", if_no_gpu="cpu"))
    assert (request.sharing, request.if_no_gpu) == ("sequential", "cpu")


def test_the_device_is_asked_for_as_it_was_found() -> None:
    assert retry_request(plan()).device == "cpu"
    instances: dict[Lane, PlannedDevice] = {
        "a": PlannedDevice("gpu", "1g", uuid="MIG-1"),
        "b": PlannedDevice("gpu", "1g", uuid="MIG-2"),
    }
    assert retry_request(structs.replace(ON_GPU, lane_devices=instances)).device == "a=MIG-1,b=MIG-2"


def test_a_preset_file_that_changed_is_noticed_and_not_used(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(SPECIAL)
    first = LaunchRequest({"a": str(mine), "b": "seed-binary"}, overrides=("a.fit.batch_size=64",), seed=5)
    made = structs.replace(plan("first"), lanes=plan_lanes(first))
    assert changed_presets(made) == {}
    mine.write_text(SPECIAL.replace("hidden = [8]", "hidden = [16]"))
    assert changed_presets(made) == {"a": "lane A: preset mine has changed since; the run takes it as it was"}
    mine.unlink()
    assert list(changed_presets(made)) == ["a"]
    assert plan_lanes(retry_request(made)) == made.lanes
