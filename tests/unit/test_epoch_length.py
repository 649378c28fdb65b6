"""How many steps make an epoch shows when the first is over, where the data do not tell before."""

from __future__ import annotations

import pytest

from training.analysis.epoch_length import with_epoch_seen
from training.analysis.lane_facts import LaneFacts
from training.analysis.lane_history import LaneHistory
from training.record.lane_records import Built, Epoch, Released


def built(**changes: object) -> Built:
    told: dict[str, object] = {"planned_epochs": 4, **changes}
    return Built(1.0, 10, 40, 32, **told)  # type: ignore[arg-type]


def epoch(steps: int = 7, *, partial: bool = False) -> Epoch:
    return Epoch(9.0, 1, steps, 32 * steps, steps, 2.0, 0.1, partial=partial)


@pytest.mark.parametrize(
    ("before", "seen", "steps_per_epoch", "planned_steps"),
    [
        (built(), epoch(), 7, 28),
        (built(planned_epochs=None, planned_steps=50), epoch(), 7, 50),
        (built(planned_epochs=None), epoch(), 7, None),
        (built(), epoch(partial=True), None, None),
        (built(), epoch(0), None, None),
        (built(steps_per_epoch=5, planned_steps=20), epoch(), 5, 20),
        (built(fit=1), epoch(), None, None),  # a script's
    ],
)
def test_the_first_whole_epoch_tells(
    before: Built, seen: Epoch, steps_per_epoch: int | None, planned_steps: int | None
) -> None:
    after = with_epoch_seen(before, seen)
    assert (after.steps_per_epoch, after.planned_steps) == (steps_per_epoch, planned_steps)


def test_a_lane_has_no_length_before_that() -> None:
    facts = LaneFacts()
    for record in (built(), Released(2.0, 3)):
        facts.take(record)
    assert facts.length(None) is None
    facts.take(epoch())
    length = facts.length(None)
    assert length is not None
    assert (length.steps, length.steps_per_epoch) == (25, 7)


def test_the_lanes_state_says_what_is_known() -> None:
    history = LaneHistory("a", "mine", "Mine")
    history.take(built())
    assert (history.state(3.0).steps_per_epoch, history.state(3.0).planned_steps) == (None, None)
    history.take(epoch())
    assert (history.state(9.0).steps_per_epoch, history.state(9.0).planned_steps) == (7, 28)
