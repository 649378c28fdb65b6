"""Answer what is asked of a run from outside: pause, stop, a probe, another way of sharing, a lane that joins."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from msgspec import structs

from training.control.protocol import Reply, Request
from training.lane_names import told_apart
from training.plan import CHANGEABLE, LANES, Lane, LanePlan, Plan, Sharing
from training.preflight.joining import why_no_room
from training.preflight.scripts import why_not_run
from training.preset.backend import Backend, how_to_install, missing_packages, title_of
from training.record.event_records import Asked
from training.supervisor.lane_run import LaneRun

if TYPE_CHECKING:
    from training.supervisor.measuring import HeardWriter, Measuring


class Owner(Protocol):
    """What answering needs of the run's owner."""

    plan: Plan
    events: HeardWriter
    lanes: dict[Lane, LaneRun]
    measuring: Measuring

    @property
    def sharing(self) -> Sharing:
        """How the lanes share the device now."""

    def now(self) -> float:
        """Seconds since the run began."""

    def decide(self) -> None:
        """See what follows."""

    def stop_lane(self, run: LaneRun, reason: str) -> None:
        """Have one lane checkpoint and stop."""

    def kill_lane(self, run: LaneRun) -> None:
        """End one lane's process now."""

    def change_sharing(self, after: Sharing, because: str) -> None:
        """Share the device another way."""

    def join(self, planned: LanePlan, lane: Lane, by: str) -> None:
        """Add a lane."""


class Answering:
    """Carries out what was asked, or says in one sentence why not."""

    def __init__(
        self,
        owner: Owner,
        missing: Callable[[Backend], tuple[str, ...]] = missing_packages,
        why_no_room: Callable[[Plan], str] = why_no_room,
    ) -> None:
        """`missing` tells which packages of a backend are not installed, `why_no_room` why memory does not do."""
        self._owner = owner
        self._missing = missing
        self._why_no_room = why_no_room

    def answer(self, request: Request) -> Reply:
        """Carry out one request."""
        owner = self._owner
        asked = [run for run in owner.lanes.values() if request.lane in (None, run.lane)]
        live = [run for run in asked if not run.has_ended]
        if request.ask == "status":
            return Reply(ok=True, stages={run.lane: run.standing.stage for run in asked})
        if not asked:
            return _no(f"this run has no lane {request.lane}")
        if not live:
            return _no("that lane has ended already" if request.lane else "both lanes have ended")
        owner.events.write(Asked(t=owner.now(), what=request.ask, lane=request.lane, by=request.by[:80]))
        match request.ask:
            case "stop":
                for run in live:
                    owner.stop_lane(run, request.by or "asked to stop")
            case "kill":
                if _trains_others(live, owner.lanes):
                    return _no("one process trains both lanes: stop this one, or kill both")
                for run in live:
                    owner.kill_lane(run)
            case "pause" | "resume":
                return self._hold(request.ask == "pause", live)
            case "probe":
                return _reply(owner.measuring.prober.ask())
            case "share":
                return self._share(request)
            case "join":
                return self._join(request)
            case _:
                return self._pass_on(request, live)
        owner.decide()
        return Reply(ok=True)

    def _hold(self, stand_still: bool, live: list[LaneRun]) -> Reply:
        holds = self._owner.measuring.holds
        without = [run.lane for run in live if run.telemetry != "each"]
        if stand_still and without and self._owner.sharing == "mps":
            return _no(
                f"lane {' and '.join(without)} passes no gate, and under MPS no process is stopped by a signal: that "
                "may hold up the other's work on the GPU"
            )
        act = holds.hold if stand_still else holds.let_go
        taken = [act(run.lane, "asked") for run in live if run.worker is not None]
        self._owner.measuring.changes.happened()
        if not taken or not all(taken):
            return _no("the lane has no process that could take this now")
        if not stand_still and len(live) == 1 and (waits := holds.why(live[0].lane)):
            return _no(f"lane {live[0].lane} still stands still: {_why(waits)}")
        return Reply(ok=True)

    def _share(self, request: Request) -> Reply:
        owner, after = self._owner, request.sharing
        if after is None or after not in CHANGEABLE:
            return _no(f"a run that trains can go over to {', '.join(CHANGEABLE)}")
        if owner.sharing not in CHANGEABLE:
            return _no(f"a run under {owner.sharing} cannot be changed: start a new one for {after}")
        if after == owner.sharing:
            return _no(f"the lanes share the device that way already: {after}")
        if after != "sequential" and owner.plan.device.one_process:
            return _no("the device takes one process at a time (compute mode EXCLUSIVE_PROCESS)")
        if after == "adaptive" and not owner.plan.probing.enabled:
            return _no("adaptive goes by probes, and this run makes none (--no-probe)")
        owner.change_sharing(after, f"asked by {request.by}" if request.by else "asked")
        return Reply(ok=True)

    def _join(self, request: Request) -> Reply:
        owner = self._owner
        if request.planned is None:
            return _no("nothing to join was named")
        backend = request.planned.preset.known_backend
        if backend is not None and self._missing(backend):
            return _no(
                f"it trains on {title_of(backend)}, which is not installed here: {how_to_install(backend)}"
            )
        script = request.planned.preset.script
        for message, remedy in () if script is None else why_not_run(script, os.environ):
            return _no(f"{message}: {remedy}")
        if owner.sharing == "one-process":
            return _no("a lane cannot join a run in one process: it has no process of its own there")
        if all(run.stop_asked for run in owner.lanes.values() if not run.has_ended):
            return _no("the run is ending: start a new one")
        if owner.plan.lane_devices:
            return _no("a lane cannot join a run whose lanes have MIG instances of their own")
        lane = _free_lane(owner.lanes)
        if lane is None:
            return _no("both lanes train: one has to end before another can join")
        if not request.force_fit and (why := self._why_no_room(_with(owner, lane, request.planned))):
            return _no(why)
        planned = told_apart({**owner.plan.lanes, lane: request.planned})[lane]
        try:
            owner.join(planned, lane, request.by[:80])
        except OSError as error:
            return _no(f"the run's files cannot be changed: {error.strerror or error}")
        return Reply(ok=True)

    def _pass_on(self, request: Request, live: list[LaneRun]) -> Reply:
        details: dict[str, float | int] = {}
        if why_not := _why_not_passed_on(request, live):
            return _no(why_not)
        if request.ask == "window":
            details = {"id": self._owner.measuring.next_window_id()}
            details |= {"seconds": request.seconds} if request.seconds is not None else {}
            details |= {"steps": request.steps} if request.steps is not None else {}
        taken = [run.worker.tell(request.ask, run.lane, **details) for run in live if run.worker is not None]
        if not taken or not all(taken):
            return _no("the lane has no process that could take this now")
        window_id = int(details["id"]) if request.ask == "window" else None
        return Reply(ok=True, window_id=window_id)


