"""Whole runs for tests of contention: what a supervisor and two workers tell, file by file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypothesis import strategies as st

from tests.unit.contention_cases import (
    Known,
    Measured,
)
from tests.unit.made_runs import plan
from training.analysis.contention_history import ContentionHistory
from training.plan import LANES, Lane, Plan
from training.record.event_records import (
    BarrierOpened,
    EventRecord,
    Launched,
    WarmingUp,
)
from training.record.lane_records import (
    Built,
    Imported,
    LaneRecord,
    Progress,
    Released,
    Warm,
)

TOLD = tuple[Lane | None, EventRecord | LaneRecord]
"""One record, and whose file it is in: a lane's, or that of the events."""
LANES_KNOWN: dict[Lane, Known] = {"a": Known(0.1, 1.5), "b": Known(0.2, 1.2)}
STEPS = 1000
RELEASED_STEP = 3
OPENED_T = 20.0


def built(t: float = 8.0, steps: int | None = STEPS + RELEASED_STEP, per_epoch: int = 100) -> Built:
    return Built(t, 10, 40, 32, 3200, 0, per_epoch, planned_epochs=10, planned_steps=steps)


def progress(t: float, step: int) -> Progress:
    return Progress(t, step, step * 32, 1, step % 100, 10, 1.0)


def life(t: float = 1.0, released_t: float = OPENED_T) -> list[LaneRecord]:
    """What a lane's worker tells until its release; it is launched at `t`."""
    return [
        Imported(t + 4, seconds=5.0),
        built(t + 7),
        Warm(t + 12, step=RELEASED_STEP, seconds=2.0),
        Released(released_t, step=RELEASED_STEP),
    ]


def start() -> list[EventRecord]:
    """What the supervisor tells until both are released."""
    return [
        Launched(1.0, "a", 1),
        Launched(1.0, "b", 2),
        WarmingUp(6.0, "a"),
        WarmingUp(14.0, "b"),
        BarrierOpened(OPENED_T, LANES, "both are warm"),
    ]


def spans(blocks: int = 3, epochs: int = 1) -> list[EventRecord]:
    run = Measured(LANES_KNOWN, now_s=OPENED_T, epochs=epochs)
    for index in range(1, blocks + 1):
        run.block(index)
    return list(run.spans)


def read(told: Sequence[TOLD], made: Plan | None = None) -> ContentionHistory:
    history = ContentionHistory(made or plan())
    for lane, record in told:
        if lane is None:
            history.take_event(record)  # type: ignore[arg-type]
        else:
            history.take_lane_record(lane, record)  # type: ignore[arg-type]
    return history


def in_order(events: Sequence[EventRecord], lanes: dict[Lane, Sequence[LaneRecord]]) -> list[TOLD]:
    """As a reader finds a run that is over: the events, then each lane's file."""
    told: list[TOLD] = [(None, event) for event in events]
    return told + [(lane, record) for lane, records in lanes.items() for record in records]


def whole_run(blocks: int = 3) -> list[TOLD]:
    return in_order([*start(), *spans(blocks)], {"a": life(), "b": life(9.0)})


@st.composite
def interleaved(draw: st.DrawFn, told: Sequence[TOLD]) -> list[TOLD]:
    """The same files, each in its own order, the readers taking turns in some other way."""
    files: dict[Lane | None, Iterator[TOLD]] = {
        owner: iter([one for one in told if one[0] == owner]) for owner in (None, *LANES)
    }
    owners = draw(st.permutations([owner for owner, _ in told]))
    return [next(files[owner]) for owner in owners]
