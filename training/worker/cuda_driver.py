"""What NVIDIA's CUDA driver library says in this process, asked without the framework.

The calls and their codes are those of cuda.h (cuInit, cuDriverGetVersion, cuDeviceGetCount). None of them makes a
context or takes device memory; a second cuInit does nothing.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

LIBRARY = "libcuda.so.1"
_SUCCESS = 0


@dataclass(frozen=True, slots=True)
class CudaDriver:
    """What the driver told; None is not told.

    `load_error` is what the dynamic linker said where the library cannot be loaded, and nothing else is known then.
    `version` is the newest CUDA it can run, as (12, 4); `init_code` is cuInit's answer, 0 for success.
    """

    load_error: str | None = None
    version: tuple[int, int] | None = None
    init_code: int | None = None
    devices: int | None = None


def ask_cuda_driver() -> CudaDriver:
    """Load the driver's library as CUDA does, and ask it. Never raises."""
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError as error:
        return CudaDriver(load_error=str(error))
    version = _number(library, "cuDriverGetVersion")
    init_code = _code(library, "cuInit", ctypes.c_uint(0))
    devices = _number(library, "cuDeviceGetCount") if init_code == _SUCCESS else None
    return CudaDriver(
        version=None if not version else (version // 1000, version % 1000 // 10),
        init_code=init_code,
        devices=devices,
    )


def _number(library: Any, function: str) -> int | None:
    number = ctypes.c_int(0)
    return number.value if _code(library, function, ctypes.byref(number)) == _SUCCESS else None


def _code(library: Any, function: str, argument: Any) -> int | None:
    try:
        return int(getattr(library, function)(argument))
    except AttributeError:  # a stand-in or a broken library without the symbol
        return None
