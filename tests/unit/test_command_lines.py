"""The lines for a shell that repeat a run: they parse to what was asked, and tell what came later."""

from __future__ import annotations

import shlex
from pathlib import Path

import msgspec
import pytest

from tests.unit.made_runs import plan, preset
from training.analysis.run_course import RunCourse
from training.plan import LanePlan, Limits, MpsLimits, Plan, PlannedDevice, Probing
from training.preset.printable import printable
from training.record.event_records import EventRecord, Joined, LaneEnded, SharingChanged
from training.record.run_folder import RunFolder
from tui.commands.ask import share as share_command
from tui.commands.join import join as join_command
from tui.commands.run import run as run_command
from tui.report_command import command_lines


def _course(planned: Plan, *records: EventRecord) -> RunCourse:
    course = RunCourse(RunFolder(Path("made")), planned)
    for record in records:
        course.take(record)
    return course


def _asked(planned: Plan) -> dict[str, object]:
    """What the command line parses to."""
    (line,) = command_lines(planned, _course(planned))
    words = shlex.split(line)
    assert words[:2] == ["dualtrain-tui", "run"]
    return run_command.make_context("run", words[2:]).params


def test_the_command_line_repeats_the_plan() -> None:
    made = plan("made", sharing="mps", limits=Limits(steps=70), kind="gpu", uuid="GPU-1")
    lanes = dict(made.lanes)
    lanes["b"] = LanePlan(
        "x", "file", lanes["b"].preset, "/tmp/my presets/x'.toml", ("fit.batch_size=64", "fit.seed=3")
    )
    told = _asked(
        msgspec.structs.replace(
            made,
            lanes=lanes,
            if_no_gpu="cpu",
            mps=MpsLimits({"a": 50}, {"a": 100, "b": 200}),
            probing=Probing(enabled=False),
        )
    )
    assert told["a"] == "seed-binary"
    assert told["b"] == "/tmp/my presets/x'.toml"
    assert (told["sharing"], told["device"], told["if_no_gpu"], told["steps"]) == ("mps", "GPU-1", "cpu", 70)
    assert (told["mps_share"], told["mps_memory"]) == ("a=50", "a=100,b=200")
    assert told["overrides"] == ("b.fit.batch_size=64", "b.fit.seed=3")
    assert told["no_probe"] is True


def test_the_command_line_of_one_lane_of_mig_instances_and_of_turns() -> None:
    made = plan("made", limits=Limits(minutes=1.5))
    alone = _asked(msgspec.structs.replace(made, lanes={"a": made.lanes["a"]}))
    assert (alone["b"], alone["minutes"], alone["device"]) == (None, 1.5, "cpu")
    apart = _asked(
        msgspec.structs.replace(
            made,
            sharing="one-process",
            turn_steps={"a": 2, "b": 1},
            lane_devices={
                "a": PlannedDevice("gpu", "1g", "MIG-1", mig_of="GPU-1"),
                "b": PlannedDevice("gpu", "1g", "MIG-2", mig_of="GPU-1"),
            },
        )
    )
    assert (apart["device"], apart["turns"]) == ("a=MIG-1,b=MIG-2", "a=2,b=1")


JOINER = LanePlan("mine", "file", preset(), "/tmp/my x.toml", ("fit.batch_size=64", "fit.seed=5"))
FIRST = LaneEnded(t=120.0, lane="b", status="stopped", exit_code=0)


def _alone() -> Plan:
    made = plan("made", limits=Limits(minutes=9))
    return msgspec.structs.replace(made, lanes={"a": made.lanes["a"]})


def _joins(record: Joined) -> Plan:
    """The plan as it stands in the folder once a lane has joined."""
    planned = _alone() if record.replaces is None else plan("made", limits=Limits(minutes=9))
    return msgspec.structs.replace(planned, lanes={**planned.lanes, record.lane: record.planned})


def test_a_lane_that_joined_is_told_as_it_joined() -> None:
    record = Joined(t=95.0, lane="b", planned=JOINER)
    planned = _joins(record)
    assert command_lines(planned, _course(planned, record)) == (
        "dualtrain-tui run seed-binary --device cpu --minutes 9",
        "# 1:35 after the beginning:",
        "dualtrain-tui join '/tmp/my x.toml' --set fit.batch_size=64 --set fit.seed=5",
    )
    words = shlex.split(command_lines(planned, _course(planned, record))[-1])
    told = join_command.make_context("join", words[2:]).params
    assert told["words"] == ("/tmp/my x.toml",)
    assert told["overrides"] == JOINER.overrides


