"""Tell a training that ran out of memory from its framework's words, and which memory: the device's or the machine's.

The texts are those of TensorFlow 2.21, XLA (which is JAX's too) and PyTorch, and of the public reports on them
(tensorflow issues 9489, 4196, 45070, 45779, 7072, 14345, 60607, 60783; jax 8916; pytorch 112377, 185240): a library of
NVIDIA's that finds no room for its own handle says that it "could not be initialised", and XLA's and cuDNN's words
differ from those of TensorFlow's allocator.
"""

import re
from typing import Optional

DEVICE = "device"
PROBABLY_DEVICE = "probably device"
HOST = "host"

_CERTAIN = re.compile(
    r"RESOURCE_EXHAUSTED|Resource exhausted|ResourceExhausted"
    r"|out of memory|ran out of memory|OOM when allocating|EigenAllocator for GPU ran out"
    r"|Failed to allocate request for|failed to allocate [0-9.]+ ?[KMGT]?i?B?|failed to alloc(?:ate)? \d+ bytes"
    r"|Dst tensor is not initialized"
    r"|CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation|cudaMalloc(?:Async)? failed"
    r"|CUBLAS_STATUS_ALLOC_FAILED|CUDNN_STATUS_ALLOC_FAILED|CUSOLVER_STATUS_ALLOC_FAILED"
    r"|CUSPARSE_STATUS_ALLOC_FAILED|CUFFT_ALLOC_FAILED",
    re.IGNORECASE,
)
_PROBABLE = re.compile(
    r"CUBLAS_STATUS_NOT_INITIALIZED|CUDNN_STATUS_NOT_INITIALIZED|CUSOLVER_STATUS_NOT_INITIALIZED"
    r"|CUDNN_STATUS_INTERNAL_ERROR|failed to allocate the scratch space"
    r"|Failed to get convolution algorithm|No algorithm worked|cuDNN launch failure"
    r"|could not create cudnn handle|failed to create cublas handle|DNN library initialization failed"
    r"|without BLAS support|Blas [a-zA-Z]*GEMM[a-zA-Z]* launch failed"
    r"|(?:gpu|cu)solverDnCreate\(\S*\) failed"
    r"|NVML_SUCCESS == .*INTERNAL ASSERT FAILED.*CUDACachingAllocator",
    re.IGNORECASE,
)
_NOT_A_FAILURE = re.compile(r"[^\n]*The caller indicates that this is not a failure[^\n]*")
_OF_THE_HOST = re.compile(
    r"by allocator (?:mkl)?cpu|bad_alloc|DefaultCPUAllocator|Unable to allocate [0-9.]+ [KMGT]?i?B for an array"
    r"|\bMemoryError\b|Cannot allocate memory",
    re.IGNORECASE,
)
_OF_THE_DEVICE = re.compile(
    r"device:GPU|GPU_\d+_bfc|by allocator GPU|\bGPU\b|CUDA|cuBLAS|cuDNN|cuSOLVER|cuFFT", re.IGNORECASE
)
_OF_SOMETHING_ELSE = re.compile(
    r"No space left on device|Disk quota exceeded|Too many open files|Too many links"
    r"|shared memory size limit|larger than max",
    re.IGNORECASE,
)
"""RESOURCE_EXHAUSTED is also what TensorFlow makes of ENOSPC, EDQUOT and EMFILE, and XLA of a kernel's limits."""


def out_of_memory(text: str, on_gpu: bool) -> Optional[str]:
    """Which memory the training ran out of: `DEVICE`, `PROBABLY_DEVICE` or `HOST`; None where it was not memory.

    `on_gpu` says whether it trained on a GPU, for words that do not say themselves. What is said of a CPU's memory is
    never called a device's. An allocator's remark that it could have used more is not a failure and is passed over.
    """
    text = _NOT_A_FAILURE.sub("", text)
    if _OF_SOMETHING_ELSE.search(text):
        return None
    if _OF_THE_HOST.search(text):
        return HOST
    if _PROBABLE.search(text):
        return PROBABLY_DEVICE
    if not _CERTAIN.search(text):
        return None
    return DEVICE if on_gpu or _OF_THE_DEVICE.search(text) else HOST
