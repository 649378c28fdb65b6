"""`dualtrain-tui bench` refuses what is wrong with the right exit code, and leaves nothing behind."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from tests.unit.made_benches import bench_plan, made_bench
from tests.unit.made_runs import made_run
from training.bench.folder import BenchFolder, bench_home
from training.bench.ledger import Ledger
from training.bench.report import build_bench_report, write_bench_report
from training.record.liveness import SupervisorFacts
from training.record.run_home import runs_home
from tui.cli import cli

PAIR = ("seed-binary", "seed-regression")


def _run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, arguments, prog_name="dualtrain-tui")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize(
    ("exit_code", "arguments", "words"),
    [
        (2, (), "two presets or more"),
        (2, ("seed-binary",), "two presets or more"),
        (2, ("seed-binary", "nonesuch"), "nonesuch"),
        (2, (*PAIR, "--sharing", "adaptive"), "a bench compares"),
        (2, (*PAIR, "--sharing", "sequential"), "name at least one"),
        (2, (*PAIR, "--sharing", "mps", "--device", "cpu"), "MPS shares a GPU"),
        (2, (*PAIR, "--blocks", "0"), "--blocks"),
        (2, (*PAIR, "--seconds", "nan"), "nan is not a number"),
        (2, (*PAIR, "--relaunch", "0"), "--relaunch"),
        (2, (*PAIR, "--set", "c.fit.batch_size=1"), "the preset's letter"),
        (2, (*PAIR, "--attach"), "take no presets"),
        (2, ("--attach", "--resume"), "exclude each other"),
        (2, (*PAIR, "--detach", "--json"), "exclude each other"),
        (2, ("--resume", "nonesuch"), "there is no bench 'nonesuch'"),
        (2, ("--attach",), "there is no bench yet"),
        (2, (*PAIR, "--device", "gpu:one"), "gpu:one"),
        (2, (*PAIR, "--device", "cpu", "--bench-dir", "/proc/nowhere"), "/proc"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence(exit_code: int, arguments: tuple[str, ...], words: str) -> None:
    result = _run("bench", *arguments)
    assert result.exit_code == exit_code, result.output
    assert words in result.stderr
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert not bench_home().exists()


def test_device_that_cannot_be_used_is_its_own_exit_code() -> None:
    assert _run("bench", *PAIR, "--device", "gpu:7").exit_code == 3


def test_bench_of_another_host_is_not_gone_on_with() -> None:
    made_bench(bench_home() / "bench-1", bench_plan())
    result = _run("bench", "--resume")
    assert result.exit_code == 2
    assert "was begun on host here" in result.stderr


def test_stop_of_one_that_was_only_just_started_and_of_one_that_does_not_go_on(tmp_path: Path) -> None:
    folder = made_bench(tmp_path / "mine", bench_plan())
    result = _run("bench", "--stop", str(folder.path))
    assert result.exit_code == 1
    assert "does not answer yet" in result.stderr
    assert result.stderr.count("\n") == 1
    os.utime(folder.plan, (0, 0))
    result = _run("bench", "--stop", str(folder.path))
    assert result.exit_code == 1
    assert "nothing to stop" in result.stderr


def test_stop_of_one_that_another_host_has_names_the_host() -> None:
    folder = made_bench(bench_home() / "bench-1", bench_plan())
    folder.owner.write_bytes(msgspec.json.encode(SupervisorFacts("far\x1b[2J", "b", 1, 0.0, None)))
    result = _run("bench", "--stop")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "dualtrain-tui: bench bench-1 goes on on host far\\x1b[2J: stop it there\n"


@pytest.mark.parametrize("arguments", [("bench", "--attach"), ("attach", "bench-1"), ("report", "bench-1")])
def test_a_bench_that_was_lost_and_one_whose_report_is_damaged_are_told_apart(
    arguments: tuple[str, ...],
) -> None:
    folder = made_bench(bench_home() / "bench-1", bench_plan())
    os.utime(folder.plan, (0, 0))
    lost, damaged = "bench bench-1 is lost", "no bench's report that can be read"
    told = _run(*arguments)
    assert (told.exit_code, told.stdout) == (1, "")
    assert lost in told.stderr
    assert "`dualtrain-tui bench --resume bench-1` goes on" in told.stderr
    assert damaged not in told.stderr
    folder.report.write_text("{")
    told = _run(*arguments)
    assert (told.exit_code, told.stdout) == (1, "")
    assert damaged in told.stderr
    assert lost not in told.stderr


@pytest.mark.parametrize("command", ["report", "attach"])
def test_a_beginning_that_several_benches_have_is_told_with_their_names(command: str) -> None:
    for name in ("bench-20260101-1", "bench-20260102-1"):
        made_bench(bench_home() / name, bench_plan())
    for reference, words in (
        ("bench-2026", "'bench-2026' means 2 benches: bench-20260102-1, bench-20260101-1"),
        ("bench-x", "there is no bench 'bench-x'"),
    ):
        refused = _run(command, reference)
        assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
        assert words in refused.stderr


def test_a_bench_is_not_played_back_but_its_runs_are() -> None:
    made_bench(bench_home() / "bench-20260101-1", bench_plan())
    refused = _run("replay", "bench-20260101-1")
    assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert "is a bench: name one of its runs" in refused.stderr


def test_benches_are_in_the_list_of_runs_and_told_by_attach(tmp_path: Path) -> None:
    plan = bench_plan()
    folder = made_bench(bench_home() / "bench-1", plan)
    write_bench_report(build_bench_report(Ledger(plan), "stopped"), folder.report)
    (listed,) = json.loads(_run("runs", "--json").stdout)
    assert (listed["kind"], listed["state"], listed["resumable"]) == ("bench", "stopped", True)
    assert "0/1 launches; dualtrain-tui bench --resume bench-made" in _run("runs").stdout
    for arguments in (("attach", "bench-1"), ("bench", "--attach"), ("bench", "--attach", str(folder.path))):
        result = _run(*arguments)
        assert result.exit_code == 130
        assert "A seed-binary + B seed-regression" in result.stdout
    told = _run("bench", "--attach", "--json")
    assert told.stdout == folder.report.read_text(encoding="utf-8")


def _ended(path: Path) -> BenchFolder:
    plan = bench_plan()
    folder = made_bench(path, plan)
    write_bench_report(build_bench_report(Ledger(plan), "stopped"), folder.report)
    return folder


def test_report_tells_of_a_bench_by_name_beginning_and_folder(tmp_path: Path) -> None:
    folder = _ended(bench_home() / "bench-1")
    made_run(runs_home() / "20260101-000000-aaaa")
    told = _run("bench", "--attach").stdout
    for reference in ("bench-1", "bench-", str(folder.path)):
        shown = _run("report", reference)
        assert (shown.exit_code, shown.stdout, shown.stderr) == (0, told, "")
    assert _run("report", "bench-1", "--json").stdout == folder.report.read_text(encoding="utf-8")
    for form in (("--markdown",), ("--csv",), ("--html", str(tmp_path / "x.html"))):
        refused = _run("report", "bench-1", *form)
        assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
        assert "a bench has its text and --json" in refused.stderr


def test_report_of_a_bench_that_has_not_ended_was_lost_or_is_damaged_is_one_sentence() -> None:
    folder = made_bench(bench_home() / "bench-1", bench_plan())
    for words in (
        "bench bench-1 has not ended: `dualtrain-tui attach bench-1`",
        "bench bench-1 is lost",
        "no bench's report that can be read",
    ):
        refused = _run("report", "bench-1")
        assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
        assert words in refused.stderr
        if "lost" in words:
            folder.report.write_text("{")
        os.utime(folder.plan, (0, 0))


def test_a_bench_in_a_folder_of_its_own_is_found_by_that_folders_name(tmp_path: Path) -> None:
    folder = _ended(tmp_path / "b-1")
    bench_home().mkdir(parents=True)
    (bench_home() / "bench-20260101-000000-aaaa").symlink_to(folder.path)
    for reference in ("b-1", "b-", str(folder.path), "bench-20260101-000000-aaaa"):
        assert "A seed-binary + B seed-regression" in _run("report", reference).stdout
        assert "A seed-binary + B seed-regression" in _run("attach", reference).stdout
    made_run(runs_home() / "b-of-a-run")
    assert "run b-of-a-run has not ended" in _run("report", "b-").stderr
    assert "A seed-binary + B seed-regression" in _run("report", "b-1").stdout
