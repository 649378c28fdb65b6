"""`runs` without a terminal: the list in columns, and what `prune` refuses and deletes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.unit.ended_runs import SEQUENTIAL, begun_run, ended_run, live_run, owned
from training.record.run_home import runs_home
from tui.ages import age_text, date_text
from tui.cli import cli

OLD, NEW = "20261122-201500-aaaa", "20261123-201500-bbbb"
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def _run(*arguments: str, stdin: str = "") -> Result:
    result = CliRunner().invoke(cli, arguments, input=stdin, prog_name="dualtrain-tui")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def _there() -> set[str]:
    return {path.name for path in runs_home().iterdir()}


def test_the_list_has_its_columns_under_each_other() -> None:
    ended_run(OLD, presets=("lstm", "wide-mlp"), host="box\x1b[2J.example")
    ended_run(NEW, told=SEQUENTIAL, status="failed")
    with live_run("20261124-201500-cccc"):
        listed = _run("runs")
        assert _run("runs", "list").stdout == listed.stdout
    lines = listed.stdout.splitlines()
    assert [line.split()[1] for line in lines] == ["live", "failed", "completed"]
    assert "sequential 1.25×" in lines[1]
    assert "together 1.51×" in lines[2]
    assert "lstm + wide-mlp" in lines[2]
    assert r"box\x1b[2J.example" in lines[2]
    assert "KiB" in lines[2]
    at = [lines[0].index(" – ") + 1, lines[1].index("sequential 1.25×"), lines[2].index("together 1.51×")]
    assert len(set(at)) == 1
    assert "\x1b" not in listed.stdout


def test_json_has_what_it_had_and_more() -> None:
    ended_run(OLD)
    (told,) = json.loads(_run("runs", "--json").stdout)
    assert (told["run"], told["state"], told["sharing"], told["device"]) == (
        OLD,
        "completed",
        "together",
        "cpu",
    )
    assert told["presets"] == {"a": "seed-binary", "b": "seed-regression"}
    assert (told["verdict"], told["speedup"], told["took_s"]) == ("together", 1.51, 2892.0)
    assert {"folder", "created_at", "ended_at", "host", "size_bytes"} <= set(told)
    assert json.loads(_run("runs", "list", "--json").stdout) == [told]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "name what is to go: --keep N or --older DAYS"),
        (("--yes",), "name what is to go"),
        (("--keep", "1", "--older", "2"), "exclude each other"),
        (("--keep", "-1"), "-1"),
        (("--keep", "many"), "many"),
        (("--older", "nan"), "nan"),
        (("--older", "-1"), "-1"),
    ],
)
def test_what_prune_cannot_make_sense_of_is_one_sentence(arguments: tuple[str, ...], words: str) -> None:
    ended_run(OLD)
    result = _run("runs", "prune", *arguments)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert words in result.stderr
    assert _there() == {OLD}


def test_an_unknown_word_is_wrong_usage() -> None:
    assert "No such command 'nonesuch'" in _run("runs", "nonesuch").stderr


def test_without_a_terminal_prune_wants_a_yes_and_deletes_nothing() -> None:
    ended_run(OLD)
    result = _run("runs", "prune", "--keep", "0", stdin="y\n")
    assert result.exit_code == 2
    assert OLD in result.stdout
    assert result.stderr.count("\n") == 1
    assert "this would delete 1 run, " in result.stderr
    assert "--yes" in result.stderr
    assert _there() == {OLD}


def test_prune_keeps_the_newest_and_whatever_lives_and_tells_what_went(tmp_path: Path) -> None:
    for index in range(4):
        ended_run(f"2026112{index}-201500-aaaa")
    ended_run("20261101-201500-aaaa", path=tmp_path / "mine")
    with live_run("20261100-000000-live"):
        result = _run("runs", "prune", "--keep", "2", "--yes")
        assert _there() == {"20261123-201500-aaaa", "20261122-201500-aaaa", "20261100-000000-live"}
        assert _run("runs", "prune", "--keep", "2", "--yes").stdout == "nothing to delete\n"
    assert result.exit_code == 0
    assert "20261120-201500-aaaa  " in result.stdout
    assert f"in {tmp_path / 'mine'}" in result.stdout
    assert "deleted 3 runs, " in result.stdout
    assert not (tmp_path / "mine").exists()


def test_prune_by_age() -> None:
    recent = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    ended_run(OLD, ended="2020-01-01T00:00:00+00:00")
    ended_run(NEW, ended=recent)
    begun_run("20261124-201500-cccc")
    assert _run("runs", "prune", "--older", "30", "--yes").exit_code == 0
    assert _there() == {NEW, "20261124-201500-cccc"}


def test_a_run_that_is_over_and_still_held_is_left_alone_and_named() -> None:
    folder = ended_run(OLD)
    with owned(folder, pid=2**22 + 5):
        result = _run("runs", "prune", "--keep", "0", "--yes")
    assert (result.exit_code, result.stdout) == (0, "nothing to delete\n")
    assert f"left alone: run {OLD} is held" in result.stderr
    assert _there() == {OLD}


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=5, seconds=50), "5 min ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(hours=30), "yesterday"),
        (timedelta(hours=37), "2 days ago"),
        (timedelta(days=59), "59 days ago"),
        (timedelta(days=90), "3 months ago"),
        (timedelta(days=800), "2 years ago"),
    ],
)
def test_ages_in_words(before: timedelta, words: str) -> None:
    assert age_text(NOW - before, NOW) == words


def test_what_has_no_time_has_a_dash() -> None:
    assert age_text(None, NOW) == date_text(None, NOW) == "–"
    assert date_text(NOW, NOW) == "2026-11-30 12:00"
