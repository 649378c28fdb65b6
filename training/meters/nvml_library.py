"""The NVML library: loading it late, calling it safely, and what each of its errors asks for.

The module `pynvml` is imported only when a meter opens or devices are listed. Every call goes through
`NvmlDevice`, so that an error code is looked at in one place. Handles and figures are NVML's own; see nvml.h
for their meaning.
"""

from __future__ import annotations

from typing import Any, Literal

from training.meters.meter import DeviceLostError, MeterError

Meaning = Literal[
    "no samples", "retry", "unsupported", "no permission", "uninitialized", "no gpu", "lost", "transient"
]
"""What an error code asks of the caller."""

NVML_SUCCESS = 0
UNINITIALIZED = 1
NOT_SUPPORTED = 3
NO_PERMISSION = 4
NOT_FOUND = 6
INSUFFICIENT_SIZE = 7
DRIVER_NOT_LOADED = 9
TIMEOUT = 10
LIBRARY_NOT_FOUND = 12
FUNCTION_NOT_FOUND = 13
GPU_IS_LOST = 15
RESET_REQUIRED = 16
LIB_RM_VERSION_MISMATCH = 18
ARGUMENT_VERSION_MISMATCH = 25
UNKNOWN = 999

_MEANINGS: dict[int, Meaning] = {
    NVML_SUCCESS: "no samples",  # the binding raises it for an empty list of utilisation samples
    NOT_FOUND: "no samples",
    INSUFFICIENT_SIZE: "retry",  # a process came between the binding's two calls
    NOT_SUPPORTED: "unsupported",
    FUNCTION_NOT_FOUND: "unsupported",
    ARGUMENT_VERSION_MISMATCH: "unsupported",
    NO_PERMISSION: "no permission",
    UNINITIALIZED: "uninitialized",
    DRIVER_NOT_LOADED: "no gpu",
    LIBRARY_NOT_FOUND: "no gpu",
    LIB_RM_VERSION_MISMATCH: "no gpu",
    GPU_IS_LOST: "lost",
    RESET_REQUIRED: "lost",
}

_SENTENCES: dict[int, str] = {
    LIBRARY_NOT_FOUND: (
        "no NVIDIA library: libnvidia-ml.so.1 is not found (no driver is installed, or this is a container"
        " started without the driver's `utility` capability)"
    ),
    DRIVER_NOT_LOADED: "no NVIDIA driver: the library is there, but the driver's kernel module is not loaded",
    LIB_RM_VERSION_MISMATCH: (
        "the NVIDIA driver was upgraded while the old one is loaded: reboot, or reload its kernel module"
    ),
    NO_PERMISSION: "the NVIDIA driver refuses this user: no permission on its device files",
    GPU_IS_LOST: "the GPU has fallen off the bus or become inaccessible; the machine must be restarted",
    RESET_REQUIRED: "the GPU needs a reset before it can be used again",
    TIMEOUT: "the NVIDIA driver did not answer in time",
}

_RETRIES = 3


def meaning(code: int) -> Meaning:
    """Return what an NVML error code asks for; codes without a rule of their own are transient."""
    return _MEANINGS.get(code, "transient")


def sentence(code: int) -> str:
    """Return an NVML error code in words for a person."""
    return _SENTENCES.get(code, f"the NVIDIA library answered with error {code}")


class NvmlError(MeterError):
    """A call that NVML refused; `code` is its error."""

    def __init__(self, call: str, code: int) -> None:
        """Name the call and its error code."""
        super().__init__(f"{sentence(code)} ({call})")
        self.call = call
        self.code = code

    @property
    def meaning(self) -> Meaning:
        """What the error asks for."""
        return meaning(self.code)


class NvmlLibrary:
    """The library, started and stopped; NVML counts starts, so several may live in one process."""

    def __init__(self, binding: Any = None) -> None:
        """Take `binding`, a module like pynvml; None imports pynvml when started."""
        self._binding = binding
        self._started = False

    def start(self) -> None:
        """Load and initialise the library. Raises NvmlError; MeterError when pynvml is not installed."""
        if self._binding is None:
            try:
                import pynvml
            except ImportError as error:
                raise MeterError("the Python module pynvml is missing: pip install nvidia-ml-py") from error
            self._binding = pynvml
        self.call("nvmlInit")
        self._started = True

    def restart(self) -> None:
        """Initialise again after the library has forgotten that it was. Raises NvmlError."""
        self.call("nvmlInit")

    def stop(self) -> None:
        """Give the library back; never raises."""
        if self._started:
            self._started = False
            try:
                self.call("nvmlShutdown")
            except MeterError:
                pass  # it is gone already, which is what was wanted

    def constant(self, name: str, default: int) -> int:
        """Return a constant of the binding, `default` where an older one lacks it."""
        return int(getattr(self._binding, name, default))

    def call(self, name: str, *arguments: Any) -> Any:
        """Call one function of the binding.

        Raises:
            DeviceLostError: the device is gone for good.
            NvmlError: any other error, a missing function included.
        """
        for attempt in range(1, _RETRIES + 1):
            try:
                return self._call_once(name, *arguments)
            except NvmlError as error:
                if error.meaning == "lost":
                    raise DeviceLostError(sentence(error.code)) from error
                if error.meaning != "retry" or attempt == _RETRIES:
                    raise
        raise AssertionError("unreachable")

    def _call_once(self, name: str, *arguments: Any) -> Any:
        function = getattr(self._binding, name, None)
        if function is None:
            raise NvmlError(name, FUNCTION_NOT_FOUND)
        try:
            return function(*arguments)
        except self._binding.NVMLError as error:
            # `value` is the only safe thing about it: it cannot be hashed, and comparing it may raise.
            raise NvmlError(name, int(error.value)) from error
        except getattr(self._binding, "NVMLLibraryMismatchError", ()) as error:
            # Raised by functions without a version in their name when the driver lacks the binding's version.
            raise NvmlError(name, FUNCTION_NOT_FOUND) from error


class NvmlDevice:
    """One GPU, addressed by UUID because indices change; its handle is found again after a restart."""

    def __init__(self, library: NvmlLibrary, uuid: str) -> None:
        """Find the device. Raises NvmlError."""
        self._library = library
        self.uuid = uuid
        self._handle = library.call("nvmlDeviceGetHandleByUUID", uuid)

    def call(self, name: str, *arguments: Any) -> Any:
        """Call a function of this device; starts the library again, once, when it says it never was.

        Raises:
            DeviceLostError: the device is gone for good.
            NvmlError: any other error.
        """
        try:
            return self._library.call(name, self._handle, *arguments)
        except NvmlError as error:
            if error.meaning != "uninitialized":
                raise
        self._library.restart()
        self._handle = self._library.call("nvmlDeviceGetHandleByUUID", self.uuid)
        return self._library.call(name, self._handle, *arguments)

    def constant(self, name: str, default: int) -> int:
        """Return a constant of the binding, `default` where an older one lacks it."""
        return self._library.constant(name, default)