def _why_not_passed_on(request: Request, live: list[LaneRun]) -> str:
    """What a script's lane cannot be asked for, in a sentence; empty where it can."""
    for run in live:
        if run.script is not None and request.ask == "checkpoint":
            return (
                f"lane {run.lane} is a script or program: its checkpoints are its own, dualtrain writes none"
            )
        if run.telemetry != "each" and request.ask == "window":
            return f"lane {run.lane} passes no gate, so that no window has exact ends there"
    return ""


def _trains_others(runs: list[LaneRun], lanes: Mapping[Lane, LaneRun]) -> bool:
    """Whether a process of these trains a lane on that is none of these."""
    asked = {run.lane for run in runs}
    workers = [run.worker for run in runs if run.worker is not None]
    return any(one.worker in workers for one in lanes.values() if one.lane not in asked)


def _with(owner: Owner, lane: Lane, planned: LanePlan) -> Plan:
    """The lanes that train, and the one that is to join them."""
    train = {name: spec for name, spec in owner.plan.lanes.items() if not owner.lanes[name].has_ended}
    return structs.replace(owner.plan, lanes={**train, lane: planned}, sharing=owner.sharing)


def _free_lane(lanes: Mapping[Lane, LaneRun]) -> Lane | None:
    return next((lane for lane in LANES if lane not in lanes or lanes[lane].has_ended), None)


def _why(reasons: frozenset[str]) -> str:
    return "it is the other's turn" if "turn" in reasons else "a probe times the other"


def _reply(why_not: str | None) -> Reply:
    return Reply(ok=True) if why_not is None else _no(why_not)


def _no(why: str) -> Reply:
    return Reply(ok=False, why=why)
