"""The keys of a preset as its types tell them: each has words, and what it may be."""

from __future__ import annotations

import tomllib
from typing import get_args

import msgspec
import pytest

from tests.app.pick_world import preset
from training.preset import explain
from training.preset.attribute_docstrings import key_words
from training.preset.data import DataSpec, IdPairs, OwnData, TabularBinary
from training.preset.document import PROSE
from training.preset.keys import Key, Table, every_table, tables_of
from training.preset.model import Lstm, Mlp, ModelSpec, OwnModel

KEYS = [
    pytest.param(table, key, id=".".join(filter(None, (table.name, table.variant, key.name))))
    for table in every_table()
    for key in table.keys
]


def key(tables: tuple[Table, ...], dotted: str) -> Key:
    """One key of these tables."""
    name, _, last = dotted.rpartition(".")
    return next(one for table in tables if table.name == name for one in table.keys if one.name == last)


@pytest.mark.parametrize(("table", "one"), KEYS)
def test_every_key_has_words_and_says_what_it_may_be(table: Table, one: Key) -> None:
    assert one.words.endswith("."), f"{table.name} {table.variant}: {one.name} needs a docstring in its type"
    assert len(one.words) <= 110, "one line"
    assert one.words.isprintable()
    assert one.allowed


def test_there_is_a_table_for_each_name() -> None:
    found = [(table.name, table.variant) for table in every_table()]
    assert found[0] == ("", None)
    for name, kinds in (("model", get_args(ModelSpec)), ("data", get_args(DataSpec))):
        tags = [kind.__struct_config__.tag for kind in kinds if kind not in (OwnModel, OwnData)]
        assert [variant for table, variant in found if table == name] == tags
    assert found[-4:] == [("fit", None), ("device", None), ("checkpoint", None), ("script", None)]
    assert [one.name for one in every_table()[0].keys] == list(PROSE)


def test_a_preset_has_the_tables_of_its_own_names_in_reading_order() -> None:
    tables = tables_of(preset())
    assert [(one.name, one.variant) for one in tables] == [
        ("", None),
        ("model", "mlp"),
        ("data", "tabular-binary"),
        ("fit", None),
        ("device", None),
        ("checkpoint", None),
    ]
    told = [f"{table.name}.{one.name}" for table in tables[1:] for one in table.keys]
    assert told == [setting.key for setting in explain(preset())]


def test_what_names_keras_knows_are_said_as_they_fit_the_preset() -> None:
    assert '"hinge"' in key(tables_of(preset()), "fit.loss").allowed
    assert '"auc"' in key(tables_of(preset()), "fit.metrics").allowed
    assert '"auc"' not in key(tables_of(preset(loss="hinge")), "fit.metrics").allowed
    assert key(every_table(), "fit.loss").allowed.startswith(
        "a loss of Keras that fits the data; left out where"
    )
    assert '"sgd"' in key(every_table(), "fit.optimizer").allowed


@pytest.mark.parametrize(
    ("dotted", "told"),
    [
        ("title", "required"),
        ("model.name", "required"),
        ("fit.steps", "not set"),
        ("fit.metrics", "[]"),
        ("fit.backend", '"tensorflow"'),
        ("device.xla", '"auto"'),
        ("checkpoint.every_s", "30.0"),
    ],
)
def test_what_holds_where_a_key_is_not_said(dotted: str, told: str) -> None:
    assert key(every_table(), dotted).default_text == told


def test_a_default_is_told_as_toml_has_it() -> None:
    for table in every_table():
        for one in table.keys:
            if not one.is_required and one.default is not None:
                assert tomllib.loads(f"value = {one.default_text}")["value"] == one.default


def test_words_are_a_keys_own_else_those_of_its_alias_else_none() -> None:
    assert key_words(Mlp)["hidden"] == "Units of each hidden layer, first to last."
    assert key_words(Mlp)["dropout"].startswith("Share of the values")
    assert key_words(TabularBinary)["samples"] == key_words(IdPairs)["samples"]
    assert key_words(IdPairs)["users"] != key_words(IdPairs)["items"]


def test_words_are_inherited() -> None:
    assert key_words(Lstm)["units"] == "Units of each layer, first to last."


def test_a_type_without_source_has_no_words() -> None:
    made = msgspec.defstruct("Made", [("size", int)], module="builtins")
    assert key_words(made) == {}
