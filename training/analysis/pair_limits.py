"""What limits the pair, named from evidence: rules over what was measured while both trained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from training.analysis.pair_evidence import PairEvidence
from training.plan import LANES, Lane
from training.preset.backend import DEFAULT_BACKEND, title_of
from training.record.device_records import EventReason

LimitName = Literal[
    "device busy",
    "device memory bandwidth",
    "CPU cores oversubscribed",
    "input pipeline",
    "power or thermal cap",
    "memory near the limit",
    "not clear",
]

ENOUGH_S = 4.0
"""Two samples a second: fewer than eight say little."""
BUSY_PERCENT = 95.0
"""With a kernel running for so much of the time there are no gaps left that the other could fill."""
SMS_BUSY_PERCENT = 85.0
"""Where kernels may overlap it is the multiprocessors that have to be full: kernels begin and end unevenly on them."""
BANDWIDTH_PERCENT = 70.0
"""Of the peak on paper, in the mean: what kernels that do nothing but copy reach is not much more."""
CORES_SHARE = 0.9
"""Of the cores allowed: beyond it whoever wakes up waits for a core."""
INPUT_GAIN = 1.1
"""A lane that is a tenth faster on a batch at hand waits for its data."""
HELD_SHARE = 0.1
"""Of the time: less than that costs less than can be measured."""
MEMORY_SHARE = 0.92
"""Of the device's memory: what is left does not take a second batch in flight."""

CAPS: tuple[EventReason, ...] = (
    "power cap",
    "thermal",
    "hardware slowdown",
    "hardware thermal",
    "power brake",
    "board limit",
)


class PairLimit(Struct, frozen=True):
    """Something that limits the pair, and the measurement that says so."""

    name: LimitName
    because: str

    @property
    def sentence(self) -> str:
        """Both in one."""
        return f"{self.name}: {self.because}"


def pair_limits(evidence: PairEvidence) -> tuple[PairLimit, ...]:
    """Everything the evidence names, always in the same order; "not clear" where it names nothing."""
    found: list[PairLimit] = []
    for name, rule in _RULES.items():
        because = rule(evidence)
        if because is not None:
            found.append(PairLimit(name, because))
    return tuple(found) or (PairLimit("not clear", _what_is_known(evidence)),)


def _device_busy(evidence: PairEvidence) -> str | None:
    busy = evidence.utilization_percent
    least = BUSY_PERCENT if evidence.kind == "gpu" else 100 * CORES_SHARE
    if evidence.seconds < ENOUGH_S or busy is None or busy < least:
        return None
    if evidence.kind == "cpu":
        return _cores_busy(evidence, busy)
    active = evidence.sm_active_percent
    if evidence.overlaps and active is not None and active < SMS_BUSY_PERCENT:
        return None
    activity = "" if active is None else f", with {active:.0f} % of its multiprocessors at work"
    return f"a kernel runs {busy:.0f} % of the time{activity}"


def _cores_busy(evidence: PairEvidence, busy: float) -> str | None:
    """Where it is the lanes that fill them: what others take is told as a disturbance."""
    used = sum(evidence.lane_cores.values())
    if _cores_oversubscribed(evidence) or not evidence.cores or used < CORES_SHARE * evidence.cores:
        return None
    return f"its cores are {busy:.0f} % busy"


def _memory_bandwidth(evidence: PairEvidence) -> str | None:
    percent = evidence.dram_bandwidth_percent
    if evidence.seconds < ENOUGH_S or percent is None or percent < BANDWIDTH_PERCENT:
        return None
    return f"{percent:.0f} % of what its memory can carry, in the mean"


def _cores_oversubscribed(evidence: PairEvidence) -> str | None:
    cores, used = evidence.cores, sum(evidence.lane_cores.values())
    known = all(lane in evidence.lane_cores for lane in LANES)
    if evidence.seconds < ENOUGH_S or not cores or not known or used < CORES_SHARE * cores:
        return None
    wanted = _threads_wanted(evidence, cores)
    if evidence.kind == "cpu" and (wanted is None or wanted <= cores):
        return None  # the device is full, and nobody has more threads than there are cores
    return f"lanes use {used:.2f} of {cores:g} cores; {_threads_told(evidence)}"


def _input_pipeline(evidence: PairEvidence) -> str | None:
    waiting = [
        f"lane {lane.upper()} is {gain:.2f} times as fast on a batch at hand"
        for lane, gain in sorted(evidence.input_gain.items())
        if gain >= INPUT_GAIN
    ]
    return " and ".join(waiting) or None


def _capped(evidence: PairEvidence) -> str | None:
    if evidence.seconds < ENOUGH_S:
        return None
    held = [
        f"{reason} held the clocks down {share * 100:.0f} % of the time"
        for reason, share in evidence.held_share.items()
        if reason in CAPS and share >= HELD_SHARE
    ]
    return " and ".join(sorted(held)) or None


def _memory_near_limit(evidence: PairEvidence) -> str | None:
    used, total = evidence.memory_used_bytes, evidence.memory_total_bytes
    if used is None or not total or used < MEMORY_SHARE * total:
        return None
    return f"{_memory(used, total)} in use at peak"


_RULES: dict[LimitName, Callable[[PairEvidence], str | None]] = {
    "device busy": _device_busy,
    "device memory bandwidth": _memory_bandwidth,
    "CPU cores oversubscribed": _cores_oversubscribed,
    "input pipeline": _input_pipeline,
    "power or thermal cap": _capped,
    "memory near the limit": _memory_near_limit,
}


def _threads_wanted(evidence: PairEvidence, cores: float) -> float | None:
    """Threads that work on one operation, both lanes together; a framework's own choice is one for each core."""
    settings = [evidence.threads.get(lane, {}).get("intra_op") for lane in LANES]
    if any(setting is None for setting in settings):
        return None
    return sum(setting or cores for setting in settings if setting is not None)


def _threads_told(evidence: PairEvidence) -> str:
    settings = {lane: evidence.threads.get(lane, {}).get("intra_op") for lane in LANES}
    if any(setting is None for setting in settings.values()):
        return "how many threads they were given is not known"
    if not any(settings.values()):
        return _own_choice(evidence)
    told = [
        f"{lane} {setting or f'as {_framework(evidence, lane)} chose'}" for lane, setting in settings.items()
    ]
    return f"threads for one operation: {', '.join(told)}"


def _own_choice(evidence: PairEvidence) -> str:
    frameworks = list(dict.fromkeys(_framework(evidence, lane) for lane in LANES))
    whose = "its" if len(frameworks) == 1 else "their"
    return f"{' and '.join(frameworks)} chose {whose} own thread counts (intra_op 0)"


def _framework(evidence: PairEvidence, lane: Lane) -> str:
    return evidence.frameworks.get(lane, title_of(DEFAULT_BACKEND))


def _what_is_known(evidence: PairEvidence) -> str:
    if evidence.seconds < ENOUGH_S:
        return "too little time beside each other was measured"
    told: list[str] = []
    if evidence.utilization_percent is not None:
        told.append(f"the device is {evidence.utilization_percent:.0f} % busy")
    if evidence.cores and evidence.lane_cores:
        told.append(f"lanes use {sum(evidence.lane_cores.values()):.2f} of {evidence.cores:g} cores")
    if evidence.memory_used_bytes is not None and evidence.memory_total_bytes:
        told.append(f"{_memory(evidence.memory_used_bytes, evidence.memory_total_bytes)} in use at peak")
    return ", ".join(told) or "no figure of the device is known"


def _memory(used: int, total: int) -> str:
    return f"{used / 2**30:.1f} of {total / 2**30:.1f} GiB"
