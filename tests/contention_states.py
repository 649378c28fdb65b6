"""Hand-made contention for the screens' tests: each verdict, probes, turns, one lane."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from msgspec import structs

from tests import states
from training.analysis.contention import Contention
from training.analysis.contention_state import BlockPoint, ContentionState, ProbeMark
from training.analysis.state import RunState
from training.plan import Lane
from training.record.contention_records import Decided

TOGETHER = Contention(
    solo_steps_per_s={"a": 26.7, "b": 29.5},
    shared_steps_per_s={"a": 20.4, "b": 18.7},
    slowdown={"a": 1.31, "b": 1.58},
    stp=1.4,
    stp_interval=(1.35, 1.45),
    antt=1.445,
    fairness=0.83,
    speedup=1.51,
    interval=(1.44, 1.58),
    speedup_whole=1.42,
    blocks=5,
    probe_cost_s=3.2,
    makespan_s=723.0,
    sequential_estimate_s=1091.0,
    verdict="together",
    because="throughput together is 1.40 times that of taking turns (1.35 to 1.45, 5 blocks of this run)",
)
SEQUENTIAL = structs.replace(
    TOGETHER,
    slowdown={"a": 2.4, "b": 2.2},
    stp=0.87,
    stp_interval=(0.83, 0.91),
    speedup=0.8,
    interval=(0.75, 0.85),
    verdict="sequential",
)
NO_DIFFERENCE = structs.replace(
    TOGETHER,
    slowdown={"a": 2.0, "b": 1.98},
    stp=1.01,
    stp_interval=(0.97, 1.05),
    speedup=1.01,
    interval=(0.97, 1.05),
    verdict="no clear difference",
)
TOO_FEW = "only 2 blocks measured, at least 3 are needed"
UNKNOWN = structs.replace(
    TOGETHER, stp_interval=None, interval=None, blocks=2, verdict="unknown", because=TOO_FEW
)
DISTURBED = structs.replace(
    TOGETHER, excluded=2, excluded_because=("another process on the CPUs", "a throttled clock")
)
POINTS = tuple(
    BlockPoint(index, 14.0 + 9 * index, {"a": 1.31 + 0.03 * (index % 2), "b": 1.58 - 0.02 * index}, 1.40)
    for index in range(1, 6)
)


def marks(*, blocks: int = 5, left_out: int | None = None) -> tuple[ProbeMark, ...]:
    """Two probes a block, in alternating order."""
    found: list[ProbeMark] = []
    for block in range(1, blocks + 1):
        order: tuple[Lane, Lane] = ("a", "b") if block % 2 else ("b", "a")
        for place, lane in enumerate(order):
            t0 = 8.0 + 9 * block + 2.5 * place
            found.append(ProbeMark(block, lane, t0, t0 + 2.4, counts=block != left_out))
    return tuple(found)


def told(contention: Contention = TOGETHER, **changes: Any) -> ContentionState:
    """Contention in the middle of a run."""
    state = ContentionState(contention, saved_ahead_s=367.0, points=POINTS, marks=marks())
    return replace(state, **changes)


def cpu(contention: Contention = TOGETHER, **changes: Any) -> RunState:
    """A pair on the processor, with contention as told."""
    return states.cpu_run(contention=told(contention, **changes))


def gpu(contention: Contention = TOGETHER, **changes: Any) -> RunState:
    """A pair on a GPU, with contention as told."""
    return states.gpu_run(contention=told(contention, **changes))


def probing(lane: Lane = "a") -> RunState:
    """`lane` is timed alone now, the other stands still for it."""
    still: Lane = "b" if lane == "a" else "a"
    mark = ProbeMark(6, lane, 64.0)
    state = cpu(probing=mark, held={still: ("probe",)})
    return states.with_lane(state, still, phase="paused")


def turns_are_faster(**changes: Any) -> RunState:
    """Both train, and one after the other would be faster."""
    return replace(gpu(SEQUENTIAL, saved_ahead_s=-252.0, turns_are_faster=True), **changes)


def in_turns() -> RunState:
    """`adaptive` has chosen one after the other: B waits."""
    decided = Decided(
        40.0, "turns", "throughput together 0.87 of taking turns (0.81 to 0.93, 5 blocks): lane A trains first",
        0.87, (0.81, 0.93), 5, "a",
    )  # fmt: skip
    state = turns_are_faster(sharing="adaptive")
    state = replace(state, contention=replace(state.contention, decided=decided, held={"b": ("turn",)}))
    return states.with_lane(state, "b", phase="paused")


def one_lane(**changes: Any) -> RunState:
    """A trains alone; its contention cannot be known."""
    state = states.cpu_run(**changes)
    why = Contention(solo_steps_per_s={"a": 20.4}, because="one lane has the device to itself")
    return replace(state, lanes={"a": state.lanes["a"]}, contention=ContentionState(why))
