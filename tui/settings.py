"""What a user has settled: on the command line, in the environment, in a file, or nowhere."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec import inspect as types

from training.preset import PresetError
from training.preset.check import check
from training.preset.printable import printable
from training.preset.toml_file import read_toml
from training.preset_library import user_folder

ThemeName = Literal["dualtrain-dark", "dualtrain-light", "terminal"]
Source = Literal["option", "environment", "file", "default"]
Value = str | bool | float

_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class SettingsError(ValueError):
    """A setting that cannot be used; the message names where it stands, its key, what was found and what is allowed."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Every setting there is, with what holds where nothing is said."""

    theme: ThemeName = "dualtrain-dark"
    """The screen's colours; `terminal` takes the terminal's own sixteen."""
    ascii: bool | Literal["auto"] = "auto"
    """Draw with ASCII alone; `auto` looks at the locale and the kind of terminal."""
    mouse: bool = False
    """Take mouse clicks, which takes the terminal's own selection away."""
    bell: bool = True
    """Ring the terminal's bell when a lane ends."""
    refresh_s: Annotated[float, Meta(ge=0.2, le=60)] = 1.0
    """How often the live screen looks at the run, until `[` or `]` says otherwise."""
    plain_interval_s: Annotated[float, Meta(ge=0.2, le=3600)] = 5.0
    """How often `--plain` prints a line for each lane."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The settings that hold, and where each comes from."""

    settings: Settings
    sources: Mapping[str, Source]
    file: Path
    """The settings file; it need not exist."""

    def is_chosen(self, name: str) -> bool:
        """Whether somebody has said what this setting is to be."""
        return self.sources[name] != "default"

    def where(self, name: str) -> str:
        """Where a setting comes from, for people."""
        match self.sources[name]:
            case "option":
                return "the command line"
            case "environment":
                return variable(name)
            case "file":
                return printable(str(self.file))
            case "default":
                return "default"


def settings_file() -> Path:
    """The settings file, beside the folder of the user's presets; it need not exist."""
    return user_folder().with_name("config.toml")


def variable(name: str) -> str:
    """The environment variable that stands above the file's key of this name."""
    return f"DUALTRAIN_{name.upper()}"


def resolve_settings(
    options: Mapping[str, Value | None] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Resolved:
    """The settings that hold: an option before the environment, that before the file, that before the defaults.

    Args:
        options: what the command line said, by the setting's name; None is nothing.
        environment: the process's own unless given.
        file: the user's settings file unless given.

    Raises:
        SettingsError: the file or a variable says something that no setting may be.
    """
    file = settings_file() if file is None else file
    said: dict[Source, dict[str, Value]] = {
        "file": _from_file(file),
        "environment": _from_environment(os.environ if environment is None else environment),
        "option": {name: value for name, value in (options or {}).items() if value is not None},
    }
    values: dict[str, Value] = {}
    sources: dict[str, Source] = dict.fromkeys(Settings.__struct_fields__, "default")
    for source, found in said.items():
        values |= found
        sources |= dict.fromkeys(found, source)
    return Resolved(msgspec.convert(values, Settings), sources, file)


def _from_file(file: Path) -> dict[str, Value]:
    if not os.path.lexists(file):
        return {}
    try:
        document = read_toml(file)
    except PresetError as error:
        raise SettingsError(str(error)) from None
    _refuse(document, types.type_info(Settings), printable(str(file), limit=500))
    return document


def _from_environment(environment: Mapping[str, str]) -> dict[str, Value]:
    texts = {name: environment.get(variable(name), "").strip() for name in Settings.__struct_fields__}
    if not any(texts.values()):
        return {}
    kind = types.type_info(Settings)
    assert isinstance(kind, types.StructType)
    found: dict[str, Value] = {}
    for field in kind.fields:
        text = texts[field.name]
        if text:
            found[field.name] = _typed(text, field.type)
            _refuse(found[field.name], field.type, variable(field.name))
    return found


def _typed(text: str, kind: types.Type) -> Value:
    """What a variable's text means to a setting of this type; text that means nothing to it stays text."""
    kinds = kind.types if isinstance(kind, types.UnionType) else (kind,)
    if any(isinstance(one, types.BoolType) for one in kinds):
        return True if text.lower() in _TRUE else False if text.lower() in _FALSE else text
    if any(isinstance(one, types.FloatType) for one in kinds):
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _refuse(value: Any, kind: types.Type, source: str) -> None:
    problem = check(value, kind)
    if problem is not None:
        raise SettingsError(str(problem.error(source)))
