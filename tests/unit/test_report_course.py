"""What a report tells of how a run went on: who trained in a lane before, and how the lanes came to share otherwise."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tests.unit.made_runs import append, made_run, plan, preset
from tests.unit.test_report_verdict import report
from training.analysis.build_report import build_report
from training.analysis.report import Monitor, Report, ReportedError, SharingSince, read_report, write_report
from training.export.markdown import markdown
from training.export.page import page
from training.export.run_account import read_account
from training.plan import LanePlan
from training.record.device_records import DeviceReading, LaneReading, Sample
from training.record.event_records import Joined, LaneEnded, Launched, SharingChanged
from training.record.lane_records import Checkpoint, Epoch, Progress, Released
from training.record.run_folder import RunFolder
from tui.report_content import run_text
from tui.report_course import earlier_facts_of, sharing_facts_of, sharing_text
from tui.report_text import report_lines, warnings_of

STARTED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MONITOR = Monitor(cpu_s=0.5, wall_s=90.0, peak_rss_bytes=7)
THIRD = LanePlan("third", "shipped", preset())
HOSTILE = "\x1b[2J|second"


def _progress(t: float, step: int) -> Progress:
    return Progress(
        t=t, step=step, samples=step * 4, epoch=1, epoch_step=step, steps=10, span_s=1.0, loss=0.5
    )


def _epoch(t: float, number: int, loss: float) -> Epoch:
    return Epoch(t, number, number * 10, 40, 10, seconds=1.0, outside_s=0.1, loss=loss)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run in whose lane b one failed and another took its place."""
    made = plan("made")
    folder = made_run(tmp_path / "made", msgspec.structs.replace(made, lanes={**made.lanes, "b": THIRD}))
    append(
        folder.events,
        Launched(t=1.0, lane="a", pid=1),
        Launched(t=1.5, lane="b", pid=2),
        LaneEnded(t=30.0, lane="b", status="failed", exit_code=1, kind="nan-loss", message="not a number"),
        Joined(31.0, "b", THIRD, replaces=HOSTILE, earlier_records="b-1.jsonl"),
        Launched(t=31.5, lane="b", pid=3),
        LaneEnded(t=80.0, lane="b", status="stopped", exit_code=0),
        LaneEnded(t=81.0, lane="a", status="stopped", exit_code=0),
    )
    append(
        folder.path / "b-1.jsonl",
        Released(t=10.0, step=0),
        _progress(12.0, 10),
        _epoch(12.0, 1, 0.9),
        _progress(14.0, 20),
        _epoch(14.0, 2, 0.25),
        Checkpoint(t=29.0, step=20, path=str(folder.path / "b" / "step-20.keras"), seconds=0.1),
    )
    append(folder.lane_records("b"), Released(t=40.0, step=0), _progress(50.0, 7))
    for t, memory_bytes in ((5.0, 900), (20.0, 800), (35.0, 300), (60.0, 400)):
        append(folder.device, Sample(t=t, device=DeviceReading(), lanes={"b": LaneReading(2, memory_bytes)}))
    return folder


@pytest.fixture
def told(folder: RunFolder) -> Report:
    """Its report, written and read."""
    write_report(build_report(folder, read_account(folder).plan, STARTED, MONITOR), folder.report)
    return read_report(folder.report)


def test_who_trained_before_is_told_as_the_lanes_are(folder: RunFolder, told: Report) -> None:
    (first,) = told.earlier_lanes["b"]
    assert (first.preset, first.status, first.error) == (
        HOSTILE,
        "failed",
        ReportedError("nan-loss", "not a number"),
    )
    assert (first.steps, first.epochs, first.train_s, first.wall_s) == (20, 2, 4.0, 28.5)
    assert (first.first_loss, first.last_loss) == (0.9, 0.25)
    assert first.model_path == str(folder.path / "b-1" / "step-20.keras")
    assert list(told.earlier_lanes) == ["b"]


def test_nothing_of_it_is_told_of_who_took_its_place(told: Report) -> None:
    b = told.lanes["b"]
    assert (b.preset, b.status, b.steps, b.train_s, b.wall_s) == ("third", "stopped", 7, 10.0, 48.5)
    assert (told.earlier_lanes["b"][0].peak_memory_bytes, b.peak_memory_bytes) == (900, 400)
    assert told.outcome == "stopped"


def test_a_lane_that_took_another_s_place_has_not_ended_because_that_did(folder: RunFolder) -> None:
    events = folder.events.read_bytes().splitlines(keepends=True)
    folder.events.write_bytes(b"".join(events[:5]))
    b = build_report(folder, read_account(folder).plan, STARTED, MONITOR).lanes["b"]
    assert (b.exit_code, b.error, b.wall_s) == (None, None, 0.0)


