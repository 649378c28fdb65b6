"""Whose fault a lane's failure under MPS may be."""

from __future__ import annotations

import pytest

from training.record.event_records import LaneEnded, LaneStatus
from training.supervisor.shared_fate import tell_shared_fate


def ended(
    t: float, message: str = "it failed", status: LaneStatus = "failed", kind: str = "error"
) -> LaneEnded:
    return LaneEnded(
        t=t, lane="b", status=status, exit_code=1, kind=kind, message=message, hint="See the log."
    )


@pytest.mark.parametrize(
    "message",
    [
        "CUDA_ERROR_MPS_CLIENT_TERMINATED: the client was terminated",
        "failed call to cuInit: error 806",
        "CUDA error: 810",
        "MPS server is not ready to accept new MPS client requests",
    ],
)
def test_an_error_of_mps_is_one(message: str) -> None:
    told = tell_shared_fate(ended(9.0, message), [], under_mps=True)
    assert told.hint.startswith("Under MPS a fatal GPU fault")
    assert told.hint.endswith("See the log.")


def test_two_that_fail_within_seconds_may_share_it() -> None:
    told = tell_shared_fate(ended(103.0), [ended(100.0)], under_mps=True)
    assert told.hint.startswith("Lane b failed 3 s before. Under MPS")


@pytest.mark.parametrize(
    ("end", "earlier", "under_mps"),
    [
        (ended(103.0), [ended(100.0)], False),
        (ended(103.0), [ended(80.0)], True),
        (ended(103.0), [ended(100.0, status="completed")], True),
        (ended(103.0, status="stopped"), [ended(100.0)], True),
        (ended(103.0, kind="out-of-memory"), [ended(100.0)], True),
        (ended(103.0, "loss is 806 at step 810"), [], True),
    ],
)
def test_otherwise_nothing_is_said_of_it(end: LaneEnded, earlier: list[LaneEnded], under_mps: bool) -> None:
    assert tell_shared_fate(end, earlier, under_mps=under_mps) is end
