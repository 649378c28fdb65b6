"""A bench's report as people read it: verdicts with signs that need no colour, and nothing that steers a terminal."""

from __future__ import annotations

import io
from pathlib import Path

from msgspec import structs

from tests.unit.made_benches import bench_plan, figures, launch_of, ledger_of
from training.bench.plan import BenchPlan
from training.bench.records import BenchRecord, LaunchEnded
from training.bench.report import BenchReport, build_bench_report
from training.plan import Sharing
from tui.bench_matrix import matrix_lines
from tui.bench_signs import Paint
from tui.bench_text import bench_lines, pair_lines

PLAIN, COLOURED = Paint(), Paint(in_colour=True)


def _ended(
    pair: tuple[int, int], sharing: Sharing, slowdown: float = 1.3, *, failed: str = "", width: float = 0.05
) -> LaunchEnded:
    return LaunchEnded(
        t=60.0,
        launch=launch_of(1, sharing, pair),
        run=f"001-{sharing}",
        outcome="failed" if failed else "measured",
        seconds=60.0,
        figures=None if failed else figures((slowdown, slowdown), width=width, excluded=1),
        because=failed,
    )


def _report(plan: BenchPlan, *records: BenchRecord) -> BenchReport:
    return build_bench_report(ledger_of(plan, records), "completed")


def _three(*labels: str) -> BenchReport:
    plan = bench_plan(*(labels or ("embedding", "wide-mlp", "cnn-small")), modes=("together", "one-process"))
    return _report(
        plan,
        _ended((0, 1), "together", 2.3),
        _ended((0, 1), "one-process", 1.8, width=0.3),
        _ended((0, 2), "together", 1.2),
        _ended((0, 2), "one-process", failed="lane B (cnn-small) failed: out-of-memory: no room"),
        _ended((1, 2), "together", 1.3),
    )


def test_a_pair_has_a_column_for_each_mode() -> None:
    lines = pair_lines(_three().pairs[0], PLAIN, width=200)
    text = "\n".join(lines)
    assert lines[0] == "A embedding + B wide-mlp"
    assert lines[1].split() == ["sequential", "together", "one-process"]
    assert lines[2].split() == ["verdict", "-", "slower", "=", "not", "clear"]
    rows = {line[:20].strip(): line[20:].split() for line in lines[3:] if line.startswith("  ")}
    assert rows["STP"] == ["1", "0.87", "1.11"]
    assert rows["own lengths"][:2] == ["5:00", "5:30"]
    assert rows["blocks (left out)"] == ["5", "(1)", "5", "(1)"]
    assert rows["60 s of both"] == ["52", "s", "in", "turns", "67", "s", "in", "turns"]
    assert rows["A memory, peak"] == ["600", "MiB", "600", "MiB", "(both)"]
    assert "best: perhaps sequential" in text
    assert "throughput 0.87 times that of taking turns (0.82 to 0.92, 5 blocks of one launch)" in text
    assert "1 block left out: others used 1.2 of 2 cores" in text
    assert max(len(line) for line in pair_lines(_three().pairs[0], PLAIN)) <= 80


def test_what_failed_is_told_in_its_row() -> None:
    text = "\n".join(pair_lines(_three().pairs[1], PLAIN))
    assert "one-process: lane B (cnn-small) failed: out-of-memory: no room" in text
    assert "best: together" in text
    assert "it was not launched" in "\n".join(pair_lines(_three().pairs[2], PLAIN))


def test_matrix_reads_without_colour() -> None:
    lines = matrix_lines(_three(), PLAIN)
    assert [line.split() for line in lines[1:5]] == [
        ["1", "2", "3"],
        ["1", "embedding", "·", "0.87", "-", "1.67", "+"],
        ["2", "wide-mlp", "0.87", "-", "·", "1.54", "+"],
        ["3", "cnn-small", "1.67", "+", "1.54", "+", "·"],
    ]
    assert lines[8].split() == ["1", "embedding", "·", "1.11", "=", "x"]  # cnn-small failed under one-process
    best = [line.split() for line in lines[lines.index("best partner of each") + 1 :]]
    assert [words[:2] for words in best] == [
        ["embedding", "cnn-small,"], ["wide-mlp", "cnn-small,"], ["cnn-small", "embedding,"],
    ]  # fmt: skip


def test_colour_changes_no_letter_and_no_place() -> None:
    coloured = [line for one in (_three(),) for line in bench_lines(one, Path("/kept"), COLOURED)]
    plain = bench_lines(_three(), Path("/kept"), PLAIN)
    assert "\x1b[32m" in "".join(coloured)
    assert "\x1b[31m" in "".join(coloured)
    assert [_without_colour(line).rstrip() for line in coloured] == plain


def test_wide_matrix_goes_on_below() -> None:
    labels = [f"preset-{number}" for number in range(12)]
    plan = bench_plan(*labels)
    lines = matrix_lines(_report(plan), PLAIN, width=80)
    assert all(len(line) <= 80 for line in lines)
    assert sum("preset-11" in line for line in lines) == 2


def test_missing_launches_say_how_to_go_on() -> None:
    report = _report(bench_plan("x", "y", "z"), _ended((0, 1), "together"))
    text = "\n".join(bench_lines(report, Path("/kept/mine"), PLAIN))
    assert "2 launches are missing: `dualtrain-tui bench --resume mine`" in text
    assert "x nothing measured" in text


def test_energy_has_a_row_where_it_is_known() -> None:
    powered = structs.replace(figures(), solo_power_w={"a": 100.0, "b": 150.0}, shared_power_w=200.0)
    told = structs.replace(_ended((0, 1), "together"), figures=powered)
    rows = {
        line[:20].strip(): line[20:].split()
        for line in pair_lines(_report(bench_plan(), told).pairs[0], PLAIN)
    }
    assert rows["energy"] == ["40.0", "kJ", "43.8", "kJ"]


def test_untrusted_names_stay_on_their_line() -> None:
    evil = "a\x1b[2J\nb"
    plan = bench_plan(evil, "y", "z")
    report = _report(plan, _ended((0, 1), "together", failed=f"lane A ({evil}) failed: \x1b]0;x\x07"))
    for line in bench_lines(report, Path("/kept"), PLAIN):
        assert line.isprintable(), line


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_is_for_terminals_that_want_it() -> None:
    assert Paint.for_stream(_Terminal(), {"TERM": "xterm"}).in_colour
    assert not Paint.for_stream(_Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}).in_colour
    assert not Paint.for_stream(_Terminal(), {"TERM": "dumb"}).in_colour
    assert not Paint.for_stream(io.StringIO(), {"TERM": "xterm"}).in_colour


def _without_colour(line: str) -> str:
    for code in ("\x1b[32m", "\x1b[31m", "\x1b[90m", "\x1b[1m", "\x1b[0m"):
        line = line.replace(code, "")
    return line
