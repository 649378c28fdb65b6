"""A bench as its viewers see it: what goes on, what is left, and how it is listed when it is gone."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.unit.made_benches import bench_plan, figures, launch_of, ledger_of, made_bench
from tests.unit.made_runs import append, made_run
from training.bench.folder import bench_home, bench_meant, find_bench_folder
from training.bench.history import START_GUESS_S, BenchHistory
from training.bench.listing import list_benches
from training.bench.records import BenchBegan, BenchEnded, LaunchBegan, LaunchEnded
from training.bench.report import build_bench_report, write_bench_report
from training.record.contention_records import ProbeBegan, RateSpan, SoloSpan
from training.record.event_records import WarmingUp
from training.record.run_folder import RunNotFoundError
from training.record.run_home import runs_home
from tui.bench_lines import BenchLines

BEGAN = BenchBegan(t=0.0, monotonic_s=0.0, wall="2026-01-02T03:04:05+00:00", boot_id="another")
FIRST, SECOND = launch_of(1), launch_of(2)


def _measured(number: int, seconds: float = 60.0) -> LaunchEnded:
    return LaunchEnded(
        t=seconds, launch=launch_of(number), run=f"00{number}-together", outcome="measured", seconds=seconds,
        figures=figures(),
    )  # fmt: skip


def test_what_goes_on_is_read_from_the_launchs_own_events(tmp_path: Path) -> None:
    folder = made_bench(tmp_path / "bench", bench_plan(launches=2))
    append(folder.events, BEGAN, LaunchBegan(t=5.0, launch=FIRST, run="001-together"))
    run = folder.run("001-together")
    run.path.mkdir(parents=True)
    append(run.events, WarmingUp(t=1.0, lane="b"))
    history = BenchHistory(folder)
    history.refresh(process_lives=True)
    current = history.state().current
    assert current is not None
    assert (current.launch, current.block, current.doing) == (FIRST, 0, "B warms up")
    append(run.events, ProbeBegan(3.0, 2, "a", "b", 10.0, 30))
    history.refresh(process_lives=True)
    current = history.state().current
    assert current is not None
    assert (current.block, current.doing) == (2, "A alone")
    for lane in ("a", "b"):
        append(run.events, SoloSpan(4.0, 2, lane, 3.0, 4.0, RateSpan(30, 1.0)))
    history.refresh(process_lives=True)
    current = history.state().current
    assert current is not None
    assert current.doing == "both train"


def test_time_left_is_what_such_launches_took(tmp_path: Path) -> None:
    folder = made_bench(tmp_path / "bench", bench_plan(launches=4))
    history = BenchHistory(folder)
    history.refresh(process_lives=True)
    guess_s = history.state().left_s
    assert guess_s is not None
    assert guess_s > 4 * (START_GUESS_S + 5 * 4 * 10)
    append(folder.events, BEGAN, _measured(1, 60.0), _measured(2, 80.0))
    history.refresh(process_lives=True)
    state = history.state()
    assert (state.done, state.planned, state.left_s) == (2, 4, 140.0)


def test_bench_whose_process_is_gone_is_lost_and_can_be_gone_on_with(tmp_path: Path) -> None:
    folder = made_bench(bench_home() / "bench-1", bench_plan(launches=2))
    append(folder.events, BEGAN, _measured(1))
    folder.owner.write_bytes(
        b'{"host":"' + _host() + b'","boot_id":"x","pid":1,"pid_created":0,"socket_path":null}'
    )
    history = BenchHistory(folder)
    history.refresh()
    assert (history.state().phase, history.is_live) == ("lost", False)
    (listed,) = list_benches()
    assert (listed.state, listed.launches_done, listed.launches, listed.resumable) == ("lost", 1, 2, True)


def test_ended_bench_is_listed_with_its_outcome() -> None:
    plan = bench_plan()
    folder = made_bench(bench_home() / "bench-1", plan)
    records = (BEGAN, _measured(1), BenchEnded(t=61.0, outcome="completed"))
    append(folder.events, *records)
    write_bench_report(build_bench_report(ledger_of(plan, records), "completed"), folder.report)
    (listed,) = list_benches()
    assert (listed.state, listed.resumable, listed.is_live) == ("completed", False, False)


def test_benches_are_found_by_path_name_and_beginning(tmp_path: Path) -> None:
    first = made_bench(bench_home() / "bench-20260102-1", bench_plan())
    newest = made_bench(bench_home() / "bench-20260103-1", bench_plan())
    elsewhere = made_bench(tmp_path / "mine", bench_plan())
    (bench_home() / "bench-20260101-1").symlink_to(elsewhere.path)
    assert find_bench_folder(None) == newest
    assert find_bench_folder("bench-20260102") == first
    assert find_bench_folder(str(elsewhere.path)) == elsewhere
    assert bench_meant("mine") == elsewhere
    assert bench_meant("mi") == elsewhere
    made_run(runs_home() / "mill")
    assert bench_meant("mi") is None  # the beginning of a run's name as well
    assert bench_meant("bench-20260101-1") == elsewhere
    assert bench_meant("20260102") is None


def test_what_begins_as_the_names_of_benches_do_and_means_a_run_is_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = made_bench(tmp_path / "bench-here", bench_plan())
    made_run(bench.run("001-together").path)
    monkeypatch.chdir(tmp_path)
    assert bench_meant("bench-here") == bench
    assert bench_meant("bench-here/runs/001-together") is None
    made_run(runs_home() / "bench-of-a-run")
    assert bench_meant("bench-of") is None
    with pytest.raises(RunNotFoundError, match="there is no bench 'bench-none'"):
        bench_meant("bench-none")


def test_lines_without_a_terminal_are_plain_and_few(tmp_path: Path) -> None:
    folder = made_bench(tmp_path / "bench", bench_plan(launches=2))
    append(folder.events, BEGAN, LaunchBegan(t=5.0, launch=FIRST, run="001-together"))
    out, history = io.StringIO(), BenchHistory(folder)
    lines = BenchLines(history.plan, out)
    for _ in range(3):
        history.refresh(process_lives=True)
        lines.show(history.state())
    append(folder.events, _measured(1), LaunchBegan(t=61.0, launch=SECOND, run="002-together"))
    history.refresh(process_lives=True)
    lines.show(history.state())
    told = out.getvalue().splitlines()
    assert [line.strip() for line in told] == [
        "0:05  [1/2]  seed-binary + seed-regression, together 1/2: starts, about 8:00 left",
        "1:00  seed-binary + seed-regression, together 1/2: STP 1.40, 5 blocks",
        "1:01  [2/2]  seed-binary + seed-regression, together 2/2: starts, about 1:00 left",
    ]


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_lines_on_a_terminal_are_redrawn_in_their_place_and_no_wider(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    folder = made_bench(tmp_path / "bench", bench_plan(launches=2))
    append(folder.events, BEGAN, LaunchBegan(t=5.0, launch=FIRST, run="001-together"))
    out, history = _Terminal(), BenchHistory(folder)
    lines = BenchLines(history.plan, out)
    for _ in range(3):
        history.refresh(process_lives=True)
        lines.show(history.state())
    drawn = out.getvalue()
    assert drawn.count("\n") == 2  # what does not change is not drawn again
    assert max(len(line) for line in drawn.splitlines()) < 50
    append(folder.events, _measured(1))
    history.refresh(process_lives=True)
    lines.show(history.state())
    after = out.getvalue().removeprefix(drawn)
    assert after.startswith("\x1b[A\x1b[K\x1b[A\x1b[K")
    assert "STP 1.40, 5 blocks" in after


def _host() -> bytes:
    import socket

    return socket.gethostname().encode()