def test_who_joined_in_the_place_of_an_ended_lane_says_so_and_what_is_not_kept_is_said() -> None:
    record = Joined(125.0, "b", JOINER, replaces="lstm", earlier_records="b-1.jsonl")
    planned = _joins(record)
    assert command_lines(planned, _course(planned, FIRST, record)) == (
        "dualtrain-tui run seed-binary lstm --device cpu --minutes 9",
        "# what was set beside lstm in lane B is not kept: another took its place",
        "# 2:05 after the beginning, in the place of lstm, which had been stopped:",
        "dualtrain-tui join '/tmp/my x.toml' --set fit.batch_size=64 --set fit.seed=5",
    )


def test_of_one_launched_with_the_run_and_followed_by_another_everything_is_kept() -> None:
    first = LanePlan("lstm", "shipped", preset(), None, ("fit.seed=3",))
    record = Joined(125.0, "b", JOINER, replaces="lstm", replaced=first, earlier_records="b-1.jsonl")
    planned = _joins(record)
    assert command_lines(planned, _course(planned, FIRST, record)) == (
        "dualtrain-tui run seed-binary lstm --device cpu --minutes 9 --set b.fit.seed=3",
        "# 2:05 after the beginning, in the place of lstm, which had been stopped:",
        "dualtrain-tui join '/tmp/my x.toml' --set fit.batch_size=64 --set fit.seed=5",
    )


def test_of_one_that_joined_and_was_followed_by_another_everything_is_kept() -> None:
    second = LanePlan("seed-regression", "shipped", preset(), None, ("fit.seed=7",))
    records = (
        Joined(t=95.0, lane="b", planned=second),
        FIRST,
        Joined(125.0, "b", JOINER, replaces="seed-regression", earlier_records="b-1.jsonl"),
    )
    planned = _joins(Joined(t=0.0, lane="b", planned=JOINER))
    assert command_lines(planned, _course(planned, *records)) == (
        "dualtrain-tui run seed-binary --device cpu --minutes 9",
        "# 1:35 after the beginning:",
        "dualtrain-tui join seed-regression --set fit.seed=7",
        "# 2:05 after the beginning, in the place of seed-regression, which had been stopped:",
        "dualtrain-tui join '/tmp/my x.toml' --set fit.batch_size=64 --set fit.seed=5",
    )


def test_another_way_of_sharing_is_told_as_it_was_asked_or_in_words() -> None:
    planned = plan("made", sharing="mps", kind="gpu", uuid="GPU-1")
    course = _course(
        planned,
        SharingChanged(t=12.0, before="mps", after="together", because="no daemon"),
        SharingChanged(t=70.0, before="together", after="sequential", because="asked by dualtrain-tui share"),
    )
    lines = command_lines(planned, course)
    assert lines == (
        "dualtrain-tui run seed-binary seed-regression --sharing mps --device GPU-1",
        "# 0:12 after the beginning the run went over from mps to together by itself",
        "# 1:10 after the beginning:",
        "dualtrain-tui share sequential",
    )
    assert share_command.make_context("share", shlex.split(lines[-1])[2:]).params


def _operators(line: str) -> set[str]:
    """What a shell would act on in the line that stands in no quotes; a comment is read as it is at zsh's prompt."""
    words = shlex.shlex(line, posix=True, punctuation_chars=True)
    words.commenters = ""
    words.whitespace_split = True
    return {word for word in words if set(word) <= set("();<>|&")}


@pytest.mark.parametrize(
    "hostile", ["x; touch gone", "$(touch gone)", "`touch gone`", "it's", "a\nrm -r .", "\x1b[2J", "(x|y)&"]
)
def test_nothing_of_a_record_is_read_by_a_shell(hostile: str) -> None:
    records = (
        SharingChanged(t=12.0, before="mps", after="together", because=f"no {hostile} daemon"),
        FIRST,
        Joined(125.0, "b", JOINER, replaces=hostile, earlier_records="b-1.jsonl"),
    )
    planned = _joins(Joined(t=0.0, lane="b", planned=JOINER, replaces=hostile))
    lines = command_lines(planned, _course(planned, *records))
    comments = [line for line in lines if line.startswith("#")]
    assert len(comments) == 3
    for line in comments:
        assert printable(line) == line
        assert _operators(line) == set()
    assert "daemon" not in "".join(lines)
    kept, joined = shlex.split(comments[0]), shlex.split(comments[2])
    assert kept[5] == printable(hostile)
    assert joined[9] == f"{printable(hostile)},"
