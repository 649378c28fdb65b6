"""A preset saved as the user's own: it says the same when it is read again, and writes over nothing unasked."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.app.pick_world import preset
from training.preset import Preset, PresetError, load_preset, preset_digest
from training.preset.make import make_preset
from training.preset.saving import MOST_CHARACTERS, PresetThereError, name_refusal, save_preset
from training.preset.toml_text import preset_text
from training.preset_library import overridden, resolve, save_as_own, shipped_folder, user_folder

SHIPPED = [load_preset(path) for path in sorted(shipped_folder().glob("*.toml"))]
RELAXED = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FIT = st.fixed_dictionaries(
    {},
    optional={
        "batch_size": st.integers(1, 1_048_576),
        "epochs": st.integers(1, 1_000_000),
        "steps": st.none() | st.integers(1, 10**9),
        "learning_rate": st.floats(0, 100, exclude_min=True),
        "validation_split": st.floats(0, 0.9),
        "seed": st.integers(0, 2**31 - 1),
    },
)
DEVICE = st.fixed_dictionaries(
    {},
    optional={
        "memory": st.just("growth") | st.integers(64, 1_048_576),
        "precision": st.sampled_from(["float32", "mixed_float16", "mixed_bfloat16", "float64"]),
        "xla": st.booleans() | st.just("auto"),
    },
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
    document = msgspec.to_builtins(one)
    document["fit"].update(fit)
    document["device"].update(device)
    made = make_preset({**document, "title": title, "description": description})
    assume(isinstance(made, Preset))
    assert isinstance(made, Preset)
    back = again(preset_text(made, ["Made from\nelsewhere \x1b[31m"]), tmp_path)
    assert preset_digest(back) == preset_digest(made)
    if len(made.title) <= 80:
        assert back == made
    else:  # its escapes made it longer than a title may be
        assert back.title == f"{made.title[:79]}…"


def test_the_heading_is_a_comment_and_what_is_not_set_is_left_out() -> None:
    text = preset_text(preset(), ["Made from the preset one (shipped)."])
    assert text.startswith("# Made from the preset one (shipped).\ntitle = ")
    assert "steps" not in text
    assert "batch_size = 32" in text


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


def test_an_edited_preset_becomes_the_users_own_and_says_what_it_was_made_from() -> None:
    edited = overridden(resolve("seed-binary"), ["fit.batch_size=64", "fit.epochs=3"])
    saved = save_as_own(edited, "mine")
    assert (saved.reference, saved.origin, saved.overrides) == ("user:mine", "user", ())
    assert saved.preset == edited.preset
    assert resolve("mine") == saved
    assert saved.path == user_folder() / "mine.toml"
    first = saved.path.read_text().partition("\n")[0]
    assert first == "# Made from the preset seed-binary (shipped) with fit.batch_size=64, fit.epochs=3."
    assert stat.S_IMODE(saved.path.stat().st_mode) & 0o077 == 0
    with pytest.raises(PresetThereError):
        save_as_own(edited, "mine")
