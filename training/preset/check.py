"""Compare a parsed TOML document with what the types of a preset allow, and word the first difference.

msgspec would refuse the same documents, but its messages name neither the nearest valid key nor what is
allowed. The types stay the only place where ranges are written: this reads them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from msgspec import inspect as types

from training.preset.entry import ENTRY, ENTRY_FORMS
from training.preset.entry_table import KEY, check_entry_table, is_entry_table
from training.preset.errors import Problem, dotted, found, listed, nearest
from training.preset.script import OWN


def check(value: Any, kind: types.Type, key: str = "") -> Problem | None:
    """The first thing in the value that the type does not allow."""
    match kind:
        case types.Metadata(type=inner):
            return check(value, inner, key)
        case types.StructType():
            return _check_struct(value, kind, key)
        case types.UnionType():
            return _check_union(value, kind, key)
        case types.VarTupleType():
            return _check_list(value, kind, key)
        case types.DictType():
            return _check_texts(value, kind, key)
        case _:
            return (
                None
                if _holds(value, kind)
                else Problem(key, found(value), allowed(kind), _close(value, kind))
            )


def allowed(kind: types.Type) -> str:
    """What a type allows, in words."""
    match kind:
        case types.Metadata(type=inner):
            return allowed(inner)
        case types.BoolType():
            return "true or false"
        case types.IntType():
            return f"a whole number{_bounds(kind)}"
        case types.FloatType():
            return f"a finite number{_bounds(kind)}"
        case types.StrType():
            return f"text{_lengths(kind.min_length, kind.max_length, 'characters')}"
        case types.LiteralType():
            return listed(kind.values)
        case types.VarTupleType():
            entries = _lengths(kind.min_length, kind.max_length, "entries")
            return f"a list{entries}, each {allowed(kind.item_type)}"
        case types.DictType(value_type=inner):
            return f"a table, each value {allowed(inner)}"
        case types.UnionType() if not any(isinstance(one, types.StructType) for one in kind.types):
            return " or ".join(allowed(one) for one in kind.types if not isinstance(one, types.NoneType))
        case types.UnionType():
            return f"a table with a name, one of {listed(_by_tag(kind))}; or with an {KEY}, {ENTRY_FORMS}"
        case types.StructType():
            return f"a table with {listed_keys(kind)}"
        case _:
            return "a value"


def listed_keys(kind: types.StructType) -> str:
    """The keys a table may have."""
    tag = [str(kind.tag_field)] if kind.tag_field else []
    return ", ".join([*tag, *(field.encode_name for field in kind.fields)])


def _check_struct(value: Any, kind: types.StructType, key: str) -> Problem | None:
    if not isinstance(value, Mapping):
        return Problem(key, found(value), allowed(kind))
    fields = {field.encode_name: field for field in kind.fields}
    known = [*fields, *([kind.tag_field] if kind.tag_field else [])]
    for name in value:
        if name not in known:
            where = f"table {key}" if key else "top level"
            return Problem(
                dotted(key, name), f"a key unknown here ({where})", listed_keys(kind), nearest(name, known)
            )
    for name, field in fields.items():
        if name in value:
            problem = check(value[name], field.type, dotted(key, name))
            if problem:
                return problem
        elif field.required:
            return Problem(dotted(key, name), "nothing (it is required)", allowed(field.type))
    return None


def _check_union(value: Any, kind: types.UnionType, key: str) -> Problem | None:
    tagged = _by_tag(kind)
    if not tagged:
        if any(check(value, one, key) is None for one in kind.types):
            return None
        closest = [_close(value, one) for one in kind.types]
        return Problem(key, found(value), allowed(kind), next(filter(None, closest), None))
    if not isinstance(value, Mapping):
        return Problem(key, found(value), allowed(kind))
    if is_entry_table(value):
        return check_entry_table(value, key)
    name = value.get("name")
    if name is None:
        names = f"{listed(tagged)}; or {key}.{KEY} = {ENTRY_FORMS}"
        return Problem(dotted(key, "name"), "nothing (it is required)", names)
    if not isinstance(name, str) or name not in tagged:
        close = nearest(name, tagged) if isinstance(name, str) else None
        return Problem(dotted(key, "name"), found(name), listed(tagged), close)
    return _check_struct(value, tagged[name], key)


def _check_list(value: Any, kind: types.VarTupleType, key: str) -> Problem | None:
    if not isinstance(value, list | tuple) or not _fits_length(value, kind.min_length, kind.max_length):
        return Problem(key, found(value), allowed(kind))
    problems = (check(one, kind.item_type, f"{key}[{index}]") for index, one in enumerate(value))
    return next(filter(None, problems), None)


def _check_texts(value: Any, kind: types.DictType, key: str) -> Problem | None:
    if not isinstance(value, Mapping):
        return Problem(key, found(value), allowed(kind))
    problems = (check(one, kind.value_type, dotted(key, name)) for name, one in value.items())
    return next(filter(None, problems), None)


def _holds(value: Any, kind: types.Type) -> bool:
    match kind:
        case types.NoneType():
            return value is None
        case types.BoolType():
            return isinstance(value, bool)
        case types.IntType():
            return isinstance(value, int) and not isinstance(value, bool) and _within(value, kind)
        case types.FloatType():
            if isinstance(value, bool) or not isinstance(value, int | float):
                return False
            return abs(value) < 2**1023 and math.isfinite(value) and _within(value, kind)
        case types.StrType():
            return isinstance(value, str) and _fits_length(value, kind.min_length, kind.max_length)
        case types.LiteralType():
            return any(type(value) is type(one) and value == one for one in kind.values)
        case _:
            raise TypeError(f"no preset has a value of type {kind!r}")


def _within(value: float, kind: types.IntType | types.FloatType) -> bool:
    return (
        (kind.ge is None or value >= kind.ge)
        and (kind.gt is None or value > kind.gt)
        and (kind.le is None or value <= kind.le)
        and (kind.lt is None or value < kind.lt)
        and -(2**63) <= value < 2**63
    )


def _bounds(kind: types.IntType | types.FloatType) -> str:
    low = f"from {kind.ge}" if kind.ge is not None else f"above {kind.gt}" if kind.gt is not None else ""
    high = f"to {kind.le}" if kind.le is not None else f"below {kind.lt}" if kind.lt is not None else ""
    return "".join(f" {bound}" for bound in (low, high) if bound)


def _lengths(low: int | None, high: int | None, unit: str) -> str:
    if low is None and high is None:
        return ""
    return f" of {low or 0} to {high} {unit}" if high is not None else f" of at least {low} {unit}"


def _fits_length(value: Any, low: int | None, high: int | None) -> bool:
    return (low is None or len(value) >= low) and (high is None or len(value) <= high)


def _close(value: Any, kind: types.Type) -> str | None:
    if not isinstance(value, str) or not isinstance(kind, types.LiteralType):
        return None
    return nearest(value, [one for one in kind.values if isinstance(one, str)])


def _by_tag(kind: types.UnionType) -> dict[str, types.StructType]:
    """What a table's name can be; what code of the user's own is kept as has no name that a person could say."""
    structs = (
        one for one in kind.types if isinstance(one, types.StructType) and one.tag not in (None, ENTRY, OWN)
    )
    return {str(one.tag): one for one in structs}
