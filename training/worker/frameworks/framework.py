"""What a lane asks of the framework under Keras, whichever it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from training.plan import IfNoGpu, PlannedDevice
from training.preset import DeviceSpec
from training.worker.failures import LaneFailureError
from training.worker.no_gpu import WhyNoGpu


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the lane trains on, in the framework's words ("GPU:0", "CPU"); `no_gpu` says why not on the chosen GPU."""

    device: str
    no_gpu: WhyNoGpu | None = None


class Framework(Protocol):
    """A backend of Keras, on one device.

    Constructing it imports the framework, so the environment must be complete by then; no device is touched before
    `set_up`.
    """

    times_cached_batches: bool
    """Whether steps can be taken on one batch at hand and undone again (cached_batch.py)."""

    def versions(self) -> dict[str, str]:
        """Versions that decide what a run means."""

    def threads(self) -> dict[str, int]:
        """Thread settings; 0 is the framework's own choice. Part of the result where the device is a CPU."""

    def set_up(self, device: PlannedDevice, spec: DeviceSpec, if_no_gpu: IfNoGpu) -> SetUp:
        """Initialise the device as the preset asks.

        Raises:
            LaneFailureError: the planned device is a GPU, the framework sees none, and `if_no_gpu` is "fail".
        """

    def hold_state(self, model: Any) -> None:
        """Have the model's variables hold its state, between two batches of a training that goes on."""

    def synchronize(self) -> None:
        """Return once the device has nothing left to do."""

    def memory(self) -> dict[str, int] | None:
        """Bytes the framework's tensors hold on a GPU: "current_bytes", "peak_bytes".

        None where it does not count them, as on a CPU.
        """


def without_gpu(why: WhyNoGpu, if_no_gpu: IfNoGpu) -> SetUp:
    """Train on the CPU after all, or give up.

    Raises:
        LaneFailureError: `if_no_gpu` is "fail".
    """
    if if_no_gpu == "cpu":
        return SetUp("CPU", why)
    raise LaneFailureError("no-device", why.why, f"{why.remedy} Or train on the CPU: --if-no-gpu cpu.")


def thread_count(asked: str | None) -> int:
    """How many threads a variable of the environment asks for; 0 where it asks for none in particular."""
    return int(asked) if asked is not None and asked.isascii() and asked.isdigit() else 0
