"""What a training raises gets a name, one line, and a hint."""

from __future__ import annotations

import pytest

from training.agent.out_of_memory import DEVICE, HOST, PROBABLY_DEVICE, out_of_memory
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
        (MemoryError(), "host-memory"),
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
        "Probably out of the device's memory"
    )


def test_an_allocators_remark_is_no_failure_of_memory() -> None:
    text = (
        "Shapes do not agree\nAllocator (GPU_0_bfc) ran out of memory trying to allocate 2.2GiB. The caller indicates "
        "that this is not a failure, but this may mean that there could be performance gains if more memory were "
        "available."
    )
    assert name_failure(InternalError(text)).kind == "error"
    assert name_failure(InternalError(text + "\nOOM when allocating tensor")).kind == "out-of-memory"


def test_an_allocators_remark_with_a_number_is_no_failure_either() -> None:
    remark = (
        "Allocator (GPU_0_bfc) ran out of memory trying to allocate 3.34GiB with freed_by_count=0. The caller "
        "indicates that this is not a failure, but may mean that there could be performance gains if more memory were "
        "available."
    )
    assert out_of_memory(remark, on_gpu=True) is None


@pytest.mark.parametrize(
    ("text", "on_gpu", "memory"),
    [
        # TensorFlow's allocator, by device
        ("OOM when allocating tensor with shape[65536,65536] and type float on /job:localhost/replica:0/task:0/"
         "device:GPU:0 by allocator GPU_0_bfc [Op:Mul]", True, DEVICE),
        ("OOM when allocating tensor with shape[65536,65536] and type float on /job:localhost/replica:0/task:0/"
         "device:CPU:0 by allocator cpu [Op:Mul]", True, HOST),
        ("OOM when allocating tensor with shape[9] and type float on /job:localhost by allocator mklcpu", False, HOST),
        ("failed to allocate memory: std::bad_alloc", True, HOST),
        ("Unable to allocate 7.28 TiB for an array with shape (1000000, 1000000)", True, HOST),
        ("Failed copying input tensor from /job:localhost/replica:0/task:0/device:CPU:0 to "
         "/job:localhost/replica:0/task:0/device:GPU:0 in order to run _EagerConst: "
         "Dst tensor is not initialized.", True, DEVICE),
        ("EigenAllocator for GPU ran out of memory when allocating 1024. See error logs.", True, DEVICE),
        # XLA
        ("2 root error(s) found.\n  (0) Resource exhausted: Out of memory while trying to allocate 68852648264 bytes.",
         True, DEVICE),
        ("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 16777716 bytes.", False, HOST),
        ("Failed to load in-memory CUBIN: CUDA_ERROR_OUT_OF_MEMORY: out of memory", True, DEVICE),
        ("INTERNAL: failed to allocate 2.0KiB (2048 bytes) from device: CUDA_ERROR_OUT_OF_MEMORY", True, DEVICE),
        ("Underlying backend ran out of memory trying to instantiate command buffer with 3 (total of 9 alive graphs)",
         True, DEVICE),
        ("RESOURCE_EXHAUSTED: Shared memory size limit exceeded: requested 147456, available: 101376", True, None),
        # cuDNN, cuBLAS and their kin
        ("CUDNN failed to allocate the scratch space for the runner or to find a working no-scratch runner.", True,
         PROBABLY_DEVICE),
        ("Could not create cudnn handle: CUDNN_STATUS_INTERNAL_ERROR", True, PROBABLY_DEVICE),
        ("DNN library initialization failed. Look at the errors above for more details.", True, PROBABLY_DEVICE),
        ("No algorithm worked!", True, PROBABLY_DEVICE),
        ("Attempting to perform BLAS operation using StreamExecutor without BLAS support", True, PROBABLY_DEVICE),
        ("Blas xGEMM launch failed : a.shape=[1,32,784]", True, PROBABLY_DEVICE),
        ("cuSolver: CUSOLVER_STATUS_ALLOC_FAILED", True, DEVICE),
        ("CUDNN_STATUS_ALLOC_FAILED", True, DEVICE),
        # JAX
        ("RESOURCE_EXHAUSTED: Out of memory allocating 800000000000 bytes.", True, DEVICE),
        ("RESOURCE_EXHAUSTED: Out of memory allocating 800000000000 bytes.", False, HOST),
        ("jaxlib/gpu/solver_handle_pool.cc:37: operation gpusolverDnCreate(&handle) failed: cuSolver internal error",
         True, PROBABLY_DEVICE),
        # PyTorch
        ("OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 79.25 GiB "
         "of which 8.81 MiB is free. Process 1 has 40.00 GiB memory in use.", True, DEVICE),
        ("CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported", True, DEVICE),
        ("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", True, DEVICE),
        ("CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`", True, PROBABLY_DEVICE),
        ("cuDNN error: CUDNN_STATUS_NOT_INITIALIZED", True, PROBABLY_DEVICE),
        ('NVML_SUCCESS == r INTERNAL ASSERT FAILED at "../c10/cuda/CUDACachingAllocator.cpp":830, please report a bug '
         "to PyTorch.", True, PROBABLY_DEVICE),
        ("[enforce fail at alloc_cpu.cpp:121] . DefaultCPUAllocator: can't allocate memory: you tried to allocate "
         "400000000000000 bytes. Error code 12 (Cannot allocate memory)", True, HOST),
        ("mat1 and mat2 shapes cannot be multiplied (32x10 and 20x64)", True, None),
        # what TensorFlow calls RESOURCE_EXHAUSTED and is not memory
        ("RESOURCE_EXHAUSTED: /runs/a/step-9.keras; No space left on device", True, None),
        ("RESOURCE_EXHAUSTED: /data/x; Too many open files", True, None),
        ("Incompatible shapes: [32,10] vs. [32,11]", True, None),
    ],
)  # fmt: skip
def test_which_memory_it_was(text: str, on_gpu: bool, memory: str | None) -> None:
    assert out_of_memory(text, on_gpu) == memory


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("mat1 and mat2 shapes cannot be multiplied (32x10 and 20x64)"),
        RuntimeError(
            "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1"
        ),
        TypeError("dot_general requires contracting dimensions to have the same shape, got (10,) and (20,)."),
    ],
    ids=["torch product", "torch sum", "jax"],
)
def test_data_that_does_not_fit_in_each_backends_words(error: Exception) -> None:
    assert name_failure(error).kind == "bad-data"


