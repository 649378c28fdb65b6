"""Every setting of a preset in reading order, for `presets show` and the details pane."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from training.preset.data import EntryData
from training.preset.document import Preset
from training.preset.errors import dotted
from training.preset.model import EntryModel
from training.preset.printable import printable


class Setting(NamedTuple):
    """One key with the value that holds, whether the file says it or not."""

    key: str
    """Dotted, as `fit.batch_size`."""
    value: Any
    """Plain data: number, text, truth value, list, table, or None where nothing is set."""
    is_default: bool
    """It is what holds when the file says nothing."""

    @property
    def text(self) -> str:
        """The value as TOML would write it, harmless on a terminal."""
        return "not set" if self.value is None else printable(_as_toml(self.value))


def explain(preset: Preset) -> list[Setting]:
    """The settings of model, data, fit, device and checkpoint, or of a script; texts for people are the caller's."""
    if preset.script is not None:
        return [
            setting._replace(key="fit.backend") if setting.key == "script.backend" else setting
            for setting in _settings("script", preset.script)
        ]
    tables = {
        "model": preset.model,
        "data": preset.data,
        "fit": preset.fit,
        "device": preset.device,
        "checkpoint": preset.checkpoint,
    }
    return [setting for name, table in tables.items() for setting in _settings(name, table)]


def _settings(table: str, spec: msgspec.Struct) -> Iterator[Setting]:
    if isinstance(spec, EntryModel | EntryData):
        yield Setting(f"{table}.entry", spec.entry.text, False)
        yield from _arguments(table, spec.arguments)
        return
    tag = spec.__struct_config__.tag
    if tag is not None:
        yield Setting(f"{table}.name", str(tag), False)
    for field in msgspec.structs.fields(spec):
        value = getattr(spec, field.name)
        is_default = not field.required and value == _default(field)
        yield Setting(
            f"{table}.{field.encode_name}", list(value) if isinstance(value, tuple) else value, is_default
        )


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


def _arguments(table: str, arguments: Mapping[str, Any]) -> Iterator[Setting]:
    """Keys of tables inside are dotted, as `--set` takes them."""
    for name, value in arguments.items():
        key = dotted(table, name)
        if isinstance(value, Mapping) and value:
            yield from _arguments(key, value)
        else:
            yield Setting(key, value, False)


def _as_toml(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{dotted('', name)} = {_as_toml(one)}" for name, one in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_as_toml(one) for one in value)}]"
    return json.dumps(value, ensure_ascii=False)
