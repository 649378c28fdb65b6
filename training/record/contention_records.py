"""What the supervisor tells of contention, in `events.jsonl`: solo and shared spans, and who was held for whom."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from training.plan import Lane
from training.record.tagged import Record

HeldFor = Literal["asked", "probe", "turn"]
"""Why a lane stands still: a person asked, the other is timed alone, or it is the other's turn."""

SoloHow = Literal["probe", "before the join", "after the other ended", "turn"]
"""How a lane came to train alone while its rate was taken."""


class RateSpan(Struct, frozen=True, omit_defaults=True):
    """Steps of one lane and the time they took; `outside_s` is what `epochs` epoch ends took beside steps.

    Validation, epoch ends and checkpoints are the lane's own time outside its steps, and so is what the first step of
    an epoch takes beyond a usual one: the data pipeline is started anew in it.
    """

    steps: int
    in_steps_s: float
    outside_s: float = 0.0
    epochs: int = 0
    first_steps: int = 0
    """How many of the steps began an epoch."""
    first_steps_s: float = 0.0
    """What these took of `in_steps_s`."""

    @property
    def usual_steps(self) -> int:
        """Steps that began no epoch, or all where no others took any time."""
        usual = self.steps - self.first_steps
        return usual if usual > 0 and self.in_steps_s > self.first_steps_s else self.steps

    @property
    def step_s(self) -> float:
        """What a usual step took; there is at least one step."""
        usual = self.usual_steps
        usual_s = self.in_steps_s if usual == self.steps else self.in_steps_s - self.first_steps_s
        return usual_s / usual

    @property
    def ends_s(self) -> float:
        """What the epochs' ends took, the start of the next one's data pipeline with them."""
        return max(0.0, self.outside_s + self.in_steps_s - self.steps * self.step_s)


class ProbeBegan(Record, frozen=True, tag="probe_began"):
    """A contention probe: from now on `lane` is to be timed while `paused` stands still."""

    t: float
    block: int
    lane: Lane
    paused: Lane
    seconds: float
    steps: int


class SoloSpan(Record, frozen=True, tag="solo_span"):
    """`lane` trained alone from `t0` to `t1`, in block `block`. `cost_s` is for how long the other stood still.

    `disturbed` says what spoils it (another process, a throttled clock, …); it is then counted and left out. A probe
    that could not be completed has `complete` false.
    """

    t: float
    block: int
    lane: Lane
    t0: float
    t1: float
    span: RateSpan
    how: SoloHow = "probe"
    cost_s: float = 0.0
    whole_epochs: bool = False
    complete: bool = True
    disturbed: tuple[str, ...] = ()
    sm_clock_mhz: float | None = None
    """The median in the span."""


class SharedSpan(Record, frozen=True, tag="shared_span"):
    """Both lanes trained beside each other from `t0` to `t1`: the shared time that belongs to block `block`."""

    t: float
    block: int
    t0: float
    t1: float
    spans: dict[Lane, RateSpan]
    disturbed: tuple[str, ...] = ()
    sm_clock_mhz: float | None = None
    """The median in the span."""


class Held(Record, frozen=True, tag="held"):
    """The lane was told to stand still at its next batch, and for whom."""

    t: float
    lane: Lane
    why: HeldFor


class LetGo(Record, frozen=True, tag="let_go"):
    """The lane is no longer held for this; it trains again once nothing holds it."""

    t: float
    lane: Lane
    why: HeldFor


class Decided(Record, frozen=True, tag="decided"):
    """`adaptive` looked at its numbers and chose: both at once, or one after the other."""

    t: float
    choice: Literal["together", "turns"]
    because: str
    stp: float | None = None
    stp_interval: tuple[float, float] | None = None
    blocks: int = 0
    first: Lane | None = None
    """With turns: who trains first."""


ContentionRecord = ProbeBegan | SoloSpan | SharedSpan | Held | LetGo | Decided
