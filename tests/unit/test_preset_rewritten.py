"""A file's text made to say another preset: its comments stay, and what it does not say is added under each table."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.unit.preset_cases import DEVICE, FIT, SHIPPED, TEXTS, made_of
from training.preset import Preset, apply_overrides
from training.preset.commented import HEADING, commented_text
from training.preset.make import make_preset
from training.preset.rewritten import rewritten
from training.preset.starting_point import starting_point

COMMENT = re.compile(r"^# .*", re.MULTILINE)
FILE = """\
# Why it is so.
title = "Old"  # its name
description = \"\"\"
Two
lines.\"\"\"

# About the model.
[model]
name = "mlp"
# Wide enough.
hidden = [
  64,  # first
  32,
]

# About the data: no network.
[data]
name = "tabular-binary"

[fit] # short
loss = "bce"
batch_size = 16
"""

PLAIN = """\
title = "t"
[model]
name = "mlp"
hidden = [8]
[data]
name = "tabular-binary"
[fit]
loss = "bce"
"""
INLINE = """\
title = "t"
model = {name = "mlp", hidden = [8]} # small
data = {name = "tabular-binary"}
fit.loss = "bce"
"""
DOTTED = """\
fit.loss = "bce"
title = "t"
fit.epochs = 3
data.name = "tabular-binary"
[model]
name = "mlp"
hidden = [8]
"""
FORMS = {
    "inline": INLINE,
    "dotted": DOTTED,
    "quoted": PLAIN.replace("title", '"title"').replace("[model]", '[ "model" ]').replace("loss", "'loss'"),
    "windows": PLAIN.replace("\n", "\r\n"),
    "empty table": PLAIN.replace("[model]", "[device]\n# nothing\n[model]"),
    "indented": PLAIN.replace("\n", "\n   "),
    "no last newline": PLAIN.rstrip(),
}


def read(text: str) -> Preset:
    """The preset that a file of this content says."""
    made = make_preset(tomllib.loads(text))
    assert isinstance(made, Preset), made
    return made


def said(text: str, preset: Preset, *, is_complete: bool = False) -> str:
    """The text made to say the preset, which it then does."""
    told = rewritten(text, preset, is_complete=is_complete)
    assert told is not None
    assert read(told) == preset
    return told


@pytest.mark.parametrize("is_complete", [False, True])
@pytest.mark.parametrize(
    ("text", "one"), list(zip(TEXTS, SHIPPED, strict=True)), ids=[one.title for one in SHIPPED]
)
def test_a_shipped_preset_under_another_title_keeps_its_comments(
    text: str, one: Preset, is_complete: bool
) -> None:
    renamed = msgspec.structs.replace(one, title="mine", origin="where it is from")
    told = said(text, renamed, is_complete=is_complete)
    for comment in COMMENT.findall(text):
        assert comment in told


@settings(max_examples=60, deadline=None)
@given(which=st.integers(0, len(SHIPPED) - 1), fit=FIT, device=DEVICE, is_complete=st.booleans())
def test_whatever_is_set_otherwise_is_said(
    which: int, fit: dict[str, Any], device: dict[str, Any], is_complete: bool
) -> None:
    made = made_of(SHIPPED[which], fit=fit, device=device)
    assume(made is not None)
    assert made is not None
    once = said(TEXTS[which], made, is_complete=is_complete)
    assert said(once, made, is_complete=is_complete) == once


@settings(max_examples=60, deadline=None)
@given(fit=FIT, device=DEVICE)
def test_comments_become_keys_in_a_file_that_was_made_so(fit: dict[str, Any], device: dict[str, Any]) -> None:
    one = starting_point("mine")
    made = made_of(one, fit=fit, device=device)
    assume(made is not None)
    assert made is not None
    told = said(commented_text(one), made)
    assert len(told.splitlines()) == len(commented_text(one).splitlines())


def test_what_stands_in_a_file_stays_where_it_is() -> None:
    made = apply_overrides(read(FILE), ["title=New", "fit.epochs=3", "device.memory=512"])
    assert (
        said(FILE, made)
        .replace(HEADING, "")
        .startswith('\n\n# Why it is so.\ntitle = "New"  # its name\ndescription = """\nTwo\nlines."""\n# ')
    )
    told = said(FILE, made)
    assert "\n# About the model.\n[model]\n" in told
    assert "# Wide enough.\nhidden = [\n  64,  # first\n  32,\n]\n\n# The function" in told
    assert "\n\n# About the data: no network.\n[data]\n" in told
    assert "[fit] # short\n" in told
    assert "\nepochs = 3\n" in told
    assert "\nmemory = 512\n" in told
    assert "\n#seed = 1\n" in told
    assert told.endswith("\n#keep = 2\n")


def test_another_architecture_takes_the_sizes_of_the_old_one_away() -> None:
    text = TEXTS[[one.title for one in SHIPPED].index("Small convolutional network")]
    made = apply_overrides(read(text), ["model.name=resnet", "model.depth=101"])
    told = said(text, made)
    assert 'name = "resnet"' in told
    assert "filters" not in tomllib.loads(told)["model"]


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("is_complete", [False, True])
def test_however_the_tables_are_written(text: str, is_complete: bool) -> None:
    made = apply_overrides(read(text), ["fit.batch_size=7", "title=other", "model.dropout=0.5"])
    told = said(text, made, is_complete=is_complete)
    assert "seed = 1" in told
    assert said(told, made, is_complete=is_complete) == told


def test_a_comment_of_ones_own_about_a_key_stays() -> None:
    text = FILE + "# seed = 7 was worse\n#epochs = 99\n"
    told = said(text, read(text))
    assert "# seed = 7 was worse\n" in told
    assert told.count("#epochs =") == 1
    assert "\n#epochs = 99\n" in told
    assert "\nepochs = 5\n" in said(text, apply_overrides(read(text), ["fit.epochs=5"]))


@pytest.mark.parametrize("text", ["", "no = toml = at all", "[fit]\n", "x = " + "[" * 3000 + "]" * 3000])
def test_a_text_that_cannot_say_it_is_none(text: str) -> None:
    assert rewritten(text, starting_point("mine")) is None


@settings(max_examples=150, deadline=None)
@given(content=st.text(max_size=40), at=st.integers(0, len(FILE)))
def test_whatever_the_text_is_it_says_the_preset_or_is_none(content: str, at: int) -> None:
    one = starting_point("mine")
    told = rewritten(FILE[:at] + content + FILE[at:], one)
    assert told is None or read(told) == one
