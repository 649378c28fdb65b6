"""The command line refuses what is wrong with the right exit code and without a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import IO

import pytest
from click.testing import CliRunner, Result

from tests.unit.made_runs import made_run
from training.record.run_home import runs_home
from tui.cli import cli


def _run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, arguments, prog_name="dualtrain-tui")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def _refused(exit_code: int, *arguments: str) -> str:
    result = _run(*arguments)
    assert result.exit_code == exit_code, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


PAIR = ("run", "seed-binary", "seed-regression")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--steps", "0"),
        ("--steps", "-1"),
        ("--steps", "1.5"),
        ("--steps", "99999999999999999999"),
        ("--epochs", "0"),
        ("--epochs", "1000001"),
        ("--minutes", "0"),
        ("--minutes", "nan"),
        ("--minutes", "inf"),
        ("--minutes", "-3"),
        ("--seed", "-1"),
        ("--seed", str(2**31)),
        ("--sharing", "none"),
        ("--bogus",),
        ("a-third-preset",),
    ],
)
def test_out_of_range_is_wrong_usage(arguments: tuple[str, ...]) -> None:
    stderr = _refused(2, *PAIR, "--headless", *arguments)
    assert stderr.startswith("dualtrain-tui: ")
    assert stderr.count("\n") == 1
    assert "dualtrain-tui run --help" in stderr
    assert not runs_home().exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--steps", "5", "--epochs", "1", "--headless"), "exclude each other"),
        (("--json",), "--json needs --headless"),
        (("--headless", "--detach"), "exclude each other"),
        (("--sharing", "adaptive", "--no-probe", "--headless"), "goes by probes"),
        (("--headless", "--mps-share", "a=50"), "--mps-share needs --sharing mps"),
        (("--headless", "--sharing", "mps", "--mps-memory", "4096"), "'4096' names no lane"),
        (("--headless", "--set", "fit.steps=5"), "begin with the lane"),
        (("--headless", "--set", "a.fit.steps=many"), "a"),
        (("--headless", "--set", "a.fit.stepps=5"), "steps"),
        (("--headless", "--set", "a.fit.learning_rate=nan"), "learning_rate"),
        (("--headless", "--run-dir", "/proc/nowhere"), "/proc"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(arguments: tuple[str, ...], words: str) -> None:
    stderr = _refused(2, *PAIR, *arguments)
    assert stderr.startswith("dualtrain-tui: ")
    assert stderr.count("\n") == 1
    assert words in stderr


def test_unknown_presets_are_wrong_usage() -> None:
    assert "nonesuch" in _refused(2, "run", "nonesuch", "seed-binary", "--headless")


@pytest.mark.parametrize(
    ("exit_code", "arguments", "words"),
    [
        (2, ("run", "nonesuch", "seed-binary"), "nonesuch"),
        (2, ("run", "seed-binary", "--sharing", "one-process"), "needs two presets"),
        (2, (*PAIR, "--sharing", "adaptive", "--no-probe"), "goes by probes"),
        (2, (*PAIR, "--mps-share", "a=50"), "--mps-share needs --sharing mps"),
        (2, (*PAIR, "--turn", "a=2"), "--turn needs"),
        (2, (*PAIR, "--set", "fit.steps=5"), "begin with the lane"),
        (2, (*PAIR, "--set", "a.fit.stepps=5"), "stepps"),
        (2, (*PAIR, "--device", "tpu"), "tpu"),
        (3, (*PAIR, "--device", "gpu:99"), "gpu:99"),
        (2, ("run",), "Missing argument 'A'"),
        (2, (*PAIR, "a-third-preset"), "a-third-preset"),
        (2, ("attach", "nonesuch"), "nonesuch"),
        (2, ("replay", "nonesuch"), "nonesuch"),
        (2, ("replay", "demo", "--speed", "0.1"), "0.25"),
        (2, ("replay", "demo", "--speed", "65"), "64"),
        (2, ("replay", "demo", "--speed", "nan"), "nan"),
        (2, ("replay", "demo", "--speed", "fast"), "fast"),
    ],
)
def test_wrong_usage_comes_before_a_missing_terminal(
    exit_code: int, arguments: tuple[str, ...], words: str
) -> None:
    stderr = _refused(exit_code, *arguments)
    assert words in stderr
    assert "terminal" not in stderr


@pytest.mark.parametrize("device", ["gpu:99", "GPU-00000000-0000-0000-0000-000000000000", "a=MIG-1,b=MIG-2"])
def test_a_device_that_is_not_there(device: str) -> None:
    stderr = _refused(3, *PAIR, "--headless", "--device", device)
    assert stderr.count("\n") == 1


@pytest.mark.parametrize("device", ["tpu", "", "gpu:", "gpu:-1", "a=MIG-1", "a=MIG-1,a=MIG-2"])
def test_what_is_no_device_at_all_is_wrong_usage(device: str) -> None:
    stderr = _refused(2, *PAIR, "--headless", "--device", device)
    assert stderr.count("\n") == 1


def test_no_terminal_to_choose_in_is_one_sentence() -> None:
    stderr = _refused(2)
    assert "needs a terminal" in stderr
    assert "`--plain` of run, retry and attach" in stderr
    assert stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [("replay",), ("replay", "demo")])
def test_no_terminal_to_replay_on_is_one_sentence(arguments: tuple[str, ...]) -> None:
    made_run(runs_home() / "20260101-000000-aaaa")
    stderr = _refused(2, *arguments)
    assert "needs a terminal" in stderr
    assert stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["attach", "report", "replay", "stop", "pause", "resume"])
def test_no_runs_yet(command: str) -> None:
    assert _refused(2, command).count("\n") == 1
    assert "nonesuch" in _refused(2, command, "nonesuch")


@pytest.mark.parametrize("command", ["stop", "pause", "resume"])
def test_a_run_that_does_not_answer(command: str) -> None:
    made_run(runs_home() / "20260101-000000-aaaa")
    assert "does not answer yet" in _refused(1, command, "20260101")


def test_a_lane_that_is_none() -> None:
    assert "'c' is not one of" in _refused(2, "pause", "--lane", "c")


def test_retry_needs_a_run_that_has_ended_and_an_offer_there_is() -> None:
    assert _refused(2, "retry", "--list").count("\n") == 1
    folder = made_run(runs_home() / "20260101-000000-aaaa")
    assert "has not ended" in _refused(1, "retry", "--list")
    folder.report.write_text("{}")
    assert _run("retry", "--list").stdout == "again       the same again\n"
    assert "there is again" in _refused(2, "retry", "--offer", "cap", "--headless")
    assert "there is again" in _refused(2, "retry", "--offer", "cap")
    assert "stepps" in _refused(2, "retry", "--set", "a.fit.stepps=5")


def test_report_of_a_run_that_has_not_ended() -> None:
    made_run(runs_home() / "20260101-000000-aaaa")
    assert "has not ended" in _refused(1, "report")


def test_a_damaged_plan_or_report_is_one_sentence_and_never_hides_other_runs() -> None:
    good, bad = (made_run(runs_home() / name) for name in ("20260101-000000-aaaa", "20260102-000000-bbbb"))
    for folder in (good, bad):
        folder.report.write_text("{")
    bad.plan.write_text("{")
    listed = _run("runs")
    assert (listed.exit_code, listed.stdout.count("\n")) == (0, 1)
    assert "20260101-000000-aaaa      unreadable" in listed.stdout
    assert "no report that can be read" in _refused(1, "report", "20260101")
    for command in ("attach", "replay"):
        assert "not a plan this version can read" in _refused(2, command, "20260102")


COMMANDS = [
    "run", "retry", "attach", "stop", "pause", "resume", "report", "export", "replay", "runs", "presets",
    "doctor", "config",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str) -> None:
    shown = _run(command, "--help")
    assert shown.exit_code == 0
    assert "Example" in shown.stdout
    assert f"dualtrain-tui {command}" in shown.stdout


def test_help_names_commands_and_exit_codes() -> None:
    shown = _run("--help").stdout
    assert all(f"\n  {command} " in shown for command in COMMANDS)
    assert "130 stopped on request" in " ".join(shown.split())


def test_presets_alone_lists_them() -> None:
    listed = json.loads(_run("presets", "--json").stdout)
    assert listed == json.loads(_run("presets", "list", "--json").stdout)
    assert "seed-binary" in {one["name"] for one in listed}


def test_version() -> None:
    assert _run("--version").stdout.startswith("dualtrain-tui, version ")


def test_a_full_disk_behind_stdout_is_one_line() -> None:
    with open("/dev/full", "wb") as full:
        ended = _real("presets", "show", "seed-binary", stdout=full)
    assert ended.returncode == 1
    assert ended.stderr == "dualtrain-tui: cannot write: No space left on device\n"


def test_a_reader_that_left_is_no_failure_of_ours() -> None:
    read_fd, write_fd = os.pipe()
    os.close(read_fd)
    with os.fdopen(write_fd, "wb") as pipe:
        ended = _real("presets", "list", stdout=pipe)
    assert (ended.returncode, ended.stderr) == (141, "")


def _real(*arguments: str, stdout: IO[bytes]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "tui", *arguments]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)
