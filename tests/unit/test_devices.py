"""Listing and choosing devices: what is missing, what may be seen, what each request takes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.unit.plans import GIB
from training.meters.devices import (
    DeviceListing,
    DeviceUnavailableError,
    choose_device,
    list_devices,
    open_meter,
)
from training.meters.gpu_facts import Gpu, GpuListing
from training.meters.meter import MeterError
from training.meters.visible_gpus import visible_gpus
from training.plan import PlannedDevice

A = Gpu(0, "GPU-aaaa1111-0000", "NVIDIA A", 24 * GIB, 4 * GIB, compute_mode="default")
B = Gpu(1, "GPU-aaaa2222-0000", "NVIDIA A", 24 * GIB, 20 * GIB, compute_mode="default")
C = Gpu(2, "GPU-cccc3333-0000", "NVIDIA C", 80 * GIB, 10 * GIB, compute_mode="default")
SHUT = Gpu(3, "GPU-dddd4444-0000", "NVIDIA C", 80 * GIB, 80 * GIB, compute_mode="prohibited")
ALL = (A, B, C)


def listing(*gpus: Gpu, why: str | None = None, environment: dict[str, str] | None = None) -> DeviceListing:
    return list_devices(environment=environment or {}, probe=lambda: GpuListing(gpus, why))


@pytest.mark.parametrize(
    ("value", "left"),
    [
        (None, ALL),
        ("", ()),
        ("  ", ()),
        ("-1", ()),
        ("0", (A,)),
        ("2,0", (C, A)),
        (" 1 , 2 ", (B, C)),
        ("0,-1,1", (A,)),
        ("0,9,1", (A,)),
        ("9", ()),
        ("0,x,1", (A,)),
        ("0,,1", (A,)),
        ("1,1,2", (B,)),
        ("GPU-cccc3333-0000", (C,)),
        ("GPU-cccc", (C,)),
        ("gpu-cccc", ()),
        ("GPU-aaaa", ()),
        ("GPU-aaaa2,0", (B, A)),
        ("GPU-aaaa2,1,0", (B,)),
        ("GPU-", ()),
        ("GPU-ffff", ()),
        ("GPU-cccc,MIG-1234,0", (C,)),
        ("MIG-1234", ()),
        ("NoDevFiles", ()),
        ("²", ()),
    ],
)
def test_what_cuda_visible_devices_leaves(value: str | None, left: tuple[Gpu, ...]) -> None:
    environment = {} if value is None else {"CUDA_VISIBLE_DEVICES": value}
    visible = visible_gpus(ALL, environment)
    assert visible.gpus == left
    assert bool(visible.why) == (value is not None)


def test_indices_in_an_uncertain_order_are_remarked_on() -> None:
    uncertain = {"CUDA_VISIBLE_DEVICES": "0"}
    assert "PCI order" in visible_gpus(ALL, uncertain).why
    assert "PCI order" not in visible_gpus((A, B), uncertain).why  # alike: the order changes nothing
    assert "PCI order" not in visible_gpus(ALL, uncertain | {"CUDA_DEVICE_ORDER": "PCI_BUS_ID"}).why


@pytest.mark.parametrize(
    ("request_", "gpus", "chosen"),
    [
        ("auto", ALL, B),
        ("AUTO", (A,), A),
        ("auto", (A, SHUT), A),
        ("gpu", ALL, B),
        ("gpu:0", ALL, A),
        ("gpu:2", ALL, C),
        ("GPU-cccc3333-0000", ALL, C),
        ("GPU-aaaa1", ALL, A),
        ("auto", (), None),
        ("auto", (SHUT,), None),
        ("cpu", ALL, None),
    ],
)
def test_each_request_takes(request_: str, gpus: tuple[Gpu, ...], chosen: Gpu | None) -> None:
    device = choose_device(request_, listing(*gpus, why=None if gpus else "no NVIDIA driver"))
    assert device.kind == ("cpu" if chosen is None else "gpu")
    assert device.uuid == (chosen.uuid if chosen else None)
    assert device.chosen_because
    assert device.memory_bytes


@pytest.mark.parametrize(
    ("request_", "gpus", "said"),
    [
        ("gpu", (), "no NVIDIA driver"),
        ("gpu:0", (), "no NVIDIA driver"),
        ("GPU-aaaa", (), "no NVIDIA driver"),
        ("gpu", (SHUT,), "PROHIBITED"),
        ("gpu:3", (A, SHUT), "PROHIBITED"),
        ("gpu:7", ALL, "gpu:0 NVIDIA A"),
        ("gpu:x", ALL, "with a number"),
        ("gpu:-1", ALL, "with a number"),
        ("gpu:", ALL, "with a number"),
        ("GPU-aaaa", ALL, "fits 2"),
        ("GPU-ffff", ALL, "not among"),
        ("tpu", ALL, "is no device"),
        ("", ALL, "is no device"),
    ],
)
def test_each_request_that_cannot_be_met_says_why(request_: str, gpus: tuple[Gpu, ...], said: str) -> None:
    with pytest.raises(DeviceUnavailableError) as caught:
        choose_device(request_, listing(*gpus, why=None if gpus else "no NVIDIA driver"))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_why_the_automatic_choice_fell() -> None:
    assert "20.0 GiB" in choose_device("auto", listing(*ALL)).chosen_because
    assert "only GPU" in choose_device("auto", listing(A)).chosen_because
    hidden = listing(*ALL, environment={"CUDA_VISIBLE_DEVICES": "-1"})
    assert "CUDA_VISIBLE_DEVICES" in choose_device("auto", hidden).chosen_because


def test_a_gpu_outside_the_allocation_is_not_used() -> None:
    bounded = listing(*ALL, environment={"CUDA_VISIBLE_DEVICES": "2"})
    assert choose_device("auto", bounded).uuid == C.uuid
    with pytest.raises(DeviceUnavailableError, match="CUDA_VISIBLE_DEVICES=2"):
        choose_device("gpu:0", bounded)


def test_without_the_library_listing_is_quick_and_runs_nothing(tmp_path: Path) -> None:
    began = time.perf_counter()
    found = list_devices(environment={}, root=tmp_path)
    assert time.perf_counter() - began < 1.0  # milliseconds; the bound is for a loaded machine
    assert found.why_no_gpu is not None
    assert found.why_no_gpu.startswith("no NVIDIA library")
    assert found.cpu_name.startswith("CPU (")


def test_a_broken_library_is_met_by_the_child_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "libnvidia-ml.so.1").write_bytes(b"not a library")
    found = list_devices(environment={"LD_LIBRARY_PATH": str(tmp_path)})
    assert found.gpus == ()
    assert found.why_no_gpu
    assert capfd.readouterr() == ("", "")


def test_the_cpu_is_named_and_sized(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/cpuinfo").write_text("processor : 0\nmodel name : Fast   CPU @ 3GHz\n")
    device = choose_device("cpu", list_devices(environment={}, root=tmp_path))
    assert device.name.startswith("Fast CPU @ 3GHz (")
    assert device.memory_bytes


def test_opening_the_meter_of_a_cpu_and_of_a_gpu_that_is_not_there() -> None:
    meter = open_meter(PlannedDevice(kind="cpu", name="CPU"))
    assert meter.sample(0.0, {}).device.memory_total_bytes
    meter.close()
    with pytest.raises(MeterError):
        open_meter(PlannedDevice(kind="gpu", name="GPU", uuid="GPU-none"))
    with pytest.raises(MeterError, match="UUID"):
        open_meter(PlannedDevice(kind="gpu", name="GPU"))
