"""Why PyTorch sees no GPU though one was chosen, and what to do about it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from training.worker.no_gpu import WhyNoGpu, driver_causes, in_words


def why_torch_sees_no_gpu(
    cuda_version: str | None, *, environment: Mapping[str, str] | None = None, root: Path = Path("/")
) -> WhyNoGpu:
    """Find out why.

    Args:
        cuda_version: `torch.version.cuda`, as "12.8"; None for a build without CUDA.
        environment: what the process was started with; its own when None.
        root: of the file system that holds /proc.
    """
    variables = os.environ if environment is None else environment
    unexplained = WhyNoGpu(
        "the driver is there, and still it takes none (its compute capability may be too old)",
        "PyTorch's own words are in the lane's log.",
    )
    return in_words("PyTorch", _causes(cuda_version, variables, root), unexplained)


def _causes(cuda_version: str | None, variables: Mapping[str, str], root: Path) -> Iterator[WhyNoGpu]:
    if not cuda_version:
        yield WhyNoGpu(
            "it is a build without CUDA",
            "Install a build of PyTorch for CUDA: pytorch.org/get-started/locally has the command.",
        )
        return
    yield from driver_causes("PyTorch", cuda_version, variables, root)
