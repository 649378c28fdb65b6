"""Whatever a file holds: a preset or a PresetError of one printable line, nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from training.preset import Preset, PresetError, apply_overrides, load_preset, preset_digest

KEYS = st.sampled_from(
    [
        "title",
        "model",
        "data",
        "fit",
        "device",
        "name",
        "hidden",
        "samples",
        "loss",
        "metrics",
        "epochs",
        "memory",
    ]
) | st.text(max_size=6)
WORDS = st.sampled_from(["mlp", "cnn", "tabular-binary", "images", "mse", "adam", "growth"]) | st.text(
    max_size=8
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
GOOD = (
    'title = "t"\n[model]\nname = "mlp"\nhidden = [8]\n[data]\nname = "tabular-binary"\n'
    '[fit]\nloss = "binary_crossentropy"\n'
)
RELAXED = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _toml(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case float():
            return repr(value)
        case _:
            return json.dumps(value)


def _made(make: Callable[[], Preset]) -> Preset | str:
    """The preset, or the one line it is refused with."""
    try:
        return make()
    except PresetError as error:
        message = str(error)
    assert message.isprintable()
    return message


def _check(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    made = _made(lambda: load_preset(path))
    assert isinstance(made, Preset) or made.startswith(f"{path}: ")


@RELAXED
@given(content=st.binary(max_size=200))
def test_random_bytes(tmp_path: Path, content: bytes) -> None:
    _check(tmp_path / "x.toml", content)


@RELAXED
@given(content=st.text(max_size=60), at=st.integers(0, len(GOOD)))
def test_a_good_file_with_something_put_in(tmp_path: Path, content: str, at: int) -> None:
    _check(tmp_path / "x.toml", (GOOD[:at] + content + GOOD[at:]).encode("utf-8", "surrogatepass"))


@RELAXED
@given(document=st.dictionaries(KEYS, VALUES, max_size=6))
def test_documents_like_presets(tmp_path: Path, document: dict[str, Any]) -> None:
    lines = "\n".join(f"{json.dumps(key)} = {_toml(value)}" for key, value in document.items())
    _check(tmp_path / "x.toml", lines.encode("utf-8", "surrogatepass"))


@RELAXED
@given(
    table=st.sampled_from(["model", "data", "fit", "device", "checkpoint", "title"]), key=KEYS, value=VALUES
)
def test_overrides(tmp_path: Path, table: str, key: str, value: Any) -> None:
    path = tmp_path / "good.toml"
    path.write_text(GOOD)
    preset = load_preset(path)
    made = _made(lambda: apply_overrides(preset, [f"{table}.{key}={_toml(value)}"]))
    if isinstance(made, Preset):
        assert len(preset_digest(made)) == 64
    else:
        assert made.startswith("override ")


@pytest.mark.parametrize(
    "text", ["", "=", "a", ".=1", "fit..x=1", "fit.epochs=", "fit.epochs=1\nfit=2", "=\x1b"]
)
def test_overrides_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "good.toml"
    path.write_text(GOOD)
    with pytest.raises(PresetError, match=r"^override .*; allowed: ") as caught:
        apply_overrides(load_preset(path), [text])
    assert str(caught.value).isprintable()
