"""The NVML library: loading it late, calling it safely, and what each of its errors asks for.

The module `pynvml` is imported only when a meter opens or devices are listed. Every call goes through
`NvmlLibrary`, so that an error code is looked at in one place. Handles and figures are NVML's own; see nvml.h
for their meaning.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Literal, TypeVar

from training.meters.back_off import BackOff
from training.meters.meter import DeviceLostError, MeterError

Answer = TypeVar("Answer")

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
    UNINITIALIZED: "the NVIDIA library says it was never started, also after starting it again",
    NOT_SUPPORTED: "this GPU does not support it",
    INSUFFICIENT_SIZE: "the NVIDIA driver's list kept growing while it was read",
    FUNCTION_NOT_FOUND: "this NVIDIA driver is too old to know it",
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

_TRIES = 3
"""How often a list that grew between the binding's two calls is asked for in all."""


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
    """The library, started and stopped; NVML counts starts, so several may live in one process.

    A library that says it was never started is started again, once for all that fail with that at the time; if
    it still says so, the next start waits. `generation` counts the starts: handles of an earlier one are stale.
    """

    def __init__(self, binding: Any = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Take `binding`, a module like pynvml; None imports pynvml when started. `clock` gives seconds."""
        self._binding = binding
        self._started = False
        self._restarts = BackOff(clock)
        self.generation = 0

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

    def stop(self) -> None:
        """Give the library back; never raises."""
        if self._started:
            self._started = False
            self._shut_down()

    def constant(self, name: str, default: int) -> int:
        """Return a constant of the binding, `default` where an older one lacks it."""
        return int(getattr(self._binding, name, default))

    def struct(self, name: str) -> Any:
        """Return a new zeroed struct of the binding. Raises NvmlError where an older one lacks it."""
        kind = getattr(self._binding, name, None)
        if kind is None:
            raise NvmlError(name, FUNCTION_NOT_FOUND)
        return kind()

    def call(self, name: str, *arguments: Any) -> Any:
        """Call one function of the binding.

        Raises:
            DeviceLostError: the device is gone for good.
            NvmlError: any other error, a missing function included.
        """
        for tried in range(1, _TRIES + 1):
            try:
                return self._call_once(name, *arguments)
            except NvmlError as error:
                if error.meaning == "lost":
                    raise DeviceLostError(sentence(error.code)) from error
                if error.meaning != "retry" or tried == _TRIES:
                    raise
        raise AssertionError("unreachable")

    def call_started(self, ask: Callable[[], Answer]) -> Answer:
        """Return what `ask` does; where the library says it was never started, start it and ask once more.

        Raises:
            DeviceLostError: the device is gone for good.
            NvmlError: any other error; UNINITIALIZED while a fresh start waits.
        """
        generation = self.generation
        try:
            return ask()
        except NvmlError as error:
            if error.meaning != "uninitialized" or (generation == self.generation and self._restarts.waits):
                raise
        if generation == self.generation:
            self._restart()
        try:
            answer = ask()
        except NvmlError as error:
            if error.meaning == "uninitialized":
                self._restarts.failed()
            raise
        self._restarts.succeeded()
        return answer

    def _restart(self) -> None:
        self._shut_down()  # keeps NVML's count of starts right where it did not forget after all
        try:
            self.call("nvmlInit")
        except NvmlError:
            self._restarts.failed()
            raise
        self.generation += 1

    def _shut_down(self) -> None:
        try:
            self.call("nvmlShutdown")
        except MeterError:
            pass  # it is gone already, which is what was wanted

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
    """One GPU or MIG instance, addressed by UUID because indices change.

    Its handle is kept, and found again when the library was started again.
    """

    def __init__(self, library: NvmlLibrary, uuid: str) -> None:
        """Find the device. Raises NvmlError."""
        self.library = library
        self.uuid = uuid
        self._generation = library.generation
        self._handle = library.call("nvmlDeviceGetHandleByUUID", uuid)

    @property
    def generation(self) -> int:
        """Which start of the library the handle is of; what else was taken from an earlier one is stale."""
        return self._generation

    def call(self, name: str, *arguments: Any) -> Any:
        """Call a function of this device.

        Raises:
            DeviceLostError: the device is gone for good.
            NvmlError: any other error.
        """
        return self.library.call_started(lambda: self.library.call(name, self._fresh_handle(), *arguments))

    def constant(self, name: str, default: int) -> int:
        """Return a constant of the binding, `default` where an older one lacks it."""
        return self.library.constant(name, default)

    def _fresh_handle(self) -> Any:
        if self._generation != self.library.generation:
            try:
                self._handle = self.library.call("nvmlDeviceGetHandleByUUID", self.uuid)
            except NvmlError as error:
                if error.code != NOT_FOUND:
                    raise
                raise DeviceLostError(f"the NVIDIA driver no longer lists {self.uuid}") from error
            self._generation = self.library.generation
        return self._handle
