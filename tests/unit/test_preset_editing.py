"""Settings typed anew: judged as `--set` judges them, told in one sentence, and taken as overrides."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.pick_world import preset
from training.preset import Preset, PresetError, apply_overrides, load_preset
from training.preset.editing import EditKey, draft, edit_keys
from training.preset.script import ScriptSpec
from training.preset.script_document import script_preset
from training.preset_library import shipped_folder

ONE = preset()
RANKED = load_preset(shipped_folder() / "seed-binary.toml")


def test_a_draft_begins_with_what_the_preset_says_and_changes_nothing() -> None:
    begun = draft(ONE)
    assert begun.texts == {
        "fit.batch_size": "32",
        "fit.epochs": "4",
        "fit.learning_rate": "0.001",
        "device.precision": "float32",
        "device.memory": "growth",
    }
    assert begun.overrides() == ()
    assert begun.refused is None
    assert not any(begun.is_changed(key) for key in begun.texts)


def test_a_preset_that_is_bound_by_steps_has_those_in_place_of_epochs() -> None:
    bound = apply_overrides(ONE, ["fit.steps=300"])
    assert edit_keys(bound)[1] == "fit.steps"
    assert draft(bound).texts["fit.steps"] == "300"


@pytest.mark.parametrize(
    ("key", "typed", "override"),
    [
        ("fit.batch_size", "64", "fit.batch_size=64"),
        ("fit.batch_size", " 0x40 ", "fit.batch_size=64"),
        ("fit.epochs", "1_000", "fit.epochs=1000"),
        ("fit.learning_rate", "3e-4", "fit.learning_rate=0.0003"),
        ("fit.learning_rate", "1", "fit.learning_rate=1"),
        ("fit.learning_rate", "1e-7", "fit.learning_rate=1e-07"),
        ("device.precision", "mixed_float16", "device.precision=mixed_float16"),
        ("device.memory", "2048", "device.memory=2048"),
    ],
)
def test_what_is_typed_becomes_an_override_that_says_the_same(
    key: EditKey, typed: str, override: str
) -> None:
    changed = draft(ONE)
    changed.texts[key] = typed
    assert changed.refusal(key) is None
    assert changed.is_changed(key)
    assert changed.overrides() == (override,)
    again = draft(ONE, changed.overrides()).overrides()
    assert apply_overrides(ONE, again) == apply_overrides(ONE, [override])


@pytest.mark.parametrize("typed", ["32", "0x20", "32 # as it was"])
def test_the_same_said_otherwise_is_no_change(typed: str) -> None:
    changed = draft(ONE)
    changed.texts["fit.batch_size"] = typed
    assert changed.overrides() == ()


@pytest.mark.parametrize(
    ("key", "typed", "sentence"),
    [
        ("fit.batch_size", "0", "found 0; allowed: a whole number from 1 to 1048576"),
        ("fit.batch_size", "", 'found ""; allowed: a whole number from 1 to 1048576'),
        ("fit.batch_size", "1,000", 'found "1,000"; allowed: a whole number from 1 to 1048576'),
        ("fit.batch_size", "6 4", 'found "6 4"; allowed: a whole number from 1 to 1048576'),
        ("fit.batch_size", "9" * 24, "found a number beyond 64 bits; allowed: a whole number"),
        ("fit.epochs", "1.5", "found 1.5; allowed: a whole number from 1 to 1000000"),
        ("fit.learning_rate", "1e", 'found "1e"; allowed: a finite number above 0'),
        ("fit.learning_rate", "nan", "found nan; allowed: a finite number above 0"),
        ("fit.learning_rate", "0", "found 0; allowed: a finite number above 0"),
        ("device.precision", "mixed_16", "did you mean mixed_float16?"),
        ("device.memory", "63", "found 63; allowed: a whole number from 64 to 1048576 or "),
        ("device.memory", "grow", "did you mean growth?"),
    ],
)
def test_what_cannot_be_is_told_in_one_sentence(key: EditKey, typed: str, sentence: str) -> None:
    changed = draft(ONE)
    changed.texts[key] = typed
    told = changed.refusal(key)
    assert told is not None
    assert sentence in told
    assert told.isprintable()
    assert changed.refused == key
    assert changed.is_changed(key)
    with pytest.raises(PresetError):
        changed.overrides()


def test_what_is_wrong_elsewhere_for_it_names_where() -> None:
    ranked = apply_overrides(
        load_preset(shipped_folder() / "cnn-small.toml"),
        ["fit.loss=sparse_categorical_crossentropy", 'fit.metrics=["sparse_top_k_categorical_accuracy"]'],
    )
    changed = draft(ranked)
    changed.texts["device.precision"] = "float64"
    assert (changed.refusal("device.precision") or "").startswith("fit.metrics[0]: found ")


def test_what_has_no_field_is_kept_and_a_new_draft_of_the_file_drops_it() -> None:
    overrides = ["model.hidden=[8]", "fit.seed=5", "fit.batch_size=16"]
    changed = draft(RANKED, overrides)
    assert changed.texts["fit.batch_size"] == "16"
    changed.texts["fit.batch_size"] = "32"
    changed.texts["fit.epochs"] = "2"
    assert changed.overrides() == ("model.hidden=[8]", "fit.seed=5", "fit.epochs=2")
    assert draft(RANKED).overrides() == ()


def test_steps_set_beside_a_preset_of_epochs_can_be_typed_anew_and_taken_back() -> None:
    changed = draft(ONE, ["fit.steps=100"])
    assert "fit.epochs" not in changed.texts
    assert changed.is_changed("fit.steps")
    assert changed.own_text("fit.steps") == "not set"
    changed.texts["fit.steps"] = "50"
    assert changed.overrides() == ("fit.steps=50",)
    assert "fit.epochs" in draft(ONE).texts


def test_overrides_that_do_not_fit_any_more_are_an_error() -> None:
    with pytest.raises(PresetError):
        draft(ONE, ["model.layers=3"])


SCRIPT = script_preset(
    ScriptSpec(path="/x/train.py", args=("--lr", "0.1", "two words", ""), env={"A": "1 2"}, cwd="/x"), "mine"
)
PROGRAM = script_preset(ScriptSpec(exec=("sleep", "3"), cwd="/x"), "mine")


class TestScripts:
    def test_words_and_variables_stand_in_a_line_each(self) -> None:
        begun = draft(SCRIPT)
        assert begun.texts == {"script.args": "--lr 0.1 'two words' ''", "script.env": "'A=1 2'"}
        assert begun.overrides() == ()
        assert draft(PROGRAM).texts == {"script.exec": "sleep 3", "script.env": ""}

    @pytest.mark.parametrize(
        ("key", "typed", "override"),
        [
            ("script.args", "--lr 0.2 'a b'", 'script.args=["--lr", "0.2", "a b"]'),
            ("script.args", "", "script.args=[]"),
            ("script.env", "B=2 'C=x y' D=", 'script.env={B = "2", C = "x y", D = ""}'),
            ("script.env", " ", "script.env={}"),
        ],
    )
    def test_what_is_typed_becomes_an_override(self, key: EditKey, typed: str, override: str) -> None:
        changed = draft(SCRIPT)
        changed.texts[key] = typed
        assert changed.is_changed(key)
        assert changed.overrides() == (override,)
        again = draft(SCRIPT, changed.overrides())
        assert again.overrides() == (override,)
        assert apply_overrides(SCRIPT, [override]) == apply_overrides(SCRIPT, again.overrides())

    @pytest.mark.parametrize(
        ("own", "key", "typed", "sentence"),
        [
            (SCRIPT, "script.args", "'a", 'found "\'a" (no closing quotation); allowed: words as a shell'),
            (SCRIPT, "script.env", "A", 'found "A"; allowed: NAME=VALUE'),
            (SCRIPT, "script.env", "=1", "the name"),
            (PROGRAM, "script.exec", "", "found an empty list"),
        ],
    )
    def test_what_cannot_be_is_told(self, own: Preset, key: EditKey, typed: str, sentence: str) -> None:
        changed = draft(own)
        changed.texts[key] = typed
        assert sentence in (changed.refusal(key) or "")
        assert changed.refused == key
        with pytest.raises(PresetError):
            changed.overrides()

    def test_a_variable_that_is_set_by_itself_is_shown_in_the_line(self) -> None:
        changed = draft(SCRIPT, ["script.env.B=b"])
        assert changed.texts["script.env"] == "'A=1 2' B=b"
        assert changed.overrides() == ("script.env.B=b",)


def own_with(key: EditKey) -> Preset:
    """A preset that has a field for this key."""
    if key == "script.exec":
        return PROGRAM
    if key.startswith("script."):
        return SCRIPT
    return apply_overrides(ONE, ["fit.steps=300"]) if key == "fit.steps" else ONE


@given(key=st.sampled_from(get_args(EditKey)), typed=st.text(max_size=30))
def test_whatever_is_typed_is_taken_or_told(key: EditKey, typed: str) -> None:
    own = own_with(key)
    changed = draft(own)
    changed.texts[key] = typed
    told = changed.refusal(key)
    if told is None:
        assert draft(own, changed.overrides()).refused is None
    else:
        assert told.isprintable()
        assert changed.refused == key
