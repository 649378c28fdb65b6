"""Keys set from the command line, the content's name, and the explanation of a preset."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from training.preset import Preset, PresetError, apply_overrides, explain, load_preset, preset_digest
from training.preset_library import shipped_folder


@pytest.fixture
def preset() -> Preset:
    return load_preset(shipped_folder() / "seed-binary.toml")


def value(preset: Preset, key: str) -> Any:
    """What a preset says under a dotted key."""
    return {setting.key: setting.value for setting in explain(preset)}[key]


@pytest.mark.parametrize(
    ("override", "key", "expected"),
    [
        ("fit.batch_size=64", "fit.batch_size", 64),
        ("model.hidden=[32,32]", "model.hidden", [32, 32]),
        ("model.hidden = [ 7 ]", "model.hidden", [7]),
        ("fit.learning_rate=1", "fit.learning_rate", 1.0),
        ("fit.optimizer=sgd", "fit.optimizer", "sgd"),
        ('fit.optimizer="sgd"', "fit.optimizer", "sgd"),
        ("device.memory=growth", "device.memory", "growth"),
        ("device.memory=512", "device.memory", 512),
        ("device.xla=false", "device.xla", False),
        ("fit.steps=100", "fit.steps", 100),
        ("fit.metrics=[]", "fit.metrics", []),
    ],
)
def test_sets_a_key(preset: Preset, override: str, key: str, expected: object) -> None:
    assert value(apply_overrides(preset, [override]), key) == expected


def test_the_last_of_the_same_key_wins(preset: Preset) -> None:
    assert apply_overrides(preset, ["fit.epochs=2", "fit.epochs=3"]).fit.epochs == 3
    assert apply_overrides(preset, []) is preset


def test_another_architecture_starts_from_its_own_defaults(preset: Preset) -> None:
    changed = apply_overrides(
        preset,
        [
            "model.units=[16]",
            "model.name=lstm",
            "data.name=sequences",
            "fit.loss=sparse_categorical_crossentropy",
            "fit.metrics=[]",
        ],
    )
    assert value(changed, "model.name") == "lstm"
    assert value(changed, "model.units") == [16]
    assert value(changed, "data.length") == 64


@pytest.mark.parametrize(
    ("overrides", "parts"),
    [
        (["fit.batch_size=0"], ["override fit.batch_size=0: fit.batch_size: found 0", "1 to 1048576"]),
        (["fit.bach_size=8"], ["override fit.bach_size=8:", "did you mean batch_size"]),
        (["fit.epochs=5", "fit.loss=msee"], ["override fit.loss=msee: fit.loss:", "did you mean mse"]),
        (["fit.seed.x=3"], ["override fit.seed.x=3: fit.seed.x:", "not a table"]),
        (["fit=3"], ["override fit=3: fit: found 3", "a table"]),
        (["model.name=cnn"], ["override model.name=cnn: model.name:", "data.name"]),
        (["data.name=images"], ["override data.name=images", "model.name"]),
        (["fit.optimizer=two words"], ["override fit.optimizer=two words:", "quotes"]),
        (["fit.metrics=[auc]"], ["override fit.metrics=[auc]", "TOML value"]),
        (["fit.epochs=\x1b[31m"], ["override fit.epochs=\\x1b[31m"]),
    ],
)
def test_a_bad_override_is_named(preset: Preset, overrides: list[str], parts: list[str]) -> None:
    with pytest.raises(PresetError) as caught:
        apply_overrides(preset, overrides)
    message = str(caught.value)
    assert message.isprintable()
    assert all(part in message for part in parts), message


def test_digest_is_of_the_training_alone(preset: Preset) -> None:
    told_otherwise = msgspec.structs.replace(preset, title="x", description="y", stresses="z", origin="w")
    assert preset_digest(told_otherwise) == preset_digest(preset)
    assert preset_digest(apply_overrides(preset, ["fit.seed=9"])) != preset_digest(preset)
    # A default that is written out trains the same.
    assert preset_digest(apply_overrides(preset, ["checkpoint.keep=2"])) == preset_digest(preset)
    assert len(preset_digest(preset)) == 64


def test_digest_is_the_one_from_before_there_were_origins_and_scripts(preset: Preset) -> None:
    plain = msgspec.structs.replace(preset, title="-", description="", stresses="", origin="")
    whole = msgspec.json.encode(plain, order="deterministic")
    before = whole.replace(b'"origin":"",', b"").replace(b',"script":null', b"")
    assert len(before) == len(whole) - len(b'"origin":"","script":null,')
    assert preset_digest(preset) == hashlib.sha256(before).hexdigest()


def test_digest_and_presets_survive_the_plan_file(preset: Preset) -> None:
    again = msgspec.json.decode(msgspec.json.encode(preset), type=Preset)
    assert again == preset
    assert preset_digest(again) == preset_digest(preset)


def test_explain_tells_defaults_apart(preset: Preset) -> None:
    settings = {setting.key: setting for setting in explain(preset)}
    assert settings["model.name"].text == '"mlp"'
    assert settings["fit.batch_size"] == ("fit.batch_size", 32, True)
    assert not settings["fit.learning_rate"].is_default
    assert settings["fit.steps"].text == "not set"
    assert settings["model.hidden"].text == "[64]"
    assert [key.partition(".")[0] for key in settings][-1] == "checkpoint"


def test_texts_for_people_are_one_harmless_line(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(
        'title = "a\\u001b[31m"\ndescription = """\none\n two\\u202e"""\n'
        '[model]\nname = "mlp"\nhidden = [2]\n'
        '[data]\nname = "tabular-binary"\n[fit]\nloss = "bce"\n'
    )
    preset = load_preset(path)
    assert preset.title == "a\\x1b[31m"
    assert preset.description == "one two\\u202e"
