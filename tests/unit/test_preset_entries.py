"""Presets that name functions of a person's own: read, refused, changed, shown and saved, and nothing imported."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.unit.own_presets import BOTH, MODELS, OWN_MODEL, own_preset
from training.own_presets import from_preset, make_own, save_as_own
from training.preset import Preset, PresetError, apply_overrides, explain, load_preset, preset_digest
from training.preset.commented import commented_text
from training.preset.data import EntryData
from training.preset.editing import draft
from training.preset.entry_table import as_written
from training.preset.model import EntryModel
from training.preset.own_code import names_code, with_code_of_now
from training.preset.sources import with_sources
from training.preset.toml_file import read_toml
from training.preset.toml_text import preset_text
from training.preset_library import overridden, resolve


def refusal(folder: Path, text: str) -> str:
    """The line that a preset of this text is refused with."""
    with pytest.raises(PresetError) as caught:
        load_preset(own_preset(folder, text))
    assert str(caught.value).isprintable()
    return str(caught.value)


def test_every_other_key_is_an_argument(tmp_path: Path) -> None:
    preset = load_preset(own_preset(tmp_path))
    assert isinstance(preset.model, EntryModel)
    assert isinstance(preset.data, EntryData)
    assert preset.model.arguments == {
        "width": 64,
        "rates": [0.1, 0.2],
        "bias": True,
        "optimizer": {"name": "adam", "schedule": {"warm_up": 10}},
    }
    assert preset.data.arguments == {}
    assert (preset.model.entry.text, preset.model.entry.folder) == ("my_models.py:build", str(tmp_path))
    assert names_code(preset)
    assert not names_code(resolve("seed-binary").preset or preset)


def test_it_is_written_as_it_was_read_and_survives_the_plan_file(tmp_path: Path) -> None:
    path = own_preset(tmp_path)
    preset = load_preset(path)
    written = as_written(preset)
    assert {key: written[key] for key in ("model", "data")} == {
        key: read_toml(path)[key] for key in ("model", "data")
    }
    assert msgspec.json.decode(msgspec.json.encode(preset), type=Preset) == preset
    own_preset(tmp_path, preset_text(preset))
    assert load_preset(path) == preset


def test_nothing_is_imported_for_reading(tmp_path: Path) -> None:
    load_preset(own_preset(tmp_path))
    assert "my_models" not in sys.modules
    assert str(tmp_path) not in sys.path


def test_a_loss_is_needed_only_where_the_model_is_ours(tmp_path: Path) -> None:
    assert (
        load_preset(own_preset(tmp_path, OWN_MODEL.replace('loss = "binary_crossentropy"', ""))).fit.loss
        is None
    )
    ours = 'title = "t"\n[model]\nname = "mlp"\nhidden = [4]\n[data]\nentry = "my_data.py:load"\n'
    assert load_preset(own_preset(tmp_path, f'{ours}[fit]\nloss = "mse"\n')).fit.loss == "mse"
    assert "fit.loss: found nothing" in refusal(tmp_path, ours)


BAD = [
    pytest.param('entry = "my_models.py"', ["model.entry", "FILE.py:FUNCTION"], id="no function"),
    pytest.param('entry = "my_models.py:"', ["model.entry", "FILE.py:FUNCTION"], id="empty function"),
    pytest.param('entry = "my_models.py:def"', ["model.entry", "FILE.py:FUNCTION"], id="keyword"),
    pytest.param('entry = "my models:build"', ["model.entry", "package.module"], id="no module"),
    pytest.param('entry = "my-models.txt:build"', ["model.entry: found"], id="no Python"),
    pytest.param('entry = "my.models.py:build"', ["model.entry: found"], id="dot in the file's name"),
    pytest.param("entry = 3", ["model.entry: found 3"], id="number"),
    pytest.param('entry = "a\\u001b[31m.py:b"', ["model.entry: found"], id="escape"),
    pytest.param(
        'entry = "my_models.py:build"\nname = "mlp"', ["model.name", "either model.name"], id="both"
    ),
    pytest.param('name = "(entry)"\nentry = "my_models.py:build"', ["model.name"], id="tag and entry"),
    pytest.param('name = "(entry)"', ['model.name: found "(entry)"', '"mlp"'], id="tag"),
    pytest.param(
        'entry = "my_models.py:build"\n"two words" = 1', ['model."two words"', "argument"], id="key"
    ),
    pytest.param('entry = "my_models.py:build"\nclass = 1', ["model.class", "argument"], id="keyword key"),
    pytest.param(
        'entry = "my_models.py:build"\nday = 2024-01-01', ["model.day", "a date or time"], id="date"
    ),
    pytest.param('entry = "my_models.py:build"\nx = nan', ["model.x", "nan"], id="nan"),
    pytest.param('entry = "my_models.py:build"\nx = 9223372036854775808', ["beyond 64 bits"], id="64 bits"),
    pytest.param('entry = "my_models.py:build"\nx = [1, {a = inf}]', ["model.x[1].a", "inf"], id="inside"),
    pytest.param(
        'entry = "my_models.py:build"\nx = ' + "[" * 20 + "]" * 20,
        ["model.x[0]", "at most 16 deep"],
        id="deep",
    ),
    pytest.param(
        'entry = "gone.py:build"',
        ["line 3: model.entry", "gone.py is not there", "Python file"],
        id="missing file",
    ),
    pytest.param('# text\nentry = "../my_models.py:build"', ["line 4: model.entry"], id="other folder"),
]


@pytest.mark.parametrize(("table", "parts"), BAD)
def test_what_cannot_be_named_is_refused_in_one_line(tmp_path: Path, table: str, parts: list[str]) -> None:
    text = f'title = "t"\n[model]\n{table}\n[data]\nname = "tabular-binary"\n[fit]\nloss = "mse"\n'
    message = refusal(tmp_path / "presets", text)
    assert message.startswith(f"{tmp_path / 'presets' / 'mine.toml'}: ")
    assert all(part in message for part in parts), message


def test_a_table_without_either_names_both_ways(tmp_path: Path) -> None:
    message = refusal(tmp_path, BOTH.replace('entry = "my_models.py:build"', ""))
    assert "model.name: found nothing" in message
    assert "model.entry" in message


def value(preset: Preset, key: str) -> Any:
    """What a preset says under a dotted key."""
    return {setting.key: setting.value for setting in explain(preset)}[key]


def test_settings_are_shown_as_they_can_be_set(tmp_path: Path) -> None:
    preset = load_preset(own_preset(tmp_path, BOTH.replace("bias = true", 'bias = [{a = 1}, "x\\u001b"]')))
    shown = {setting.key: setting.text for setting in explain(preset)}
    assert shown["model.entry"] == '"my_models.py:build"'
    assert shown["model.width"] == "64"
    assert shown["model.optimizer.schedule.warm_up"] == "10"
    assert shown["model.bias"] == '[{a = 1}, "x\\u001b"]'
    assert not any("(entry)" in setting.text or "folder" in setting.key for setting in explain(preset))
    assert "model.name" not in shown


@pytest.mark.parametrize(
    ("override", "key", "expected"),
    [
        ("model.width=32", "model.width", 32),
        ("model.depth=3", "model.depth", 3),
        ("model.rates=[1]", "model.rates", [1]),
        ("model.optimizer.schedule.warm_up=5", "model.optimizer.schedule.warm_up", 5),
        ("model.entry=my_models.py:other", "model.width", 64),
        ("model.name=mlp", "model.name", "mlp"),
        ("fit.epochs=7", "model.width", 64),
    ],
)
def test_keys_are_set_beside_the_file(tmp_path: Path, override: str, key: str, expected: object) -> None:
    text = BOTH.replace('entry = "my_data.py:load"', 'name = "tabular-regression"')
    more = ["model.hidden=[4]"] if "name=mlp" in override else []
    preset = load_preset(own_preset(tmp_path, text))
    before = msgspec.json.encode(preset)
    assert value(apply_overrides(preset, [override, *more]), key) == expected
    assert msgspec.json.encode(preset) == before


def test_an_entry_that_is_set_leads_from_the_presets_folder(tmp_path: Path) -> None:
    preset = load_preset(own_preset(tmp_path))
    (tmp_path / "other.py").write_text("def build(): ...\n")
    changed = apply_overrides(preset, ["model.entry=other.py:build"]).model
    assert isinstance(changed, EntryModel)
    assert isinstance(preset.model, EntryModel)
    assert changed.entry.code not in ("", preset.model.entry.code)
    with pytest.raises(PresetError, match=r"override model.entry=gone.py:build: model.entry: .*is not there"):
        apply_overrides(preset, ["model.entry=gone.py:build"])
    shipped = resolve("seed-binary").preset
    assert shipped is not None
    with pytest.raises(PresetError, match="allowed: an absolute path"):
        apply_overrides(shipped, ["model.entry=other.py:build"])
    named = apply_overrides(shipped, [f"model.entry='{tmp_path}/other.py:build'"]).model
    assert isinstance(named, EntryModel)
    assert named.arguments == {}


def test_the_edit_sheets_draft_takes_it(tmp_path: Path) -> None:
    made = draft(load_preset(own_preset(tmp_path)), ["model.width=3", "fit.epochs=4"])
    made.texts["fit.batch_size"] = "16"
    assert made.refused is None
    assert set(made.overrides()) == {"model.width=3", "fit.epochs=4", "fit.batch_size=16"}


# The code's content ---------------------------------------------------------------------------------------------


def test_the_digest_follows_the_codes_content_and_not_its_place(tmp_path: Path) -> None:
    here, there = own_preset(tmp_path / "here"), own_preset(tmp_path / "there")
    digest = preset_digest(load_preset(here))
    assert preset_digest(load_preset(there)) == digest
    (there.parent / "my_models.py").write_text(MODELS + "\n# changed\n")
    assert preset_digest(load_preset(there)) != digest
    assert preset_digest(load_preset(here)) == digest
    assert preset_digest(apply_overrides(load_preset(here), ["model.width=3"])) != digest


def test_what_was_noted_stays_until_it_is_looked_at_anew(tmp_path: Path) -> None:
    path = own_preset(tmp_path)
    preset = load_preset(path)
    (tmp_path / "my_models.py").write_text("# changed\n")
    assert apply_overrides(preset, ["fit.epochs=3"]).model == preset.model
    assert with_code_of_now(preset) == load_preset(path)
    assert with_code_of_now(preset) != preset
    (tmp_path / "my_models.py").unlink()
    gone = with_code_of_now(preset).model
    assert isinstance(gone, EntryModel)
    assert gone.entry.code == ""


@pytest.mark.parametrize(
    ("file", "entry"),
    [
        ("mine.py", "mine:build"),
        ("package/__init__.py", "package:build"),
        ("package/inner/models.py", "package.inner.models:build"),
        ("package/inner/models/__init__.py", "package.inner.models:build"),
    ],
)
def test_a_module_is_found_without_importing_its_parents(tmp_path: Path, file: str, entry: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in path.parents:
        if folder != tmp_path and tmp_path in folder.parents:
            (folder / "__init__.py").write_text("raise AssertionError('nobody may run this')\n")
    path.write_text("raise AssertionError('nobody may run this')\n")
    preset_file = own_preset(tmp_path, OWN_MODEL.replace("my_models.py:build", entry))
    digest = preset_digest(load_preset(preset_file))
    path.write_text("raise AssertionError('nor this')\n")
    assert preset_digest(load_preset(preset_file)) != digest


def test_a_module_that_only_python_could_find_is_left_to_the_worker(tmp_path: Path) -> None:
    preset = load_preset(
        own_preset(tmp_path, OWN_MODEL.replace("my_models.py:build", "nowhere.at.all:build"))
    )
    assert isinstance(preset.model, EntryModel)
    assert preset.model.entry.code == ""
    other = load_preset(own_preset(tmp_path, OWN_MODEL.replace("my_models.py:build", "nowhere.at.all:make")))
    assert preset_digest(preset) != preset_digest(other)


def test_a_named_pipe_in_the_place_of_the_file_holds_nothing_up(tmp_path: Path) -> None:
    path = own_preset(tmp_path)
    (tmp_path / "my_models.py").unlink()
    os.mkfifo(tmp_path / "my_models.py")
    with pytest.raises(PresetError, match="is not there or cannot be read"):
        load_preset(path)


# Saving ---------------------------------------------------------------------------------------------------------


def test_saved_elsewhere_it_still_names_the_same_code(tmp_path: Path) -> None:
    entry = resolve(str(own_preset(tmp_path / "project")))
    saved = save_as_own(entry, "my-own")
    assert saved.preset is not None
    assert f'entry = "{tmp_path}/project/my_models.py:build"' in saved.path.read_text()
    assert entry.preset is not None
    assert preset_digest(saved.preset) == preset_digest(entry.preset)


def test_a_module_beside_the_preset_is_saved_as_its_file_and_an_installed_one_by_its_name(
    tmp_path: Path,
) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "models.py").write_text(MODELS)
    text = OWN_MODEL.replace("my_models.py:build", "package.models:build")
    saved = save_as_own(resolve(str(own_preset(tmp_path, text))), "beside")
    assert f"{tmp_path}/package/models.py:build" in saved.path.read_text()
    text = OWN_MODEL.replace("my_models.py:build", "keras.applications:MobileNetV2")
    saved = save_as_own(resolve(str(own_preset(tmp_path, text))), "installed")
    assert '"keras.applications:MobileNetV2"' in saved.path.read_text()


def test_code_that_can_only_be_named_from_its_folder_is_not_saved_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 200) / ("y" * 200) / ("z" * 200)
    with pytest.raises(PresetError, match="can only be named from"):
        save_as_own(resolve(str(own_preset(folder))), "too-long")


NESTED = (
    BOTH.replace("width = 64", "# How wide it is.\nwidth = 64")
    .replace("bias = true", 'bias = true\nblocks = [{units = 1}, {units = 2}]\n"größe" = 3')
    .replace("[data]", "# What it learns.\n[data]")
)


def test_made_from_another_it_keeps_comments_and_arguments(tmp_path: Path) -> None:
    path = own_preset(tmp_path / "project", NESTED)
    before = load_preset(path)
    made = make_own("mine", from_preset("mine", str(path)))
    text = made.path.read_text()
    assert f'entry = "{tmp_path}/project/my_models.py:build"' in text
    assert f'entry = "{tmp_path}/project/my_data.py:load"' in text
    assert "# How wide it is.\nwidth = 64" in text
    assert "# What it learns." in text
    assert made.preset is not None
    assert preset_digest(made.preset) == preset_digest(before)


def test_saved_with_what_was_set_it_says_that_and_the_other_arguments(tmp_path: Path) -> None:
    entry = overridden(
        resolve(str(own_preset(tmp_path / "project", NESTED))), ["model.width=3", "model.optimizer.name=sgd"]
    )
    saved = save_as_own(entry, "mine")
    assert entry.preset is not None
    assert saved.preset is not None
    assert isinstance(saved.preset.model, EntryModel)
    assert saved.preset.model.arguments["width"] == 3
    assert saved.preset.model.arguments["optimizer"] == {"name": "sgd", "schedule": {"warm_up": 10}}
    assert preset_digest(saved.preset) == preset_digest(entry.preset)
    assert "# How wide it is." in saved.path.read_text()


@pytest.mark.parametrize("is_complete", [False, True])
@pytest.mark.parametrize("text", [NESTED, OWN_MODEL, NESTED.replace('loss = "mse"\n', "")])
def test_written_anew_with_what_each_key_is_for_it_is_the_same(
    tmp_path: Path, text: str, is_complete: bool
) -> None:
    preset = load_preset(own_preset(tmp_path, text))
    told = commented_text(preset, is_complete=is_complete)
    assert load_preset(own_preset(tmp_path, told)) == preset


def test_what_says_an_argument_is_told_of_those_inside_tables_too(tmp_path: Path) -> None:
    path = own_preset(tmp_path)
    overrides = ["model.width=3", "model.optimizer.name=sgd"]
    preset = apply_overrides(load_preset(path), overrides)
    found = {one.key: source for one, source in with_sources(preset, read_toml(path), overrides)}
    assert (found["model.width"], found["model.optimizer.name"]) == ("override", "override")
    assert (found["model.optimizer.schedule.warm_up"], found["model.bias"]) == ("preset", "preset")
    assert (found["model.entry"], found["data.entry"], found["fit.seed"]) == ("preset", "preset", "default")