def test_every_form_tells_it_and_passes_on_nothing_that_steers(folder: RunFolder, told: Report) -> None:
    text = "\n".join(report_lines(told, folder.path))
    assert (
        "earlier in lane B: \\x1b[2J|second: failed\n   nan-loss: not a number\n   20 steps, 2 epochs" in text
    )
    assert "model: " + str(folder.path / "b-1" / "step-20.keras") in text
    content = run_text(read_account(folder))
    assert content.earlier == (
        ("earlier", "status", "steps", "trained", "last loss"),
        (f"B {HOSTILE}", "failed", "20", "4.0 s", "0.2500"),
    )
    pasted = markdown(content)
    assert "| earlier | status | steps | trained | last loss |\n| --- |" in pasted
    assert "second | failed | 20 | 4.0 s | 0.2500 |" in pasted
    written = page(content, [], "dualtrain")
    assert "<h2>Earlier in the lanes</h2>\n<table>" in written
    assert earlier_facts_of(told) == [
        ("earlier in B", f"{HOSTILE}: failed, 20 steps in 4.0 s, last loss 0.2500")
    ]
    for form in (text, pasted, written):
        assert "\x1b" not in form


def test_where_nobody_was_before_nothing_is_said_of_it(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "made")
    content = run_text(read_account(folder))
    assert content.earlier == ()
    assert "arlier" not in page(content, [], "dualtrain") + markdown(content)
    assert "arlier" not in "\n".join(report_lines(read_account(folder).report, folder.path))


def _since(*told: tuple[float, str, str]) -> list[SharingSince]:
    return [
        msgspec.convert({"t": t, "sharing": sharing, "because": because}, SharingSince)
        for t, sharing, because in told
    ]


ASKED = (70.0, "sequential", "asked by dualtrain-tui share")
FELL_BACK = (12.0, "together", "no daemon")


@pytest.mark.parametrize(
    ("asked", "changes", "text"),
    [
        ("together", (), "together"),
        ("together", (ASKED,), "together, later sequential"),
        ("mps", (FELL_BACK, ASKED), "mps, later together, later sequential"),
        ("together", (ASKED, FELL_BACK, ASKED), "together, changed 3 times, sequential at the end"),
    ],
)
def test_the_ways_of_sharing_are_told_in_order(
    asked: str, changes: tuple[tuple[float, str, str], ...], text: str
) -> None:
    now = changes[-1][1] if changes else asked
    assert (
        sharing_text(report(None, sharing=now, sharing_asked=asked, sharing_changes=_since(*changes))) == text
    )


def test_a_report_that_holds_no_changes_tells_the_first_and_the_last() -> None:
    assert (
        sharing_text(report(None, sharing="sequential", sharing_asked="together"))
        == "together, later sequential"
    )
    assert sharing_text(report(None, sharing="sequential")) == "sequential"


def test_what_nobody_asked_for_is_a_warning_and_what_a_person_asked_for_is_none() -> None:
    fell_back = report(
        None,
        sharing="sequential",
        sharing_asked="mps",
        why_sharing_changed=ASKED[2],
        sharing_changes=_since(FELL_BACK, ASKED),
    )
    assert warnings_of(fell_back) == ["not under mps, as was asked, but together: no daemon"]
    before = report(None, sharing_asked="mps", why_sharing_changed="no daemon")
    assert warnings_of(before) == ["not under mps, as was asked, but together: no daemon"]
    asked = report(None, sharing="sequential", sharing_asked="together", sharing_changes=_since(ASKED))
    assert warnings_of(asked) == []
    assert sharing_facts_of(asked) == [("sharing", "sequential from 1:10 on, asked by dualtrain-tui share")]
    assert sharing_facts_of(report(None)) == []


def test_of_many_changes_the_newest_are_told() -> None:
    (told,) = sharing_facts_of(report(None, sharing_changes=_since(*([ASKED, FELL_BACK] * 3))))
    assert told[1].startswith("3 changes before; together from 0:12 on, no daemon; sequential from 1:10 on")
    (one,) = sharing_facts_of(report(None, sharing_changes=_since(*([ASKED, FELL_BACK] * 2))))
    assert one[1].startswith("1 change before; together from 0:12 on")


def test_changes_are_reported_and_told_in_every_form(folder: RunFolder) -> None:
    append(folder.events, SharingChanged(70.0004, "together", "sequential", ASKED[2]))
    write_report(build_report(folder, read_account(folder).plan, STARTED, MONITOR), folder.report)
    assert json.loads(folder.report.read_bytes())["sharing_changes"] == [
        {"t": 70.0, "sharing": "sequential", "because": ASKED[2]}
    ]
    told = read_report(folder.report)
    assert (told.sharing, told.sharing_asked) == ("sequential", "together")
    content = run_text(read_account(folder))
    for form in ("\n".join(report_lines(told, folder.path)), content.title):
        assert "together, later sequential" in form
    for form in ("\n".join(report_lines(told, folder.path)), markdown(content)):
        assert "sharing: sequential from 1:10 on, asked by dualtrain-tui share" in form
