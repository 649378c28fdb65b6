"""The runs in a line each: what they are now, and how their lanes share the device now or did in the end."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs

from tests.unit.ended_runs import ENDED, MODEL_BYTES, SEQUENTIAL, ended_run, live_run
from tests.unit.made_runs import append, made_run, plan
from training.analysis.build_report import build_report
from training.analysis.contention import Contention
from training.analysis.report import Monitor, read_report, write_report
from training.analysis.run_listing import RunListing, list_runs
from training.plan import LANES
from training.record.event_records import LaneEnded, SharingChanged
from training.record.folder_size import folder_size_bytes
from training.record.run_folder import RunFolder
from training.record.run_home import runs_home
from training.record.run_removal import remove_run

CHANGED = SharingChanged(t=70.0, before="together", after="sequential", because="asked")


@pytest.fixture
def folder() -> RunFolder:
    """A run whose lanes shared the device together, and then one after the other."""
    folder = made_run(runs_home() / "20260101-000000-aaaa")
    append(folder.events, CHANGED)
    return folder


def test_a_run_that_goes_on_is_listed_as_it_shares_now(folder: RunFolder) -> None:
    made_run(runs_home() / "20260101-000000-bbbb", plan("other", sharing="adaptive"))
    assert [(run.state, run.sharing) for run in list_runs()] == [
        ("starting", "adaptive"),
        ("starting", "sequential"),
    ]


def test_a_run_that_has_ended_is_listed_as_it_shared_in_the_end(folder: RunFolder) -> None:
    for lane in LANES:
        append(folder.events, LaneEnded(t=99.0, lane=lane, status="completed", exit_code=0))
    write_report(
        build_report(folder, plan(folder.name), datetime(2026, 1, 2, tzinfo=UTC), Monitor(0.5, 99, 7)),
        folder.report,
    )
    (run,) = list_runs()
    assert (run.state, run.sharing) == ("completed", "sequential")
    folder.events.unlink()  # the report says it
    (run,) = list_runs()
    assert run.sharing == "sequential"


def test_a_run_whose_report_is_damaged_is_listed_by_its_events(folder: RunFolder) -> None:
    folder.report.write_text("{")
    (run,) = list_runs()
    assert (run.state, run.sharing) == ("unreadable", "sequential")


def test_a_run_that_has_ended_tells_its_verdict_its_end_where_it_ran_and_what_it_holds(
    folder: RunFolder,
) -> None:
    folder.plan.unlink()
    ended_run("20261122-201500-bbbb", host="box.example")
    (run,) = list_runs()
    assert (run.verdict, run.speedup) == ("together", 1.51)
    assert (run.ended_at, run.took_s, run.host) == (ENDED, 2892.0, "box.example")
    assert run.size_bytes is not None
    assert run.size_bytes > MODEL_BYTES


def test_what_only_a_report_tells_is_not_known_of_a_run_that_goes_on() -> None:
    with live_run("20261122-201500-bbbb"):
        (run,) = list_runs()
    assert (run.state, run.verdict, run.speedup, run.ended_at, run.took_s) == ("live", None, None, None, None)
    assert run.is_live


def test_a_verdict_that_was_voided_or_never_measured_has_no_ratio() -> None:
    ended_run("20261122-201500-aaaa", told=None)
    ended_run("20261122-201500-bbbb", told=Contention(because="no block measured"))
    assert [(run.verdict, run.speedup) for run in list_runs()] == [("unknown", None), (None, None)]


def test_two_links_to_one_folder_are_one_run(tmp_path: Path) -> None:
    ended_run("20261122-201500-aaaa", path=tmp_path / "mine")
    (runs_home() / "20261122-201500-bbbb").symlink_to(tmp_path / "mine")
    assert len(list_runs()) == 1


def test_listing_again_reads_nothing_of_a_run_that_stands_still_and_everything_of_one_that_does_not() -> None:
    folder = ended_run("20261122-201500-aaaa")
    listing = RunListing()
    first = listing.sized(listing.read())
    again = listing.read()
    assert again == first
    assert again[0] is first[0]
    write_report(
        structs.replace(read_report(folder.report), contention=SEQUENTIAL, sharing="sequential"),
        folder.report,
    )
    (run,) = listing.sized(listing.read())
    assert (run.verdict, run.sharing) == ("sequential", "sequential")
    with live_run("20261122-201500-bbbb") as live:
        before = listing.sized(listing.read())[0].size_bytes
        assert before is not None
        (live.path / "a" / "more").write_bytes(b"x" * 500)
        assert listing.read()[0].size_bytes == before
        after = listing.sized(listing.read())[0].size_bytes
        assert after == before + 500
    remove_run(folder)
    assert [run.run for run in listing.read()] == ["20261122-201500-bbbb"]


def test_a_size_is_of_files_alone_follows_no_link_and_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for name in ("one", "deep/two", "deep/er/three"):
        (tmp_path / name).write_bytes(b"x" * 100)
    big = tmp_path / "big"
    big.write_bytes(b"x" * 10_000)
    (tmp_path / "deep" / "link").symlink_to(big)
    (tmp_path / "deep" / "round").symlink_to(tmp_path)
    assert folder_size_bytes(tmp_path) == 10_300
    assert folder_size_bytes(tmp_path / "deep") == 200
    assert folder_size_bytes(tmp_path / "deep", most_entries=1) <= 100
    assert folder_size_bytes(tmp_path / "gone") == 0
