"""docs/presets.md, made of the types of a preset: `make docs` writes it, and a test fails where it is stale."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import get_args

from msgspec import Struct

from training.preset import data as datasets
from training.preset import model as models
from training.preset import reference_prose as prose
from training.preset.commented import commented_text
from training.preset.entry import ENTRY
from training.preset.entry_table import ARGUMENT_FORMS, KEY
from training.preset.fits import TARGET_WORDS
from training.preset.keys import SCRIPT, Key, Table, every_table
from training.preset.learning import LOSSES_FOR, metrics_for
from training.preset.starting_point import starting_point

_ARCHITECTURES = get_args(models.ShippedModel)
_DATA_SETS = get_args(datasets.ShippedData)


def preset_reference() -> str:
    """The whole page, as Markdown."""
    tables = every_table()
    sections = (
        ("The format at a glance", _glance(tables)),
        ("Make one", prose.MAKING),
        ("Above the tables", _key_rows(tables[0].keys)),
        ("`[model]`: the architecture", _variants(tables, "model", "trains on", _data_sets_for())),
        ("`[data]`: what it is trained on", _variants(tables, "data", "read by", _architectures_for())),
        *((f"`[{one.name}]`", _single(one)) for one in tables if _is_single(one)),
        ("Losses and metrics", _losses()),
        ("Overrides", prose.OVERRIDES),
        ("Where presets are looked for", prose.PLACES),
        ("A full example", f"{prose.FULL_EXAMPLE}\n{_toml(commented_text(starting_point('mine')))}"),
    )
    return "\n".join([prose.OPENING, *(f"## {title}\n\n{text}" for title, text in sections)])


def _glance(tables: Iterable[Table]) -> str:
    keys: dict[str, list[str]] = {}
    for table in tables:
        told = keys.setdefault(table.name, [])
        told += [key.name for key in table.keys if key.name not in told] if table.variant is None else []
    rows = (
        (
            f"`[{name}]`" if name else "above the tables",
            _names(own)
            if own
            else f"`name`, and what [that name](#{_ANCHORS[name]}) may have; or `{KEY}`, and its arguments",
        )
        for name, own in keys.items()
    )
    return f"{prose.AT_A_GLANCE}\n{_toml(prose.SMALLEST)}\n{_rows(('table', 'keys'), rows)}"


_ANCHORS = {"model": "model-the-architecture", "data": "data-what-it-is-trained-on"}
"""What GitHub makes of the titles of the two sections."""


def _is_single(table: Table) -> bool:
    return bool(table.name) and table.variant is None


def _single(table: Table) -> str:
    more = f"{prose.SCRIPT}\n" if table.name == SCRIPT else ""
    return f"{table.words}\n\n{more}{_key_rows(table.keys)}"


def _variants(tables: Iterable[Table], name: str, goes_with: str, partners: dict[str, list[str]]) -> str:
    """What the table may be named, and under each name its own keys."""
    found = [one for one in tables if one.name == name and one.variant not in (None, ENTRY)]
    entry = next(one for one in tables if one.name == name and one.variant == ENTRY)
    overview = _rows(
        ("name", "what it is", goes_with),
        ((f"`{one.variant}`", one.words, _names(partners[one.variant or ""])) for one in found),
    )
    own = (f"### `{one.variant}`\n\n{one.words}\n\n{_key_rows(one.keys[1:])}" for one in found)
    return "\n".join([overview, *own, _entry_section(entry)])


def _entry_section(entry: Table) -> str:
    any_other = ("any other", "An argument of the function.", ARGUMENT_FORMS, "as the function says")
    return f"### `{KEY}`\n\n{entry.words}\n\n{_key_rows(entry.keys, any_other)}"


def _data_sets_for() -> dict[str, list[str]]:
    return {
        _tag(one): [_tag(data) for data in _DATA_SETS if (data.inputs, data.target) in one.tasks]
        for one in _ARCHITECTURES
    }


def _architectures_for() -> dict[str, list[str]]:
    return {
        _tag(data): [_tag(one) for one in _ARCHITECTURES if (data.inputs, data.target) in one.tasks]
        for data in _DATA_SETS
    }


def _losses() -> str:
    rows: list[tuple[str, str, str]] = []
    for target, words in TARGET_WORDS.items():
        data = _names(_tag(one) for one in _DATA_SETS if one.target == target)
        for losses, metrics in _losses_by_metrics(target):
            rows.append((f"{words.removeprefix('its ')}: {data}", _names(losses), _names(metrics)))
    return f"{prose.LOSSES}\n{_rows(('data', 'losses', 'metrics'), rows)}"


def _losses_by_metrics(target: datasets.TargetKind) -> Iterator[tuple[list[str], tuple[str, ...]]]:
    """Losses of one target that the same metrics fit, with these."""
    found: dict[tuple[str, ...], list[str]] = {}
    for loss in LOSSES_FOR[target]:
        found.setdefault(metrics_for(target, loss), []).append(loss)
    yield from ((losses, metrics) for metrics, losses in found.items())


def _key_rows(keys: Iterable[Key], *others: tuple[str, str, str, str]) -> str:
    return _rows(
        ("key", "what it is for", "values", "default"),
        (*((f"`{key.name}`", key.words, key.allowed, _default(key)) for key in keys), *others),
    )


def _default(key: Key) -> str:
    is_value = not key.is_required and key.default is not None
    return f"`{key.default_text}`" if is_value else key.default_text


def _rows(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (titles, ("---",) * len(titles), *rows)
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _toml(text: str) -> str:
    return f"```toml\n{text}```\n"


def _tag(kind: type[Struct]) -> str:
    return str(kind.__struct_config__.tag)


if __name__ == "__main__":
    sys.stdout.write(preset_reference())
