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
from training.preset.document import Preset
from training.preset.errors import listed
from training.preset.fits import tag
from training.preset.learning import LOSSES_FOR, metrics_for
from training.preset.names import OPTIMIZERS
from training.preset.printable import one_line

_NAMED_BY_KERAS = {
    "fit.loss": "a loss of Keras that fits the data",
    "fit.metrics": "a list of metrics of Keras that fit the data and the loss",
    "fit.optimizer": listed(OPTIMIZERS),
}
"""Keys that are any text by their type, and are held against names and each other after it."""


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
    """What the table's `name` is, where it has one."""
    words: str
    """What its type says of itself, in one line."""
    keys: tuple[Key, ...]


def tables_of(preset: Preset) -> tuple[Table, ...]:
    """The tables that this preset has, in order, with what fits its data and its loss."""
    fitting = {
        "fit.loss": listed(LOSSES_FOR[preset.data.target]),
        "fit.metrics": f"a list of {listed(metrics_for(preset.data.target, preset.fit.loss))}",
    }
    found = (one for one in every_table() if _has(preset, one))
    return tuple(
        replace(one, keys=tuple(_narrowed(key, fitting.get(f"{one.name}.{key.name}")) for key in one.keys))
        for one in found
    )


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
    kinds = _structs(field.type)
    names = listed(str(kind.tag) for kind in kinds)
    for kind in kinds:
        words = key_words(kind.cls)
        keys = [_key(field.encode_name, one, words) for one in kind.fields]
        if kind.tag_field is not None:
            keys.insert(0, Key(kind.tag_field, _about(kind), names, is_required=True))
        variant = None if kind.tag is None else str(kind.tag)
        yield Table(field.encode_name, variant, _about(kind), tuple(keys))


def _key(table: str, field: types.Field, words: dict[str, str]) -> Key:
    may_be = _NAMED_BY_KERAS.get(f"{table}.{field.encode_name}") or allowed(field.type)
    default = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    plain = None if field.required else msgspec.to_builtins(default)
    return Key(
        field.encode_name,
        words.get(field.name, ""),
        may_be,
        field.required,
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


def _narrowed(key: Key, fitting: str | None) -> Key:
    return key if fitting is None else replace(key, allowed=fitting)