MADE = "my_models.py:6 (build), my_data.py:9 (load)"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            ValueError("Missing data for input \"b\". You passed a data dictionary with keys ['a']."),
            'Data and model do not fit: Missing data for input "b".',
        ),
        (
            ValueError(
                'Layer "functional" expects 2 input(s), but it received 3 input tensors. Inputs received: ['
            ),
            'Data and model do not fit: Layer "functional" expects 2 input(s)',
        ),
        (
            ValueError(
                "Layer \"functional\" expects 2 named input(s) with keys ['a', 'b'], but it received 1"
            ),
            "Data and model do not fit: Layer",
        ),
        (
            ValueError(
                "The structure of `inputs` doesn't match the expected structure.\nExpected: ['a', 'b']\n"
                "Received: inputs={'a': 'Tensor(shape=(None, 3))'}"
            ),
            "Data and model do not fit: The structure of `inputs` doesn't match the expected structure. "
            "Expected: ['a', 'b'] Received: inputs={'a': ",
        ),
        (
            InvalidArgumentError("required broadcastable shapes [Op:Mul]"),
            "Data and model do not fit: required broadcastable shapes",
        ),
        (KeyError("scale"), "KeyError: 'scale'"),
    ],
)
def test_where_no_line_of_the_users_is_in_it_both_functions_are_told(error: Exception, told: str) -> None:
    assert name_failure(error, made_in=MADE).message.startswith(f"{MADE}: {told}")
    assert name_failure(error, place="my_models.py:8", made_in=MADE).message.startswith(
        f"my_models.py:8: {told}"
    )


def test_what_the_users_code_asked_of_the_network_is_no_matter_of_the_disk() -> None:
    error = ConnectionRefusedError(111, "Connection refused")
    failure = name_failure(error, place="my_data.py:3")
    assert (failure.kind, failure.message) == (
        "network-error",
        "my_data.py:3: ConnectionRefusedError: [Errno 111] Connection refused",
    )
    assert name_failure(error).kind == "file-error"
    assert name_failure(BrokenPipeError(32, "Broken pipe"), place="my_data.py:3").kind == "file-error"


def test_a_cpus_memory_is_not_called_the_devices() -> None:
    failure = name_failure(
        ResourceExhaustedError("Out of memory while trying to allocate 5 bytes"), on_gpu=False
    )
    assert failure.kind == "host-memory"
    assert "machine's memory" in failure.message
    assert "RAM" in failure.hint


def test_a_full_disk_in_the_guise_of_exhausted_resources() -> None:
    error = ResourceExhaustedError("RESOURCE_EXHAUSTED: /runs/a/step-9.keras; No space left on device")
    assert name_failure(error).kind == "file-error"


@pytest.mark.parametrize(
    ("stack", "what", "kind"),
    [
        ("<stack traces unavailable>", "MemoryError: no room for another batch", "host-memory"),
        (
            '  File "/home/me/.venv/keras/trainer.py", line 399, in fit\n\n  File "train.py", line 1, in <module>\n',
            "OOM when allocating tensor with shape[9] and type float on /device:GPU:0 by allocator GPU_0_bfc",
            "out-of-memory",
        ),
        ('  File "train.py", line 1, in <module>', "indices[0,0] = 9 is not in [0, 5)", "error"),
    ],
)
def test_of_an_error_in_a_graph_what_happened_is_told_and_not_where(stack: str, what: str, kind: str) -> None:
    text = (
        f"Graph execution error:\n\nDetected at node model/dense defined at (most recent call last):\n{stack}\n{what}\n"
        "\t [[{{node model/dense}}]] [Op:__inference_multi_step_on_iterator_219]"
    )
    failure = name_failure(InternalError(text))
    assert failure.kind == kind
    assert failure.message.endswith(what)
    assert name_failure(InternalError("Graph execution error:")).message.endswith("Graph execution error:")


def test_named_failures_keep_their_own_words() -> None:
    failure = name_failure(LaneFailureError("no-device", "It finds none\nmore", "Install it"))
    assert (failure.kind, failure.message, failure.hint) == ("no-device", "It finds none", "Install it")


def test_one_line_is_the_first_that_says_something() -> None:
    assert one_line("\n  \n  first  \nsecond") == "first"
    assert one_line("") == "no message"
    assert len(one_line("x" * 5000)) == 400
