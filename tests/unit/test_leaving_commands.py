"""What the commands say of notifying, of looking only, and of what they would stop."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from tests.unit.made_benches import bench_plan, made_bench
from tests.unit.made_runs import append, made_run
from training.bench.folder import bench_home
from training.record.event_records import Launched
from training.record.run_home import runs_home
from tui.cli import cli

PAIR = ("run", "seed-binary", "seed-regression", "--device", "cpu", "--headless")


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, arguments, prog_name="dualtrain-tui")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize("command", [PAIR, ("attach",), ("retry",)])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no-such-command-here", "no-such-command-here: there is no such command"),
        ("", "name a command"),
        ("'x", "cannot be split into words"),
    ],
)
def test_a_command_that_cannot_be_run_is_refused_before_a_launch(
    command: tuple[str, ...], text: str, words: str
) -> None:
    result = run(*command, "--notify", text)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert not runs_home().exists()


def test_a_bench_has_no_lanes_to_tell_of() -> None:
    made_bench(bench_home() / "bench-1", bench_plan())
    result = run("attach", "bench-1", "--notify", "true")
    assert result.exit_code == 2
    assert "bench-1 is a bench" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("stop",),
        ("pause",),
        ("resume",),
        ("probe",),
        ("share", "sequential"),
        ("join", "lstm"),
        ("bench", "--stop"),
    ],
)
def test_who_only_looks_asks_nothing(arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUALTRAIN_READONLY", "1")
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "dualtrain-tui: DUALTRAIN_READONLY is set: runs are only looked at, nothing is asked of them\n"
    )


@pytest.mark.parametrize("command", ["run", "bench"])
def test_who_only_looks_launches_nothing(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUALTRAIN_READONLY", "1")
    result = run(command, "seed-binary", "seed-regression", "--detach")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(": nothing is launched\n")


def test_a_run_that_nobody_owns_is_not_asked_about() -> None:
    folder = made_run(runs_home() / "made")
    append(folder.events, Launched(1.0, "a", 11))
    for answer in ("y\n", "n\n"):
        result = CliRunner().invoke(cli, ("stop", "made"), input=answer)
        assert result.exit_code == 1
        assert "does not answer yet" in result.stderr
        assert "Stop" not in result.stderr
