"""Why JAX or PyTorch sees no GPU: in words, each cause with its remedy; neither is imported for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.worker.cuda_driver import ask_cuda_driver
from training.worker.failures import LaneFailureError
from training.worker.frameworks.framework import SetUp, without_gpu
from training.worker.frameworks.jax_no_gpu import why_jax_sees_no_gpu
from training.worker.frameworks.torch_no_gpu import why_torch_sees_no_gpu
from training.worker.no_gpu import WhyNoGpu

NO_DRIVER = pytest.mark.skipif(
    ask_cuda_driver().load_error is None,
    reason="this machine has an NVIDIA driver, whose library would be found",
)
WORDS = "Unknown backend: 'gpu' requested, but no platforms that are instances of gpu are present."


def test_jax_without_its_plugin(tmp_path: Path) -> None:
    told = why_jax_sees_no_gpu(WORDS, environment={}, root=tmp_path)
    assert told.why == "JAX sees no GPU: it is installed without its CUDA plugin"
    assert "'jax[cuda13]'" in told.remedy


def test_jax_that_was_told_to_leave_it_alone(tmp_path: Path) -> None:
    told = why_jax_sees_no_gpu(WORDS, environment={"JAX_PLATFORMS": "cpu"}, root=tmp_path)
    assert "JAX_PLATFORMS=cpu leaves it out; also, it is installed without" in told.why
    assert told.remedy.startswith("Unset JAX_PLATFORMS.")


@pytest.mark.parametrize("platforms", ["cuda", "cuda,cpu", "gpu", "rocm,cpu"])
def test_jax_that_was_told_to_take_it(tmp_path: Path, platforms: str) -> None:
    told = why_jax_sees_no_gpu(WORDS, environment={"JAX_PLATFORMS": platforms}, root=tmp_path)
    assert "leaves it out" not in told.why


@pytest.mark.parametrize("built_for", [None, ""])
def test_pytorch_built_without_cuda(tmp_path: Path, built_for: str | None) -> None:
    told = why_torch_sees_no_gpu(built_for, environment={}, root=tmp_path)
    assert told.why == "PyTorch sees no GPU: it is a build without CUDA"
    assert "pytorch.org" in told.remedy


@NO_DRIVER
def test_pytorch_where_there_is_no_driver(tmp_path: Path) -> None:
    told = why_torch_sees_no_gpu("12.8", environment={}, root=tmp_path)
    assert told.why == "PyTorch sees no GPU: the NVIDIA driver's libcuda.so.1 is missing"


def test_without_one_it_fails_or_trains_on_the_cpu_and_says_so() -> None:
    why = WhyNoGpu("JAX sees no GPU: it hides", "Look for it.")
    assert without_gpu(why, "cpu") == SetUp("CPU", why)
    with pytest.raises(LaneFailureError, match="it hides") as failure:
        without_gpu(why, "fail")
    assert failure.value.kind == "no-device"
    assert failure.value.hint == "Look for it. Or train on the CPU: --if-no-gpu cpu."
