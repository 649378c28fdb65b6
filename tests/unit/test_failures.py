"""What a training raises gets a name, one line, and a hint."""

from __future__ import annotations

import pytest

from training.worker.failures import LaneFailureError, name_failure, one_line


class ResourceExhaustedError(Exception):
    """As TensorFlow's."""


class InternalError(Exception):
    """As TensorFlow's."""


class InvalidArgumentError(Exception):
    """As TensorFlow's."""


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (MemoryError(), "out-of-memory"),
        (ResourceExhaustedError("OOM when allocating tensor with shape[1,2]"), "out-of-memory"),
        (
            InternalError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 5 bytes"),
            "out-of-memory",
        ),
        (InternalError("Failed to allocate request for 2.0GiB"), "out-of-memory"),
        (InternalError("Blas GEMM: CUBLAS_STATUS_ALLOC_FAILED"), "out-of-memory"),
        (InternalError("could not create cudnn handle: CUDNN_STATUS_NOT_INITIALIZED"), "out-of-memory"),
        (InternalError("failed to create cublas handle: CUBLAS_STATUS_NOT_INITIALIZED"), "out-of-memory"),
        (ModuleNotFoundError("No module named 'foo'"), "import-error"),
        (OSError(28, "No space left on device"), "file-error"),
        (ValueError("Input 0 of layer dense is incompatible with the layer: expected axis -1"), "bad-data"),
        (InvalidArgumentError("Matrix size-incompatible: In[0]: [1,2]"), "bad-data"),
        (ValueError("learning rate is odd"), "error"),
        (RuntimeError(""), "error"),
        (LaneFailureError("nan-loss", "The loss is not finite", "Lower it"), "nan-loss"),
    ],
)
def test_kind_line_and_hint(error: Exception, kind: str) -> None:
    failure = name_failure(error)
    assert failure.kind == kind
    assert "\n" not in failure.message
    assert failure.message
    assert failure.hint


def test_probable_disguise_says_so() -> None:
    assert name_failure(InternalError("CUBLAS_STATUS_NOT_INITIALIZED")).message.startswith(
        "Probably out of memory"
    )


def test_an_allocators_remark_is_no_failure_of_memory() -> None:
    text = (
        "Shapes do not agree\nAllocator (GPU_0_bfc) ran out of memory trying to allocate 2.2GiB. The caller indicates "
        "that this is not a failure, but this may mean that there could be performance gains if more memory were "
        "available."
    )
    assert name_failure(InternalError(text)).kind == "error"
    assert name_failure(InternalError(text + "\nOOM when allocating tensor")).kind == "out-of-memory"


def test_named_failures_keep_their_own_words() -> None:
    failure = name_failure(LaneFailureError("no-device", "It finds none\nmore", "Install it"))
    assert (failure.kind, failure.message, failure.hint) == ("no-device", "It finds none", "Install it")


def test_one_line_is_the_first_that_says_something() -> None:
    assert one_line("\n  \n  first  \nsecond") == "first"
    assert one_line("") == "no message"
    assert len(one_line("x" * 5000)) == 400
