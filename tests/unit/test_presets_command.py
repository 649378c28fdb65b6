"""`presets new` and `presets show`: what they print, what they refuse, and that what they write can be used."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.preset_cases import SHIPPED
from training.preset import load_preset
from training.preset.make import make_preset
from training.preset.model import EntryModel
from training.preset_library import overridden, resolve, shipped_folder, user_folder
from tui.cli import cli

NAMES = sorted(path.stem for path in shipped_folder().glob("*.toml"))


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, ["presets", *arguments], prog_name="dualtrain-tui")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_new_says_where_it_lies_and_how_it_is_run() -> None:
    result = run("new", "mine")
    assert result.exit_code == 0
    path = user_folder() / "mine.toml"
    assert result.stdout.splitlines() == [
        f"written and checked       {path}",
        "train it alone            dualtrain-tui run user:mine",
        "train it beside another   dualtrain-tui run user:mine seed-regression",
        f"check it once changed     dualtrain-tui presets check {path}",
    ]
    assert load_preset(path).title == "mine"
    assert run("check", str(path)).stdout == f"ok  {path}\n"


def test_new_from_another() -> None:
    assert run("new", "my-cnn", "--from", "cnn-small").exit_code == 0
    shown = run("show", "my-cnn").stdout
    assert "my-cnn  (user:my-cnn, " in shown
    assert "made from: shipped preset cnn-small of dualtrain " in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("new",), "Missing argument 'NAME'"),
        (("new", "a b"), 'not " "'),
        (("new", "../x"), 'not "/"'),
        (("new", "x.toml"), "leave .toml out"),
        (("new", ".x"), "begins with"),
        (("new", ""), "needs a name"),
        (("new", "\x1b[2J"), "a name has letters"),
        (("new", "x" * 61), "at most 60"),
        (("new", "mine", "--from", "cnn-smal"), "did you mean cnn-small"),
        (("new", "mine", "--from", "none/such.toml"), "no such file"),
        (("show", "seed-binary", "--json", "--toml"), "exclude each other"),
        (("show", "seed-binary", "--set", "fit.bach_size=8"), "did you mean batch_size"),
        (("show", "seed-binary", "--set", "a.fit.batch_size=8"), "a"),
        (("show", "nonesuch"), "nonesuch"),
    ],
)
def test_what_cannot_be_is_one_sentence(arguments: tuple[str, ...], words: str) -> None:
    stderr = refused(*arguments)
    assert words in stderr
    assert stderr[:-1].isprintable()
    assert not user_folder().exists()


def test_new_writes_over_one_only_with_force() -> None:
    run("new", "mine")
    assert "--force writes over it" in refused("new", "mine", "--from", "lstm")
    assert load_preset(user_folder() / "mine.toml").fit.loss == "binary_crossentropy"
    assert run("new", "mine", "--from", "lstm", "--force").exit_code == 0
    assert load_preset(user_folder() / "mine.toml").model == resolve("lstm").preset.model  # type: ignore[union-attr]


def test_a_folder_that_takes_nothing_is_one_sentence() -> None:
    user_folder().parent.mkdir(parents=True)
    user_folder().write_text("a file in its place")
    assert "cannot be written" in refused("new", "mine")


def test_show_tells_each_setting_and_what_says_it() -> None:
    lines = run("show", "cnn-small", "--set", "fit.epochs=3").stdout.splitlines()
    assert lines[0].startswith("Small convolutional network  (cnn-small, ")
    assert "stresses Convolutions" in "\n".join(lines)
    settings = {line.split()[0]: line.split() for line in lines if line.startswith("  ")}
    assert settings["fit.epochs"] == ["fit.epochs", "3", "override"]
    assert settings["fit.batch_size"] == ["fit.batch_size", "64", "preset"]
    assert settings["fit.steps"] == ["fit.steps", "not", "set", "default"]
    assert settings["device.memory"] == ["device.memory", '"growth"', "default"]


def test_show_as_json() -> None:
    told = json.loads(run("show", "cnn-small", "--json", "--set", "fit.epochs=3").stdout)
    assert told["reference"] == "cnn-small"
    assert told["origin"] == "shipped"
    assert told["preset"]["fit"]["epochs"] == 3
    assert told["preset"]["origin"] == ""
    assert {"key": "fit.epochs", "value": 3, "source": "override"} in told["settings"]
    assert {"key": "fit.steps", "value": None, "source": "default"} in told["settings"]
    assert {"key": "model.filters", "value": [32, 64, 64], "source": "preset"} in told["settings"]


@pytest.mark.parametrize("name", NAMES)
def test_show_as_toml_is_the_same_preset(name: str, tmp_path: Path) -> None:
    path = tmp_path / "again.toml"
    path.write_text(run("show", name, "--toml").stdout)
    assert load_preset(path) == load_preset(shipped_folder() / f"{name}.toml")
    assert "seed" in path.read_text()
    assert run("check", str(path)).exit_code == 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    which=st.integers(0, len(SHIPPED) - 1),
    batch_size=st.integers(1, 1_048_576),
    learning_rate=st.floats(0, 100, exclude_min=True),
)
def test_show_as_toml_of_whatever_is_set(which: int, batch_size: int, learning_rate: float) -> None:
    overrides = [f"fit.batch_size={batch_size}", f"fit.learning_rate={learning_rate!r}"]
    shown = run(
        "show", NAMES[which], "--toml", *(part for one in overrides for part in ("--set", one))
    ).stdout
    assert make_preset(tomllib.loads(shown)) == overridden(resolve(NAMES[which]), overrides).preset


# Of code of the user's own ---------------------------------------------------------------------------------------


def test_new_from_a_script_runs_it_as_it_was_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "train.py").write_text("raise AssertionError('nobody may run this')\n")
    monkeypatch.chdir(tmp_path)
    result = run("new", "loop", "--script", "./train.py --lr '0 1'")
    assert result.exit_code == 0, result.stderr
    assert "dualtrain-tui run user:loop" in result.stdout
    preset = resolve("user:loop").preset
    assert preset is not None
    assert preset.script is not None
    assert preset.script.command == (f"{tmp_path}/train.py", "--lr", "0 1")
    assert preset.script.folder == tmp_path
    assert "\n#python =\n" in (user_folder() / "loop.toml").read_text()


def test_new_from_a_model_function_has_data_to_change_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_models.py").write_text("raise AssertionError('nobody may run this')\n")
    monkeypatch.chdir(tmp_path)
    result = run("new", "net", "--model", "my_models.py:build")
    assert result.exit_code == 0, result.stderr
    assert "presets check --run " in result.stdout
    preset = resolve("user:net").preset
    assert preset is not None
    assert isinstance(preset.model, EntryModel)
    assert preset.model.entry.file == tmp_path / "my_models.py"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--script", "nope.py"), "there is no such file"),
        (("--script", "nope"), "a file ending in .py"),
        (("--model", "nope.py:build"), "is not there or cannot be read"),
        (("--model", "nope.py"), "FILE.py:FUNCTION"),
        (("--model", "a.b:c", "--from", "lstm"), "exclude each other"),
    ],
)
def test_new_from_code_that_is_not_there_writes_nothing(words: tuple[str, ...], told: str) -> None:
    assert told in refused("new", "mine", *words)
    assert not (user_folder() / "mine.toml").exists()


def test_check_says_what_a_script_lacks_and_runs_none(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('title = "x"\n[script]\npath = "train.py"\npython = "no-such-python"\n')
    assert "train.py is no file that can be read" in refused("check", str(path))
    (tmp_path / "train.py").write_text("raise AssertionError('nobody may run this')\n")
    assert "no interpreter no-such-python" in refused("check", str(path))
    path.write_text('title = "x"\n[script]\npath = "train.py"\n')
    assert run("check", str(path)).exit_code == 0


def test_check_with_run_tries_a_script_and_a_preset_with_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "train.py").write_text("import sys\nassert sys.argv[1:] != ['bad'], 'bad'\n")
    (tmp_path / "mine.toml").write_text('title = "x"\n[script]\npath = "train.py"\n')
    monkeypatch.chdir(tmp_path)
    assert run("check", "./train.py --lr 0.1").stdout == "ok  ./train.py --lr 0.1\n"
    done = run("check", "--run", "./train.py", "mine.toml")
    assert done.exit_code == 0, done.output
    told = "  a script: ended, and showed no step, on the CPU"
    assert done.stdout.splitlines() == [f"ok  ./train.py{told}", f"ok  mine.toml{told}"]
    (found,) = json.loads(run("check", "--run", "train.py", "--json").stdout)
    assert (found["path"], found["ok"], found["has_ended"], found["steps"]) == ("train.py", True, True, 0)
    assert "./train.py bad: train.py:2: The script failed: AssertionError: bad" in refused(
        "check", "--run", "./train.py bad"
    )


def test_check_tries_no_program_and_no_script_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "run --exec runs it" in refused("check", "--run", "exec:sleep 3")
    assert 'script "./gone.py": there is no such file' in refused("check", "--run", "./gone.py")
    local = tmp_path / "presets"
    local.mkdir()
    (local / "mine.toml").write_text('title = "x"\n[script]\npath = "train.py"\n')
    (local / "train.py").write_text("raise AssertionError('nobody may run this')\n")
    assert "nobody has said yet that it may run: --trust runs it" in refused("check", "--run", "local:mine")


def test_show_tells_of_a_script_that_was_named_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "train.py").write_text("raise AssertionError('nobody may run this')\n")
    monkeypatch.chdir(tmp_path)
    shown = run("show", "./train.py --lr 0.1").stdout
    assert 'script.args               ["--lr", "0.1"]' in shown
    assert "model" not in shown
    as_file = tmp_path / "shown.toml"
    as_file.write_text(run("show", "./train.py --lr 0.1", "--toml").stdout)
    again = load_preset(as_file).script
    assert again is not None
    assert again.file == tmp_path / "train.py"
