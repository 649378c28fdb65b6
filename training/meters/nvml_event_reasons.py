"""Why a GPU holds its clocks down: NVML's bit mask in words."""

from __future__ import annotations

from training.record.device_records import EventReason

_WORDS: dict[int, EventReason] = {
    0x04: "power cap",
    0x08: "hardware slowdown",
    0x10: "sync boost",
    0x20: "thermal",
    0x40: "hardware thermal",
    0x80: "power brake",
    0x100: "display clocks",
    0x200: "board limit",
    0x400: "reliability",
}
"""By bit, from nvml.h's nvmlClocksEventReasons. Left out are 1, the GPU is idle, and 2, an application set the
clocks: neither holds a training back unasked."""

EVENT_REASONS_CALLS = (
    "nvmlDeviceGetCurrentClocksEventReasons",
    "nvmlDeviceGetCurrentClocksThrottleReasons",  # the same under the name that older drivers know
)


def event_reasons(mask: int) -> tuple[EventReason, ...]:
    """Return the reasons in a mask, empty where nothing holds the clocks down; unknown bits are left out."""
    return tuple(word for bit, word in _WORDS.items() if mask & bit)
