"""What a preset with a table [script] may say, and what becomes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from training.own_presets import save_as_own
from training.preset import Preset, PresetError, apply_overrides, explain, load_preset, preset_digest
from training.preset.toml_text import preset_text
from training.preset_library import overridden, resolve

SCRIPT = 'title = "Mine"\n[script]\npath = "train.py"\n'


def written(folder: Path, text: str) -> Path:
    """A preset's file, and a script beside it."""
    (folder / "train.py").write_text("print(1)\n")
    path = folder / "mine.toml"
    path.write_text(text)
    return path


def loaded(folder: Path, text: str = SCRIPT) -> Preset:
    return load_preset(written(folder, text))


def refusal(folder: Path, text: str) -> str:
    """The one line it is refused with, without the file's name."""
    path = written(folder, text)
    with pytest.raises(PresetError) as caught:
        load_preset(path)
    assert str(caught.value).isprintable()
    return str(caught.value).removeprefix(f"{path}: ")


class TestPaths:
    def test_are_relative_to_the_preset(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir("/")
        text = f'{SCRIPT}python = "venv/bin/python"\ncwd = "work"\nargs = ["--lr", "0.1"]\n'
        script = loaded(tmp_path, text).script
        assert script is not None
        assert script.file == tmp_path / "train.py"
        assert (script.python, script.folder) == (f"{tmp_path}/venv/bin/python", tmp_path / "work")
        assert script.command == (f"{tmp_path}/train.py", "--lr", "0.1")

    def test_a_script_runs_in_its_own_folder_unless_said(self, tmp_path: Path) -> None:
        (tmp_path / "src").mkdir()
        script = loaded(tmp_path, 'title = "x"\n[script]\npath = "src/../src/train.py"').script
        assert script is not None
        assert script.folder == tmp_path / "src"
        assert script.path == f"{tmp_path}/src/train.py"

    def test_names_without_a_slash_are_left_to_path(self, tmp_path: Path) -> None:
        program = loaded(tmp_path, 'title = "x"\n[script]\nexec = ["sleep", "1"]').script
        own = loaded(tmp_path, 'title = "x"\n[script]\nexec = ["./sleep", "1"]').script
        python = loaded(tmp_path, f'{SCRIPT}python = "python3.8"').script
        assert program is not None
        assert own is not None
        assert python is not None
        assert (program.exec, program.folder) == (("sleep", "1"), tmp_path)
        assert own.exec == (f"{tmp_path}/sleep", "1")
        assert python.python == "python3.8"

    def test_a_home_that_is_none_stays_a_name(self, tmp_path: Path) -> None:
        script = loaded(tmp_path, 'title = "x"\n[script]\npath = "~nobody-of-that-name/train.py"').script
        assert script is not None
        assert script.path == f"{tmp_path}/~nobody-of-that-name/train.py"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('title = "x"\n[script]\n', 'script.path: found nothing (it is required); allowed: the path of'),
        (f'{SCRIPT}[model]\nname = "mlp"', "model: found a table beside script; allowed: no model there: a script"),
        (f'{SCRIPT}[data]\nname = "x"', "data: found a table beside script; allowed: no data there: a script loads"),
        (f"{SCRIPT}[device]\nmemory = 512", "device: found a table beside script"),
        (f"{SCRIPT}[checkpoint]\nkeep = 1", "checkpoint: found a table beside script"),
        (f"{SCRIPT}[fit]\nseed = 3", "fit.seed: found 3 beside script; allowed: fit.backend alone"),
        (f'{SCRIPT}[fit]\nbackend = "jx"', 'fit.backend: found "jx"'),
        (f"{SCRIPT}[fit]\nspeed = 3", "fit.speed: found a key unknown here"),
        (f"{SCRIPT}argv = []", "script.argv: found a key unknown here"),
        (f"{SCRIPT}args = [1]", "script.args[0]: found 1; allowed: text"),
        (f"{SCRIPT}env = {{ A = 1 }}", "script.env.A: found 1; allowed: text"),
        (f'{SCRIPT}env = {{ "A=B" = "1" }}', "script.env: found the name"),
        (f'{SCRIPT}args = ["a\\u0000"]', "script.args: found a text with a NUL character"),
        (f'{SCRIPT}exec = ["x"]', "script.path: found"),
        ('title = "x"\n[script]\nexec = ["x"]\npython = "p"', "script.python: found"),
        ('title = "x"\n[script]\nexec = []', "script.exec: found an empty list"),
        ('title = "x"\n[script]\nexec = [""]', "script.exec[0]: found an empty text"),
        ('title = "x"\n[script]\nexec = ["x"]\n[fit]\nbackend = "jax"', "fit.backend: found"),
        (f'{SCRIPT}loss_pattern = "loss"', "script.loss_pattern: found \"loss\": it has no group"),
        (f'{SCRIPT}loss_pattern = "("', "script.loss_pattern: found \"(\": no regular expression"),
        ("script = 3\n", "title: found nothing"),
        ('title = "x"\nscript = 3\n', "script: found 3"),
        ('title = "  "\n[script]\npath = "x.py"', "title: found only white space"),
    ],
)  # fmt: skip
def test_what_it_may_not_say(tmp_path: Path, text: str, told: str) -> None:
    assert refusal(tmp_path, text).startswith(told)


