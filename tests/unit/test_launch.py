"""From what a person asked to a plan; what is refused leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from training import launch as launch_module
from training.launch import LaunchRequest, launch, plan_lanes
from training.launch_refusal import LaunchError
from training.meters.capacity import Capacity
from training.meters.devices import DeviceListing, DeviceUnavailableError
from training.meters.gpu_facts import Gpu, MigInstance
from training.plan import LANES, IfNoGpu, Lane, Limits, read_plan
from training.preflight.check import Check
from training.preset import PresetError
from training.record.run_folder import RunFolder
from training.record.run_home import runs_home

LISTING = DeviceListing("Some CPU", Capacity(2.0, 8 << 30, "board", "board"), (), "no NVIDIA driver")
PAIR: dict[Lane, str] = {"a": "seed-binary", "b": "seed-regression"}


def test_plan_is_written_before_the_supervisor_starts(started: list[RunFolder]) -> None:
    request = LaunchRequest(
        {"a": "seed-binary", "b": "seed-binary"},
        device="cpu",
        sharing="sequential",
        limits=Limits(steps=7),
        overrides=("a.fit.batch_size=64", "b.fit.learning_rate=0.5"),
        seed=9,
    )
    launched = launch(request, LISTING)
    assert started == [launched.folder]
    plan = read_plan(launched.folder.plan)
    assert plan == launched.plan
    assert (plan.run, plan.sharing, plan.limits.steps) == (launched.folder.name, "sequential", 7)
    assert (plan.device.kind, plan.device.name) == ("cpu", "Some CPU")
    assert [lane.preset.fit.batch_size for lane in plan.lanes.values()] == [64, 32]
    assert [lane.preset.fit.seed for lane in plan.lanes.values()] == [9, 9]
    assert plan.lanes["b"].preset.fit.learning_rate == 0.5
    assert {"python", "tensorflow", "keras"} <= set(plan.versions)


@pytest.mark.parametrize(
    ("request_", "error", "words"),
    [
        (LaunchRequest(PAIR, overrides=("c.fit.batch_size=1",)), LaunchError, "begin with the lane"),
        (LaunchRequest(PAIR, overrides=("fit.batch_size=1",)), LaunchError, "begin with the lane"),
        (LaunchRequest(PAIR, overrides=("a",)), LaunchError, "begin with the lane"),
        (LaunchRequest(PAIR, overrides=("a.fit.batch_size=0",)), PresetError, "batch_size"),
        (LaunchRequest({"a": "nonesuch", "b": "seed-binary"}), PresetError, "nonesuch"),
        (LaunchRequest(PAIR, device="gpu"), DeviceUnavailableError, "no NVIDIA driver"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    request_: LaunchRequest, error: type[Exception], words: str, started: list[RunFolder]
) -> None:
    with pytest.raises(error, match=words):
        launch(request_, LISTING)
    assert not started
    assert not runs_home().exists()


def test_a_refusal_leaves_a_persons_own_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[RunFolder]
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir(mode=0o755)
    full = Check("disk", "stop", "1 MiB free", "make room")
    monkeypatch.setattr(launch_module, "check_launch", lambda *_, **__: (full,))
    with pytest.raises(LaunchError, match="1 MiB free: make room"):
        launch(LaunchRequest(PAIR, run_dir=mine), LISTING)
    assert mine.stat().st_mode & 0o777 == 0o755
    assert not runs_home().exists()
    assert not started


def test_lanes_may_be_the_same_preset() -> None:
    lanes = plan_lanes(LaunchRequest({"a": "seed-binary", "b": "seed-binary"}))
    assert lanes["a"] == lanes["b"]


@pytest.mark.parametrize(
    ("device", "asked", "planned"),
    [
        ("auto", None, "cpu"),
        ("cpu", None, "cpu"),
        ("auto", "fail", "fail"),
        ("gpu", None, "fail"),
        ("gpu", "cpu", "cpu"),
    ],
)
def test_what_a_lane_does_without_its_gpu_follows_from_how_the_gpu_was_named(
    device: str, asked: IfNoGpu | None, planned: IfNoGpu, started: list[RunFolder]
) -> None:
    listing = replace(
        LISTING, gpus=(Gpu(0, "GPU-1", "One", memory_total_bytes=1 << 30, memory_free_bytes=1 << 30),)
    )
    assert launch(LaunchRequest(PAIR, device=device, if_no_gpu=asked), listing).plan.if_no_gpu == planned


def test_each_lane_may_have_a_mig_instance_of_its_own(started: list[RunFolder]) -> None:
    instances = tuple(MigInstance(f"MIG-{n}", "1g.10gb", memory_total_bytes=10 << 30) for n in (1, 2))
    gpu = Gpu(0, "GPU-1", "One", mig=True, mig_instances=instances)
    plan = launch(LaunchRequest(PAIR, device="a=MIG-1,b=MIG-2"), replace(LISTING, gpus=(gpu,))).plan
    assert plan.device.uuid == "GPU-1"
    assert [plan.device_of(lane).uuid for lane in LANES] == ["MIG-1", "MIG-2"]
    assert plan.if_no_gpu == "fail"


def test_lanes_of_an_earlier_plan_are_taken_as_they_were(started: list[RunFolder]) -> None:
    first = launch(
        LaunchRequest(PAIR, device="cpu", overrides=("a.fit.learning_rate=0.5",), seed=3), LISTING
    ).plan
    again = LaunchRequest(
        {"a": "gone.toml", "b": "gone.toml"},
        device="cpu",
        overrides=("a.fit.epochs=2",),
        retry_of=first.run,
        planned=first.lanes,
    )
    plan = launch(again, LISTING).plan
    assert plan.retry_of == first.run
    assert plan.lanes["b"] == first.lanes["b"]
    fit = plan.lanes["a"].preset.fit
    assert (fit.learning_rate, fit.epochs, fit.seed) == (0.5, 2, 3)
    assert plan.lanes["a"].overrides == ("fit.learning_rate=0.5", "fit.seed=3", "fit.epochs=2")


def test_the_folder_of_event_files_is_made_and_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[RunFolder]
) -> None:
    monkeypatch.chdir(tmp_path)
    launched = launch(LaunchRequest(PAIR, device="cpu", tensorboard=Path("logs/first")), LISTING)
    assert read_plan(launched.folder.plan).tensorboard == str(tmp_path / "logs" / "first")
    assert (tmp_path / "logs" / "first").is_dir()
    assert launch(LaunchRequest(PAIR, device="cpu"), LISTING).plan.tensorboard is None


def test_where_event_files_cannot_be_written_nothing_is_launched(
    tmp_path: Path, started: list[RunFolder]
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LaunchError, match=r"--tensorboard: .*file/logs cannot be written: Not a directory"):
        launch(LaunchRequest(PAIR, device="cpu", tensorboard=tmp_path / "file" / "logs"), LISTING)
    assert not started
    assert not runs_home().exists()
