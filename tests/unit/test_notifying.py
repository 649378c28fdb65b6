"""The supervisor's part of `--notify`: for each lane's end, whatever becomes of the command."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tests.unit.simulated_run import KeptEvents
from training.plan import Lane, NotifyCommand
from training.record.event_records import EventRecord, LaneEnded, Note
from training.supervisor.notifying import Notifying

TELL = "import os, sys; open('told', 'a').write(' '.join(os.environ['DUALTRAIN_' + n] for n in sys.argv[1:]) + '\\n')"
VARIABLES = ("LANE", "OUTCOME", "RUN", "PRESET")


def notifying(events: KeptEvents, command: NotifyCommand | None) -> Notifying:
    presets: dict[Lane, str] = {"a": "first", "b": "second"}
    clock = iter(range(10_000))
    return Notifying(command, "run-1", events, lambda: next(clock) * 0.001, lambda lane: presets[lane])


async def test_each_end_is_told_and_everything_is_heard_by_whoever_heard_it_before(tmp_path: Path) -> None:
    events = KeptEvents()
    heard: list[EventRecord] = []
    events.heard_by = heard.append
    told = notifying(events, NotifyCommand((sys.executable, "-c", TELL, *VARIABLES), str(tmp_path)))
    events.write(Note(1.0, "nothing of it"))
    events.write(LaneEnded(2.0, "a", "completed", 0))
    events.write(LaneEnded(3.0, "b", "failed", 1))
    for thread in told._threads:
        thread.join(60)
    await told.settle()
    assert len(heard) == 3
    assert sorted((tmp_path / "told").read_text().splitlines()) == [
        "a completed run-1 first",
        "b failed run-1 second",
    ]
    assert not [one for one in events.kept if isinstance(one, Note) and one.message.startswith("--notify")]


async def test_a_failure_is_a_note_of_its_lane(tmp_path: Path) -> None:
    events = KeptEvents()
    told = notifying(events, NotifyCommand((sys.executable, "-c", "raise SystemExit(3)"), str(tmp_path)))
    events.write(LaneEnded(2.0, "b", "stopped", 0))
    for thread in told._threads:
        thread.join(60)
    await told.settle()
    (note,) = [one for one in events.kept if isinstance(one, Note)]
    assert note.lane == "b"
    assert note.message.startswith("--notify: ")
    assert note.message.endswith("failed with exit code 3")


async def test_one_that_takes_its_time_is_left_alone_and_not_told_of_any_more(tmp_path: Path) -> None:
    events = KeptEvents()
    os.mkfifo(tmp_path / "gate")
    code = "open('gate').read(); raise SystemExit(1)"
    told = notifying(events, NotifyCommand((sys.executable, "-c", code), str(tmp_path)))
    told._now = iter(range(100)).__next__
    events.write(LaneEnded(2.0, "a", "completed", 0))
    await told.settle()
    (thread,) = told._threads
    assert thread.is_alive()
    (tmp_path / "gate").write_text("go")
    thread.join(60)
    await asyncio.sleep(0)
    assert len([one for one in events.kept if isinstance(one, Note)]) == 0


def test_without_a_command_nothing_is_heard() -> None:
    events = KeptEvents()
    notifying(events, None)
    assert events.heard_by is None
    events.write(LaneEnded(2.0, "a", "completed", 0))
