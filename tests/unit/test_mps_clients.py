"""Which lanes a daemon's client list names, and what waits for it."""

from __future__ import annotations

from training.plan import Lane, Limits
from training.supervisor.lane_standing import GiveUp, LaneStanding, Launch, Release, WarmUp
from training.supervisor.mps_clients import clients_by_lane
from training.supervisor.mps_control import MpsClient
from training.supervisor.policy import UnderMps, policy_for

ONLY_A: tuple[Lane, ...] = ("a",)
PROCESSES: dict[Lane, set[int]] = {"a": {10, 11}, "b": {20}}


def test_clients_are_put_down_by_pid_also_of_a_child() -> None:
    found = clients_by_lane([MpsClient(5, 20), MpsClient(5, 11)], PROCESSES, ("a", "b"))
    assert found == {"a": MpsClient(5, 11), "b": MpsClient(5, 20)}


def test_a_lane_that_is_not_listed_is_not_found() -> None:
    assert clients_by_lane([MpsClient(5, 10)], PROCESSES, ("a", "b")) == {"a": MpsClient(5, 10)}
    assert clients_by_lane([], PROCESSES, ONLY_A) == {}


def test_pids_of_another_namespace_are_counted() -> None:
    strange = [MpsClient(5, 70), MpsClient(5, 71)]
    assert clients_by_lane(strange, PROCESSES, ONLY_A) == {"a": strange[0]}
    assert clients_by_lane(strange, PROCESSES, ("a", "b")) == {"a": strange[0], "b": strange[1]}
    assert clients_by_lane(strange[:1], PROCESSES, ("a", "b")) == {"a": strange[0]}


class Gate:
    """Opened by the test."""

    is_settled = False

    def __init__(self) -> None:
        self.proven: set[Lane] = set()

    def awaits(self, lane: Lane) -> bool:
        return lane not in self.proven


def test_nothing_starts_before_the_daemon_and_nothing_goes_on_before_the_proof() -> None:
    gate = Gate()
    policy = UnderMps(Limits(warm_up_s=50), gate)
    lanes: dict[Lane, LaneStanding] = {
        "a": LaneStanding("unlaunched", 0.0),
        "b": LaneStanding("unlaunched", 0.0),
    }
    assert policy.decide(lanes, 1.0) == ()
    gate.is_settled = True
    assert policy.decide(lanes, 1.0) == (Launch("a"), Launch("b"))
    lanes |= {"a": LaneStanding("warm", 2.0), "b": LaneStanding("queued", 2.0)}
    assert policy.decide(lanes, 3.0) == ()
    lanes["b"] = LaneStanding("importing", 2.0)
    assert [type(action) for action in policy.decide(lanes, 60.0)] == [GiveUp]
    lanes["b"] = LaneStanding("queued", 2.0)
    gate.proven.add("a")
    assert policy.decide(lanes, 3.0) == (WarmUp("b"),)
    lanes["b"] = LaneStanding("warm", 4.0)
    assert policy.decide(lanes, 5.0) == ()
    gate.proven.add("b")
    assert policy.decide(lanes, 5.0) == (Release(("a", "b"), "all lanes are warm"),)


def test_sequential_takes_over_where_the_lanes_stand() -> None:
    """A GPU that takes one process at a time, and a lane that proved to be no client of MPS."""
    policy = policy_for("sequential", Limits())
    lanes: dict[Lane, LaneStanding] = {"a": LaneStanding("queued", 2.0), "b": LaneStanding("warm", 2.0)}
    assert policy.decide(lanes, 3.0) == (Release(("b",), "it has the device to itself"),)
    lanes = {"a": LaneStanding("warm", 2.0), "b": LaneStanding("queued", 2.0)}
    assert [type(action) for action in policy.decide(lanes, 3.0)] == [Release]
    lanes["a"] = LaneStanding("ended", 9.0)
    assert policy.decide(lanes, 10.0) == (WarmUp("b"),)
