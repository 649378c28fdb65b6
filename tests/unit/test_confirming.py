"""What the commands do about code that a preset of `./presets` names where there is no terminal to ask at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec import structs

from tests.unit.made_benches import bench_plan, made_bench
from tests.unit.own_presets import own_preset
from training.bench.folder import bench_home
from training.code_trust import store_path
from training.planned_lanes import planned_lane
from training.record.run_home import runs_home
from tui.cli import cli

COMMANDS = [
    ("run", "mine", "seed-binary", "--device", "cpu", "--headless"),
    ("run", "mine", "seed-binary", "--device", "cpu", "--headless", "--json"),
    ("run", "mine", "--device", "cpu", "--detach"),
    ("run", "local:mine", "--device", "cpu", "--plain"),
    ("join", "mine"),
    ("bench", "mine", "seed-binary"),
    ("presets", "check", "--run", "mine"),
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory whose ./presets names code."""
    own_preset(tmp_path / "presets")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, answer: str | None = None) -> Result:
    result = CliRunner().invoke(cli, arguments, input=answer, prog_name="dualtrain-tui")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("answer", [None, "y\n"])
def test_it_is_refused_in_one_sentence_whatever_stands_on_stdin(
    arguments: tuple[str, ...], answer: str | None
) -> None:
    result = run(*arguments, answer=answer)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "dualtrain-tui: presets/mine.toml names code of its own, model.entry = my_models.py:build, "
        "data.entry = my_data.py:load, and nobody has said yet that it may run: --trust runs it\n"
    )
    assert not runs_home().exists()
    assert not store_path().exists()


def test_trust_is_remembered_like_a_yes() -> None:
    result = run("join", "mine", "--trust")
    assert "no run is live" in result.stderr
    assert store_path().exists()
    assert "no run is live" in run("join", "mine").stderr


def test_a_bench_from_elsewhere_is_not_gone_on_with_unasked(here: Path) -> None:
    plan = bench_plan()
    foreign = structs.replace(plan.presets[0], planned=planned_lane("./presets/mine.toml"))
    made_bench(bench_home() / "bench-1", structs.replace(plan, presets=(foreign, *plan.presets[1:])))
    result = run("bench", "--resume", "bench-1")
    assert result.exit_code == 2
    assert "nobody has said yet that it may run" in result.stderr


def test_listing_showing_and_checking_run_nothing() -> None:
    assert "local:mine" in run("presets", "list").stdout
    shown = run("presets", "show", "mine").stdout
    assert 'model.entry               "my_models.py:build"' in shown
    assert "model.optimizer.schedule.warm_up  10" in shown
    assert "(entry)" not in shown
    written = json.loads(run("presets", "show", "mine", "--json").stdout)["preset"]
    assert written["model"]["entry"] == "my_models.py:build"
    assert written["model"]["width"] == 64
    assert "ok  presets/mine.toml" in run("presets", "check", "mine").stdout
    assert run("presets", "check").exit_code == 0


def test_a_preset_whose_file_is_gone_is_bad_wherever_it_is_looked_at(here: Path) -> None:
    (here / "presets" / "my_models.py").unlink()
    for arguments in (
        ("presets", "check", "mine"),
        ("run", "mine", "--headless"),
        ("presets", "show", "mine"),
    ):
        result = run(*arguments)
        assert result.exit_code == 2
        assert result.stderr.startswith("dualtrain-tui: presets/mine.toml: line 4: model.entry: found ")
        assert result.stderr.count("\n") == 1
    assert "BAD: presets/mine.toml: line 4" in run("presets", "list").stdout


def test_run_without_names_is_wrong_usage() -> None:
    result = run("presets", "check", "--run")
    assert result.exit_code == 2
    assert "--run needs the presets" in result.stderr
