"""The lines for a shell that launch a run again, and what was changed while it went on."""

from __future__ import annotations

import shlex

from training.analysis.run_course import LaneLife, RunCourse
from training.plan import CHANGEABLE, Lane, Plan
from training.planned_lanes import preset_reference
from training.preset.printable import printable
from training.record.event_records import Joined, LaneStatus, SharingChanged
from training.retry import retry_request
from tui import format as formatted

_HAD: dict[LaneStatus, str] = {
    "completed": "had completed",
    "stopped": "had been stopped",
    "failed": "had failed",
}


def command_lines(plan: Plan, course: RunCourse) -> tuple[str, ...]:
    """In order, as a shell takes them; comments say when each was given, and what no command can say.

    A shell may take a comment for a command (zsh does at its prompt): in these stand our own words alone, and names
    in quotes.

    Presets stand by the names or paths they were asked by, with what was set beside them. What was asked of the run
    later names none: without one it is the newest live run, and the next has another name.
    """
    lines = [shlex.join(_launch_words(plan, course.launched))]
    for lane, life in course.launched.items():
        if life.planned is None:
            who = f"{_named(life.preset_name)} in lane {lane.upper()}"
            lines.append(f"# what was set beside {who} is not kept: another took its place")
    for record in course.happened:
        lines += _join_lines(record, course) if isinstance(record, Joined) else _share_lines(record)
    return tuple(lines)


def _launch_words(plan: Plan, lives: dict[Lane, LaneLife]) -> list[str]:
    request = retry_request(plan)
    words = ["dualtrain-tui", "run", *(_reference(life) for life in lives.values())]
    if request.sharing != "together":
        words += ["--sharing", request.sharing]
    words += ["--device", request.device]
    if plan.device.kind == "gpu" and plan.if_no_gpu == "cpu":
        words += ["--if-no-gpu", "cpu"]
    words += _by_lane_words(plan)
    for name in ("epochs", "steps", "minutes"):
        limit = getattr(plan.limits, name)
        if limit is not None:
            words += [f"--{name}", f"{limit:g}" if isinstance(limit, float) else str(limit)]
    for lane, life in lives.items():
        for override in life.planned.overrides if life.planned is not None else ():
            words += ["--set", f"{lane}.{override}"]
    if not plan.probing.enabled:
        words.append("--no-probe")
    return words


def _reference(life: LaneLife) -> str:
    return life.preset_name if life.planned is None else preset_reference(life.planned)


def _by_lane_words(plan: Plan) -> list[str]:
    words: list[str] = []
    given = (
        ("--mps-share", plan.mps.shares_percent),
        ("--mps-memory", plan.mps.pinned_memory_mib),
        ("--turn", plan.turn_steps),
    )
    for option, by_lane in given:
        if by_lane:
            words += [option, ",".join(f"{lane}={number}" for lane, number in by_lane.items())]
    return words


def _join_lines(record: Joined, course: RunCourse) -> list[str]:
    before = course.replaced_by(record)
    place = ""
    if before is not None:
        had = _HAD[before.ended.status] if before.ended is not None else "had ended"
        place = f", in the place of {_named(before.preset_name)}, which {had}"
    words = ["dualtrain-tui", "join", preset_reference(record.planned)]
    for override in record.planned.overrides:
        words += ["--set", override]
    return [f"# {_when(record)}{place}:", shlex.join(words)]


def _share_lines(record: SharingChanged) -> list[str]:
    if record.before in CHANGEABLE and record.after in CHANGEABLE:
        return [f"# {_when(record)}:", shlex.join(("dualtrain-tui", "share", record.after))]
    return [f"# {_when(record)} the run went over from {record.before} to {record.after} by itself"]


def _when(record: Joined | SharingChanged) -> str:
    return f"{formatted.clock(record.t)} after the beginning"


def _named(name: str) -> str:
    return shlex.quote(printable(name))
