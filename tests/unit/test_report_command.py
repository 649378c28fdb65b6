"""`report`: its forms, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from tests.unit.made_contention import measured_run
from tests.unit.made_runs import append, made_run
from training.analysis.build_report import build_report
from training.analysis.report import Monitor, write_report
from training.plan import read_plan
from training.record.event_records import SharingChanged
from training.record.liveness import SupervisorFacts
from training.record.run_folder import RunFolder
from training.record.run_home import runs_home
from tui.cli import cli


def _run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, ["report", *arguments], prog_name="dualtrain-tui")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def _refused(exit_code: int, *arguments: str) -> str:
    result = _run(*arguments)
    assert result.exit_code == exit_code, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    return result.stderr


@pytest.fixture
def folder() -> RunFolder:
    """A run that has ended."""
    folder = measured_run(runs_home() / "20260101-000000-aaaa")
    report = build_report(
        folder, read_plan(folder.plan), datetime(2026, 1, 2, tzinfo=UTC), Monitor(0.5, 20, 7)
    )
    write_report(report, folder.report)
    return folder


@pytest.fixture
def unended() -> RunFolder:
    """A run without a report."""
    return measured_run(runs_home() / "20260101-000000-bbbb", blocks=2, ended=False)


def test_the_text_begins_with_the_verdict(folder: RunFolder) -> None:
    shown = _run()
    assert shown.exit_code == 0
    assert shown.stdout.startswith("Together is faster: 1.29 times as fast as one after the other (")


def test_the_page_is_written_where_it_was_asked_for(folder: RunFolder, tmp_path: Path) -> None:
    shown = _run("20260101", "--html", str(tmp_path / "report.html"))
    assert (shown.exit_code, shown.output) == (0, "")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "Together is faster" in page
    assert page.count("<figure>") == 5


def test_the_text_to_paste_has_the_verdict_the_lanes_and_the_command(folder: RunFolder) -> None:
    told = _run("--markdown").stdout
    assert told.startswith("**Together is faster: 1.29 times as fast as one after the other.**")
    assert "|  | A seed-binary | B seed-regression |\n| --- | --- | --- |\n" in told
    assert "| slowed | 1.31 times | 1.58 times |" in told
    assert "```sh\ndualtrain-tui run seed-binary seed-regression --device cpu\n```" in told


def test_the_series_are_a_table_in_long_form(folder: RunFolder) -> None:
    rows = list(csv.reader(io.StringIO(_run("--csv").stdout)))
    assert rows[0] == ["t_s", "lane", "what", "value"]
    told = {(lane, what) for _, lane, what, _ in rows[1:]}
    for lane in ("a", "b"):
        for what in (
            "step",
            "loss",
            "steps_per_s",
            "memory_bytes",
            "cpu_percent",
            "slowdown",
            "metric:accuracy",
        ):
            assert (lane, what) in told
    assert {("device", "utilization_percent"), ("both", "stp")} <= told
    times = [float(row[0]) for row in rows[1:]]
    assert times == sorted(times)


def test_a_run_that_goes_on_has_a_page_a_text_and_series_but_no_report(
    unended: RunFolder, tmp_path: Path
) -> None:
    assert "has not ended" in _refused(1)
    assert "has not ended" in _refused(1, "--json")
    assert _run("--html", str(tmp_path / "x.html")).exit_code == 0
    assert "So far: no verdict: only 2 blocks measured" in (tmp_path / "x.html").read_text(encoding="utf-8")
    told = _run("--markdown").stdout
    assert "> The run goes on: told here is what its records say of its first " in told
    assert "| status | training | training |" in told
    assert ",a,loss," in _run("--csv").stdout
    assert not unended.report.exists()


def test_a_lost_run_has_a_page_that_says_so(unended: RunFolder, tmp_path: Path) -> None:
    gone = SupervisorFacts(socket.gethostname(), "another boot", 1, 0.0, None)
    unended.supervisor.write_bytes(msgspec.json.encode(gone))
    assert "is lost" in _refused(1)
    assert _run("--html", str(tmp_path / "x.html")).exit_code == 0
    page = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert "The run is lost, its supervisor died: told here is what its records say" in page
    assert "<td>failed</td>" in page


def test_a_run_of_which_nothing_is_known_yet_has_a_page(tmp_path: Path) -> None:
    made_run(runs_home() / "20260101-000000-cccc")
    assert _run("--html", str(tmp_path / "x.html")).exit_code == 0
    page = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert "No block measured".lower() in page.lower()
    assert "<figure>" not in page
    assert _run("--csv").stdout == "t_s,lane,what,value\n"


@pytest.mark.parametrize(
    "arguments",
    [("--json", "--csv"), ("--markdown", "--html", "x"), ("--csv", "--markdown"), ("--json", "--html", "x")],
)
def test_forms_exclude_each_other(folder: RunFolder, arguments: tuple[str, ...]) -> None:
    assert "exclude each other" in _refused(2, *arguments)


def test_a_file_that_cannot_be_written_is_one_sentence(folder: RunFolder, tmp_path: Path) -> None:
    assert "No such file or directory" in _refused(1, "--html", str(tmp_path / "nowhere" / "x.html"))
    assert "Is a directory" in _refused(1, "--html", str(tmp_path))
    assert "/dev/full cannot be written: No space left on device" in _refused(1, "--html", "/dev/full")


def test_a_damaged_report_or_plan_is_one_sentence_in_every_form(folder: RunFolder, tmp_path: Path) -> None:
    folder.report.write_text("{")
    for arguments in ((), ("--markdown",), ("--html", str(tmp_path / "x.html"))):
        assert "no report that can be read" in _refused(1, *arguments)
    folder.plan.write_text("{")
    for arguments in (("--csv",), ("--markdown",), ("--html", str(tmp_path / "x.html"))):
        assert "not a plan this version can read" in _refused(2, *arguments)


def _process(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_the_charts_library_only_the_page_is_refused(folder: RunFolder, tmp_path: Path) -> None:
    program = "import sys; sys.modules['pygal'] = None; from tui.cli import cli; cli()"
    done = _process(program, "report", "--html", str(tmp_path / "x.html"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "pip install pygal" in done.stderr
    for arguments in (("--markdown",), ("--csv",), ("--json",), ()):
        assert _process(program, "report", *arguments).returncode == 0


def test_the_charts_library_is_loaded_for_the_page_alone(folder: RunFolder, tmp_path: Path) -> None:
    program = (
        "import sys\nfrom tui.cli import cli\ncode = cli.main(sys.argv[1:], standalone_mode=False)\n"
        "sys.stderr.write(' '.join(sorted({name.split('.')[0] for name in sys.modules})))\nsys.exit(code or 0)"
    )
    for arguments in (("--markdown",), ("--csv",), ()):
        loaded = _process(program, "report", *arguments).stderr.split()
        assert not {"pygal", "numpy", "textual", "matplotlib"} & set(loaded)
    drawn = _process(program, "report", "--html", str(tmp_path / "x.html"))
    assert drawn.returncode == 0, drawn.stderr
    assert "pygal" in drawn.stderr.split()
    assert not {"numpy", "textual", "matplotlib"} & set(drawn.stderr.split())


@pytest.mark.parametrize("form", ["--markdown", "--html"])
def test_the_pages_tell_every_line(folder: RunFolder, tmp_path: Path, form: str) -> None:
    append(folder.events, SharingChanged(70.0, "together", "sequential", "asked"))
    path = tmp_path / "x.html"
    told = _run(form, *([str(path)] if form == "--html" else [])).stdout or path.read_text(encoding="utf-8")
    assert "--device cpu\n# 1:10 after the beginning:\ndualtrain-tui share sequential\n" in told.replace(
        "</pre>", "\n"
    )


def test_json_is_the_report_as_it_is(folder: RunFolder) -> None:
    assert json.loads(_run("--json").stdout) == json.loads(folder.report.read_bytes())
