"""Files that teach: whatever a preset says comes back, and a comment says what holds without it."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings

from tests.unit.preset_cases import DEVICE, FIT, SHIPPED, made_of
from training.preset import Preset
from training.preset.commented import HEADING, commented_text
from training.preset.keys import tables_of
from training.preset.make import make_preset
from training.preset.starting_point import starting_point

HINT = re.compile(r"^#(?=\w+ =)", re.MULTILINE)


def read(text: str) -> Preset:
    """The preset that a file of this content says."""
    made = make_preset(tomllib.loads(text))
    assert isinstance(made, Preset), made
    return made


@pytest.mark.parametrize("is_complete", [False, True])
@pytest.mark.parametrize("one", [*SHIPPED, starting_point("mine")], ids=lambda one: one.title)
def test_a_preset_comes_back(one: Preset, is_complete: bool) -> None:
    assert read(commented_text(one, is_complete=is_complete)) == one


@settings(max_examples=100, deadline=None)
@given(fit=FIT, device=DEVICE)
def test_whatever_is_set_comes_back(fit: dict[str, Any], device: dict[str, Any]) -> None:
    made = made_of(SHIPPED[0], fit=fit, device=device)
    assume(made is not None)
    assert made is not None
    for is_complete in (False, True):
        assert read(commented_text(made, is_complete=is_complete)) == made


@pytest.mark.parametrize("one", [*SHIPPED, starting_point("mine")], ids=lambda one: one.title)
def test_taking_every_comment_for_a_key_changes_nothing(one: Preset) -> None:
    text = commented_text(one)
    hints = [line for line in text.splitlines() if HINT.match(line) and not line.endswith("=")]
    assert '#backend = "tensorflow"' in hints
    not_set = re.compile(r"^#\w+ =$", re.MULTILINE)
    assert read(HINT.sub("", not_set.sub("", text))) == one


@pytest.mark.parametrize("is_complete", [False, True])
def test_each_key_stands_there_once_under_what_it_is_for(is_complete: bool) -> None:
    text = commented_text(starting_point("mine"), is_complete=is_complete)
    for table in tables_of(starting_point("mine")):
        for key in table.keys:
            if table.name:
                assert f"\n[{table.name}]\n" in text
            part = text.partition(f"\n[{table.name}]\n")[2] if table.name else text
            part = part.partition("\n\n[")[0]
            assert len(re.findall(rf"^#?{key.name} =", part, re.MULTILINE)) == 1
            assert f"# {key.words}" in part


def test_what_is_set_and_what_is_not() -> None:
    text = commented_text(starting_point("mine", "here"))
    assert "(a whole number from 1 to 1000000000; not set unless it is said)" in text.replace("\n# ", " ")
    lines = text.splitlines()
    assert lines[0] == HEADING
    assert "#steps =" in lines
    for line in (
        'title = "mine"',
        'origin = "here"',
        '#description = ""',
        "epochs = 20",
        "#learning_rate = 0.001",
    ):
        assert line in lines
    complete = commented_text(starting_point("mine"), is_complete=True).splitlines()
    assert "learning_rate = 0.001" in complete
    assert "#steps =" in complete


def test_no_line_is_long_but_for_lists_of_names() -> None:
    text = commented_text(starting_point("mine"))
    assert max(map(len, text.splitlines())) <= 110


def test_a_text_that_grew_on_its_way_to_a_line_is_cut() -> None:
    made = make_preset({**msgspec.to_builtins(starting_point("x")), "title": "\x1b" * 80})
    assert isinstance(made, Preset)
    back = read(commented_text(made))
    assert back.title == f"{made.title[:79]}…"
