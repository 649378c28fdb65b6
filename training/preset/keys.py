"""Every key a preset may have, read off its types: what it is for, what it may be, what holds where it is not said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect as types

from training.preset.attribute_docstrings import key_words
from training.preset.check import allowed
from training.preset.data import EntryData, OwnData
from training.preset.document import Preset
from training.preset.entry import ENTRY, ENTRY_FORMS
from training.preset.entry_table import ARGUMENT_FORMS, KEY
from training.preset.errors import listed
from training.preset.fits import tag
from training.preset.learning import LOSSES_FOR, metrics_for
from training.preset.model import EntryModel
from training.preset.names import LOSSES, OPTIMIZERS
from training.preset.printable import one_line
from training.preset.script import OWN, ScriptTable
from training.preset.script_document import ScriptFit

_NAMED_BY_KERAS = {
    "fit.loss": "a loss of Keras that fits the data; left out where the function of `model.entry` compiles its model",
    "fit.metrics": "a list of metrics of Keras that fit the data and the loss",
    "fit.optimizer": listed(OPTIMIZERS),
}
"""Keys that are any text by their type, and are held against names and each other after it."""

SCRIPT = "script"
_LEFT_TO_A_COMPILED_MODEL = "fit.loss"
"""Required, but for a preset whose model a function of the user's own makes."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table."""

    name: str
    words: str
    """What it is for, in one line."""
    allowed: str
    """What it may be, in words."""
    is_required: bool
    default: Any = None
    """Plain data; None where it is required, or not set unless it is said."""

    @property
    def default_text(self) -> str:
        """What holds where the key is not said."""
        if self.is_required:
            return "required"
        return "not set" if self.default is None else json.dumps(self.default, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a preset; of `model` and `data` there is one for each name."""

    name: str
    """Empty for the keys above the tables."""
    variant: str | None
    """What the table's `name` is, where it has one; `ENTRY` where it names a function of the user's own."""
    words: str
    """What its type says of itself, in one line."""
    keys: tuple[Key, ...]


def tables_of(preset: Preset) -> tuple[Table, ...]:
    """The tables that this preset has, in order, with what fits its data and its loss.

    One that names a function of the user's own has the arguments that the preset gives it.
    """
    if preset.script is not None:
        return beside_script()
    fitting = _fitting(preset)
    found = (one for one in every_table() if _has(preset, one))
    return tuple(
        replace(
            one,
            keys=(
                *(_as_in(preset, one, key, fitting.get(f"{one.name}.{key.name}")) for key in one.keys),
                *_arguments(preset, one),
            ),
        )
        for one in found
    )


def _fitting(preset: Preset) -> dict[str, str]:
    """What keys may be beside this preset's data and loss, as far as it is known what these are."""
    data, loss = preset.data, preset.fit.loss
    if isinstance(data, EntryData | OwnData) or isinstance(preset.model, EntryModel):
        return {"fit.loss": listed(LOSSES)}
    told = {"fit.loss": listed(LOSSES_FOR[data.target])}
    if loss is not None:
        told["fit.metrics"] = f"a list of {listed(metrics_for(data.target, loss))}"
    return told


def _arguments(preset: Preset, table: Table) -> Iterator[Key]:
    if table.variant == ENTRY:
        for name in getattr(preset, table.name).arguments:
            yield Key(name, "An argument of the function.", ARGUMENT_FORMS, is_required=True)


@cache
def beside_script() -> tuple[Table, ...]:
    """The tables of a preset with a script: it says itself what model, data and the rest of `fit` are."""
    above, script = (one for one in every_table() if one.name in ("", SCRIPT))
    return (above, script, _table("fit", ScriptFit))


@cache
def every_table() -> tuple[Table, ...]:
    """The keys above the tables, then every table a preset may have."""
    document = types.type_info(Preset)
    assert isinstance(document, types.StructType)
    words = key_words(document.cls)
    plain = tuple(_key("", field, words) for field in document.fields if not _structs(field.type))
    return (
        Table("", None, _about(document), plain),
        *(table for field in document.fields for table in _tables(field)),
    )


def _tables(field: types.Field) -> Iterator[Table]:
    if field.encode_name == SCRIPT:
        yield _table(SCRIPT, ScriptTable)
        return
    kinds = _structs(field.type)
    names = listed(str(kind.tag) for kind in kinds if kind.tag not in (ENTRY, OWN))
    for kind in (one for one in kinds if one.tag != OWN):
        words = key_words(kind.cls)
        if kind.tag == ENTRY:
            entry = Key(KEY, words.get(KEY, ""), ENTRY_FORMS, is_required=True)
            yield Table(field.encode_name, ENTRY, _about(kind), (entry,))
            continue
        keys = [_key(field.encode_name, one, words) for one in kind.fields]
        if kind.tag_field is not None:
            keys.insert(0, Key(kind.tag_field, _about(kind), names, is_required=True))
        variant = None if kind.tag is None else str(kind.tag)
        yield Table(field.encode_name, variant, _about(kind), tuple(keys))


def _table(name: str, kind: type[msgspec.Struct]) -> Table:
    told = types.type_info(kind)
    assert isinstance(told, types.StructType)
    words = key_words(kind)
    return Table(name, None, _about(told), tuple(_key(name, field, words) for field in told.fields))


def _key(table: str, field: types.Field, words: dict[str, str]) -> Key:
    dotted = f"{table}.{field.encode_name}"
    may_be = _NAMED_BY_KERAS.get(dotted) or allowed(field.type)
    default = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    plain = None if field.required else msgspec.to_builtins(default)
    return Key(
        field.encode_name,
        words.get(field.name, ""),
        may_be,
        field.required or dotted == _LEFT_TO_A_COMPILED_MODEL,
        list(plain) if isinstance(plain, tuple) else plain,
    )


def _structs(kind: types.Type) -> list[types.StructType]:
    kinds = kind.types if isinstance(kind, types.UnionType) else (kind,)
    return [one for one in kinds if isinstance(one, types.StructType)]


def _about(kind: types.StructType) -> str:
    return one_line(kind.cls.__doc__ or "")


def _has(preset: Preset, table: Table) -> bool:
    if not table.name:
        return True
    spec = getattr(preset, table.name)
    return spec is not None and table.variant in (None, tag(spec))


def _as_in(preset: Preset, table: Table, key: Key, fitting: str | None) -> Key:
    """The key as it is beside what else the preset says."""
    if f"{table.name}.{key.name}" == _LEFT_TO_A_COMPILED_MODEL and isinstance(preset.model, EntryModel):
        key = replace(key, is_required=False)
    return key if fitting is None else replace(key, allowed=fitting)
