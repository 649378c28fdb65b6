"""No backend takes the whole GPU: memory grows or has a cap, and what of a person's own settings goes is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.unit.made_runs import preset
from training.plan import PlannedDevice
from training.preset import Preset
from training.preset.backend import BACKENDS, Backend
from training.preset.document import DeviceSpec
from training.record.run_folder import RunFolder
from training.supervisor.launch_environment import left_out, worker_environment

MIB = 1 << 20
CPU = PlannedDevice("cpu", "CPU")
GPU = PlannedDevice("gpu", "A100", uuid="GPU-1234", memory_bytes=40_960 * MIB)
RUN = RunFolder(Path("/runs/run-1"))


def on(backend: Backend, memory: int | None = None, precision: str = "float32") -> Preset:
    device = DeviceSpec(memory="growth" if memory is None else memory, precision=precision)  # type: ignore[arg-type]
    return structs.replace(preset(backend=backend), device=device)


def environment(inherited: dict[str, str], device: PlannedDevice, asked: Preset) -> dict[str, str]:
    return worker_environment(inherited, device, asked, RUN)


@pytest.mark.parametrize("backend", BACKENDS)
def test_keras_is_told_its_backend(backend: Backend) -> None:
    assert environment({"KERAS_BACKEND": "numpy"}, CPU, on(backend))["KERAS_BACKEND"] == backend


@pytest.mark.parametrize("backend", BACKENDS)
def test_on_a_cpu_no_backend_looks_for_another_device(backend: Backend) -> None:
    made = environment({"JAX_PLATFORMS": "cuda", "KERAS_TORCH_DEVICE": "xpu"}, CPU, on(backend, memory=512))
    assert (made["CUDA_VISIBLE_DEVICES"], made["JAX_PLATFORMS"], made["KERAS_TORCH_DEVICE"]) == (
        "-1",
        "cpu",
        "cpu",
    )
    assert "XLA_CLIENT_MEM_FRACTION" not in made
    assert not left_out({"XLA_CLIENT_MEM_FRACTION": "0.5"}, CPU, on(backend, memory=512))


def test_on_a_gpu_keras_looks_for_pytorchs_device_itself() -> None:
    assert "KERAS_TORCH_DEVICE" not in environment({"KERAS_TORCH_DEVICE": "cpu"}, GPU, on("torch"))


def test_jax_takes_memory_as_it_needs_it() -> None:
    made = environment({"XLA_PYTHON_CLIENT_PREALLOCATE": "true"}, GPU, on("jax"))
    assert made["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"
    assert "XLA_CLIENT_MEM_FRACTION" not in made
    assert "TF_FORCE_GPU_ALLOW_GROWTH" not in made


def test_a_persons_own_fraction_bounds_what_grows() -> None:
    own = {"XLA_PYTHON_CLIENT_MEM_FRACTION": ".9"}
    assert environment(own, GPU, on("jax"))["XLA_PYTHON_CLIENT_MEM_FRACTION"] == ".9"
    assert not left_out(own, GPU, on("jax"))


@given(cap=st.integers(64, 100_000), total=st.integers(1024, 200_000))
def test_jax_gets_a_cap_as_a_fraction_of_the_whole(cap: int, total: int) -> None:
    device = structs.replace(GPU, memory_bytes=total * MIB)
    made = environment({}, device, on("jax", memory=cap))
    assert made["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"
    fraction = float(made["XLA_CLIENT_MEM_FRACTION"])
    assert 0 < fraction <= 1
    assert fraction * total == pytest.approx(min(cap, total), abs=0.2)


def test_what_would_not_keep_to_jaxs_cap_is_left_out_and_told() -> None:
    own = {
        "XLA_CLIENT_MEM_FRACTION": "0.5",
        "XLA_PYTHON_CLIENT_MEM_FRACTION": "0.6",
        "XLA_PYTHON_CLIENT_ALLOCATOR": "platform",
    }
    made = environment(own, GPU, on("jax", memory=4096))
    assert made["XLA_CLIENT_MEM_FRACTION"] == "0.100000"
    assert not {"XLA_PYTHON_CLIENT_MEM_FRACTION", "XLA_PYTHON_CLIENT_ALLOCATOR"} & set(made)
    told = left_out(own, GPU, on("jax", memory=4096))
    assert set(told) == set(own)
    assert all("4096 MiB" in note for note in told.values())


def test_an_allocator_that_keeps_to_it_is_the_persons_own() -> None:
    own = {"XLA_PYTHON_CLIENT_ALLOCATOR": "bfc"}
    assert environment(own, GPU, on("jax", memory=4096))["XLA_PYTHON_CLIENT_ALLOCATOR"] == "bfc"
    assert not left_out(own, GPU, on("jax", memory=4096))


def test_a_cap_that_cannot_be_told_jax_is_not_silently_dropped() -> None:
    device = structs.replace(GPU, memory_bytes=None)
    made = environment({}, device, on("jax", memory=4096))
    assert made["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"
    (note,) = left_out({}, device, on("jax", memory=4096)).values()
    assert "the cap of 4096 MiB is not kept" in note


def test_pytorch_grows_by_itself_and_its_cap_is_the_workers_to_set() -> None:
    own = {"PYTORCH_CUDA_ALLOC_CONF": "expandable_segments:True"}
    for asked in (on("torch"), on("torch", memory=4096)):
        made = environment(own, GPU, asked)
        assert made["PYTORCH_CUDA_ALLOC_CONF"] == "expandable_segments:True"
        assert not [name for name in made if name.startswith(("XLA_", "TF_FORCE"))]
        assert not left_out(own, GPU, asked)


def test_jax_is_told_that_doubles_are_meant() -> None:
    assert environment({}, CPU, on("jax", precision="float64"))["JAX_ENABLE_X64"] == "1"
    assert "JAX_ENABLE_X64" not in environment({}, CPU, on("jax"))
    assert "JAX_ENABLE_X64" not in environment({}, CPU, on("tensorflow", precision="float64"))
