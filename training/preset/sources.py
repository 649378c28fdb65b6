"""Where each setting of a resolved preset comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from training.preset.document import Preset
from training.preset.explain import Setting, explain
from training.preset.overrides import key_of

Source = Literal["preset", "default", "override"]


def with_sources(
    preset: Preset, document: Mapping[str, Any], overrides: Sequence[str] = ()
) -> list[tuple[Setting, Source]]:
    """Every setting in reading order with what said it.

    Args:
        preset: as resolved.
        document: what its file says.
        overrides: what is set beside the file, as `--set` takes it.
    """
    overridden = {key_of(override) for override in overrides}
    settings = explain(preset)
    named = {setting.key: setting.value for setting in settings}
    said = {
        f"{table}.{key}"
        for table, values in document.items()
        if isinstance(values, Mapping)
        # Another architecture or data set begins with its own defaults, whatever the file says of the old one.
        and values.get("name") == named.get(f"{table}.name")
        for key in values
    }
    return [(setting, _source(setting, said, overridden)) for setting in settings]


def _source(setting: Setting, said: set[str], overridden: set[str]) -> Source:
    if overridden.intersection(_with_tables(setting.key)):
        return "override"
    if setting.key.partition(".")[0] in overridden:  # the whole table at once
        return "default" if setting.is_default else "override"
    return "preset" if said.intersection(_with_tables(setting.key)) else "default"


def _with_tables(key: str) -> Iterator[str]:
    """The key, and the keys of the tables of a table that it stands in, as an argument may be one."""
    parts = key.split(".")
    return (".".join(parts[:count]) for count in range(2, len(parts) + 1))