def test_what_only_a_script_knows_is_no_choice_of_a_preset(tmp_path: Path) -> None:
    text = 'title = "x"\n[model]\nname = "own"\n[data]\nname = "own"\n[fit]\nloss = "mse"'
    told = refusal(tmp_path, text)
    assert told.startswith('model.name: found "own"; allowed: "mlp"')
    assert '"own"' not in told.partition("allowed")[2]


def test_a_pattern_that_a_later_python_reads_otherwise_warns_nobody(tmp_path: Path) -> None:
    assert loaded(tmp_path, f"{SCRIPT}loss_pattern = '[[a](.)'").script is not None


class TestWhatBecomesOfIt:
    def test_settings(self, tmp_path: Path) -> None:
        settings = {one.key: one for one in explain(loaded(tmp_path, f'{SCRIPT}[fit]\nbackend = "jax"'))}
        assert settings["script.path"].value == f"{tmp_path}/train.py"
        assert settings["fit.backend"].text == '"jax"'
        assert settings["script.env"].is_default
        assert not any(key.startswith(("model.", "data.", "device.")) for key in settings)

    def test_overrides(self, tmp_path: Path) -> None:
        preset = loaded(tmp_path)
        changed = apply_overrides(
            preset, ['script.args=["--lr", "0.2"]', "script.env.A=b", "fit.backend=torch"]
        )
        assert changed.script is not None
        assert changed.script.args == ("--lr", "0.2")
        assert (changed.script.env, changed.script.backend) == ({"A": "b"}, "torch")
        with pytest.raises(PresetError, match=r"override fit\.epochs=3: fit\.epochs: found 3 beside script"):
            apply_overrides(preset, ["fit.epochs=3"])
        with pytest.raises(PresetError, match="model: found a table beside script"):
            apply_overrides(preset, ["model.name=mlp"])

    def test_a_preset_of_models_takes_no_script_by_override(self) -> None:
        preset = resolve("seed-binary").preset
        assert preset is not None
        with pytest.raises(PresetError, match="model: found a table beside script"):
            apply_overrides(preset, ["script.path=x.py"])

    def test_survives_the_plan_file_and_being_written(self, tmp_path: Path) -> None:
        text = f'{SCRIPT}args = ["a b", ""]\nenv = {{ A = "1" }}\n[fit]\nbackend = "jax"'
        preset = loaded(tmp_path, text)
        assert msgspec.json.decode(msgspec.json.encode(preset), type=Preset) == preset
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        again = elsewhere / "again.toml"
        again.write_text(preset_text(preset))
        assert load_preset(again) == preset

    def test_the_digest_is_of_the_scripts_content_too(self, tmp_path: Path) -> None:
        preset = loaded(tmp_path)
        before = preset_digest(preset)
        assert preset_digest(msgspec.structs.replace(preset, title="another")) == before
        (tmp_path / "train.py").write_text("print(2)\n")
        assert preset_digest(preset) != before
        (tmp_path / "train.py").unlink()
        assert len(preset_digest(preset)) == 64

    def test_a_script_that_was_typed_is_saved_with_whole_paths(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written(tmp_path, SCRIPT)
        monkeypatch.chdir(tmp_path)
        saved = save_as_own(resolve("./train.py --lr 0.1"), "own")
        assert saved.preset is not None
        script: Any = saved.preset.script
        assert (script.file, script.folder, script.args) == (tmp_path / "train.py", tmp_path, ("--lr", "0.1"))
        assert saved.preset.origin == "the command line ./train.py --lr 0.1"

    def test_its_comments_and_its_environment_are_kept_where_it_is_saved_as_another(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = written(tmp_path, f'{SCRIPT}# slowly\nargs = ["--lr", "0.1"]\n[script.env]\nA = "1"\n')
        monkeypatch.chdir(tmp_path)
        entry = overridden(resolve(str(path)), ['script.env.A="2"'])
        saved = save_as_own(entry, "own")
        assert entry.preset is not None
        assert saved.preset is not None
        assert saved.preset.script == entry.preset.script
        text = saved.path.read_text()
        assert "# slowly" in text
        assert "[script.env]" in text
