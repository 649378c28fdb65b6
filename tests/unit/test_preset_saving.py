"""A preset saved as the user's own: it says the same when it is read again, and writes over nothing unasked."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.app.pick_world import preset
from tests.unit.preset_cases import DEVICE, FIT, SHIPPED, TEXTS, made_of
from training.preset import Preset, PresetError, load_preset, preset_digest
from training.preset.saving import MOST_CHARACTERS, PresetThereError, name_refusal, save_preset
from training.preset.toml_text import preset_text, toml_value

RELAXED = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def again(text: str, folder: Path) -> Preset:
    """The preset that a file of this content says."""
    path = folder / "again.toml"
    path.write_text(text, encoding="utf-8")
    return load_preset(path)


@pytest.mark.parametrize("one", SHIPPED, ids=lambda one: one.title)
def test_every_shipped_preset_comes_back(one: Preset, tmp_path: Path) -> None:
    assert again(preset_text(one), tmp_path) == one


@RELAXED
@given(
    one=st.sampled_from(SHIPPED),
    fit=FIT,
    device=DEVICE,
    title=st.text(min_size=1, max_size=80),
    description=st.text(max_size=200),
)
def test_whatever_a_preset_says_comes_back(
    tmp_path: Path, one: Preset, fit: dict[str, Any], device: dict[str, Any], title: str, description: str
) -> None:
    made = made_of(one, fit=fit, device=device, title=title, description=description)
    assume(made is not None)
    assert made is not None
    back = again(preset_text(made), tmp_path)
    assert preset_digest(back) == preset_digest(made)
    if len(made.title) <= 80:
        assert back == made
    else:  # its escapes made it longer than a title may be
        assert back.title == f"{made.title[:79]}…"


def test_what_is_not_set_is_left_out() -> None:
    text = preset_text(preset())
    assert text.startswith("title = ")
    assert "steps" not in text
    assert "origin" not in text
    assert "batch_size = 32" in text


def test_what_is_saved_tells_every_key(tmp_path: Path) -> None:
    text = save_preset(preset(), tmp_path, "mine").read_text()
    assert "# What the training makes small." in text
    assert "#seed = 1\n" in text
    assert "\nseed = 1\n" in save_preset(preset(), tmp_path, "whole", is_complete=True).read_text()


def test_what_is_saved_like_another_keeps_its_comments(tmp_path: Path) -> None:
    like, one = next(pair for pair in zip(TEXTS, SHIPPED, strict=True) if pair[0].startswith("# "))
    changed = msgspec.structs.replace(one, title="Another")
    path = save_preset(changed, tmp_path, "mine", like=like)
    assert load_preset(path) == changed
    assert like.partition("\n")[0] in path.read_text()


def test_a_text_that_cannot_be_followed_loses_its_comments_and_nothing_else(tmp_path: Path) -> None:
    path = save_preset(preset(), tmp_path, "mine", like="no = toml = at all")
    assert load_preset(path) == preset()


@pytest.mark.parametrize("name", ["mine", "Mine-2", "a", "3", "größe", "a.b_c-d", "x" * MOST_CHARACTERS])
def test_names_that_can_be(name: str, tmp_path: Path) -> None:
    assert name_refusal(name) is None
    assert load_preset(save_preset(preset(), tmp_path, name)) == preset()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "needs a name"),
        ("a b", 'not " "'),
        ("../a", 'not "/"'),
        ("a:b", 'not ":"'),
        ("a\x1b", r"not \"\\u001b\"|not"),
        (".hidden", "begins with"),
        ("-set", "begins with"),
        ("mine.toml", "leave .toml out"),
        ("mine.TOML", "leave .toml out"),
        ("x" * (MOST_CHARACTERS + 1), "at most 60 characters"),
    ],
)
def test_names_that_cannot_be_are_told_in_one_sentence(name: str, why: str, tmp_path: Path) -> None:
    told = name_refusal(name)
    assert told is not None
    assert told.isprintable()
    with pytest.raises(PresetError, match=why) as caught:
        save_preset(preset(), tmp_path, name)
    assert str(caught.value).isprintable()
    assert list(tmp_path.iterdir()) == []


def test_one_of_that_name_is_written_over_only_where_that_is_asked(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there"
    path = save_preset(preset("first"), folder, "mine")
    with pytest.raises(PresetThereError, match="there is one of that name already"):
        save_preset(preset("second"), folder, "mine")
    assert load_preset(path).title == "first"
    save_preset(preset("second"), folder, "mine", overwrite=True)
    assert load_preset(path).title == "second"
    assert [one.name for one in folder.iterdir()] == ["mine.toml"]


def test_a_link_that_leads_nowhere_is_one_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").symlink_to("nowhere")
    with pytest.raises(PresetThereError):
        save_preset(preset(), tmp_path, "mine")


def test_a_disk_without_hard_links_is_as_careful(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    path = save_preset(preset("first"), tmp_path, "mine")
    with pytest.raises(PresetThereError):
        save_preset(preset("second"), tmp_path, "mine")
    assert load_preset(path).title == "first"
    assert [one.name for one in tmp_path.iterdir()] == ["mine.toml"]


def test_a_folder_that_takes_nothing_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PresetError, match=r"mine\.toml: cannot be written \(") as caught:
        save_preset(preset(), tmp_path / "file", "mine")
    assert not isinstance(caught.value, PresetThereError)


def test_a_disk_that_is_full_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PresetError, match="no space left on device"):
        save_preset(preset(), tmp_path, "mine")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "value", [1, 1e-5, True, 'a "b" \x7f\n', [1, 2], [], ["a"], {}, {"A": "1", "b c": [2]}]
)
def test_a_value_is_written_in_one_line(value: Any) -> None:
    written = toml_value(value)
    assert "\n" not in written
    assert tomllib.loads(f"value = {written}")["value"] == value
