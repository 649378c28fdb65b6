"""Whatever stands where an entry or its arguments should: a preset that comes back the same, or one line."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from training.preset import Preset, preset_digest
from training.preset.entry import Entry, names_a_function
from training.preset.entry_table import as_written
from training.preset.errors import Problem
from training.preset.explain import explain
from training.preset.make import make_preset
from training.preset.toml_text import preset_text

FOLDER = Path("/project/presets")
NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
PATHS = st.from_regex(r"(\.\./|/|~/)?([a-z-]{1,5}/){0,2}[a-zé_-]{1,8}\.py", fullmatch=True)
MODULES = st.lists(NAMES, min_size=1, max_size=3).map(".".join)
ENTRIES = st.tuples(PATHS | MODULES, NAMES).map(":".join).filter(names_a_function)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)
ARGUMENTS = st.dictionaries(NAMES.filter(lambda name: name not in ("name", "entry")), VALUES, max_size=4)


def document(model: Any) -> dict[str, Any]:
    return {"title": "t", "model": model, "data": {"name": "tabular-binary"}, "fit": {"loss": "mse"}}


@given(entry=ENTRIES, arguments=ARGUMENTS)
def test_what_names_a_function_comes_back(entry: str, arguments: dict[str, Any]) -> None:
    table = {"entry": entry, **arguments}
    made = make_preset(document(table), FOLDER)
    if isinstance(made, Problem):  # a name that Python keeps for itself
        assert made.key.startswith("model.")
        return
    assert as_written(made)["model"] == table
    assert make_preset(as_written(made), FOLDER) == made
    kept = msgspec.json.decode(msgspec.json.encode(made), type=Preset)
    assert as_written(kept) == as_written(made)
    assert preset_digest(kept) == preset_digest(made)
    assert entry in preset_text(made)
    assert all(setting.text.isprintable() for setting in explain(made))


@given(
    table=st.dictionaries(
        st.just("entry") | st.just("name") | st.text(max_size=6),
        VALUES | st.floats() | st.integers() | st.dates() | ENTRIES,
        max_size=4,
    )
)
def test_whatever_else_stands_there_is_refused_in_one_line(table: dict[str, Any]) -> None:
    made = make_preset(document(table), FOLDER)
    if isinstance(made, Problem):
        assert str(made.error("/x.toml")).isprintable()
    else:
        assert names_a_function(table["entry"])


@given(text=st.text(max_size=40))
def test_an_entry_is_one_line_with_a_file_or_a_module_and_a_function(text: str) -> None:
    if not names_a_function(text):
        return
    entry = Entry(text, str(FOLDER))
    assert text.isprintable()
    assert entry.function.isidentifier()
    assert f"{entry.source}:{entry.function}" == text
    assert entry.file is not None or all(part.isidentifier() for part in entry.source.split("."))
    assert entry.file is None or entry.file.is_absolute()


@given(number=st.floats())
def test_numbers_that_no_file_could_hold_are_no_arguments(number: float) -> None:
    made = make_preset(document({"entry": "m.py:f", "x": number}), FOLDER)
    assert isinstance(made, Preset) == math.isfinite(number)
