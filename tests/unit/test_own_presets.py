"""Presets of the user's own: begun anew, made from another, saved with what was set beside it."""

from __future__ import annotations

import stat
from pathlib import Path

import msgspec
import pytest

from training import __version__
from training.own_presets import from_nothing, from_preset, make_own, origin_of, save_as_own
from training.preset import Preset, PresetError, preset_digest
from training.preset.saving import PresetThereError
from training.preset_library import list_presets, overridden, resolve, shipped_folder, user_folder

NAMES = sorted(path.stem for path in shipped_folder().glob("*.toml"))


def loaded(reference: str) -> Preset:
    """The preset of a reference."""
    found = resolve(reference).preset
    assert found is not None
    return found


def test_one_from_nothing_is_small_and_says_what_it_was_made_by() -> None:
    made = make_own("mine", from_nothing("mine"))
    assert made == resolve("user:mine")
    assert made.path == user_folder() / "mine.toml"
    assert made.preset is not None
    assert made.preset.title == "mine"
    assert made.preset.origin == f"presets new of dualtrain {__version__}"
    assert stat.S_IMODE(made.path.stat().st_mode) & 0o077 == 0


@pytest.mark.parametrize("name", NAMES)
def test_one_made_from_another_is_the_same_but_for_title_and_origin(name: str) -> None:
    made = make_own("mine", from_preset("mine", name))
    old = loaded(name)
    assert made.preset == msgspec.structs.replace(
        old, title="mine", origin=f"shipped preset {name} of dualtrain {__version__}"
    )
    assert made.preset is not None
    assert preset_digest(made.preset) == preset_digest(old)
    text = made.path.read_text()
    for line in (shipped_folder() / f"{name}.toml").read_text().splitlines():
        assert line.startswith("title =") or line in text.splitlines()
    assert "\n#seed = " in text


def test_one_made_from_ones_own_says_the_whole_way() -> None:
    make_own("first", from_preset("first", "cnn-small"))
    again = make_own("second", from_preset("second", "first"))
    assert again.preset is not None
    assert (
        again.preset.origin == f"user preset first, from shipped preset cnn-small of dualtrain {__version__}"
    )
    assert again.path.read_text().count("\n#seed = ") == 1


def test_a_long_way_is_cut() -> None:
    make_own("n0", from_preset("n0", "cnn-small"))
    for number in range(1, 20):
        make_own(f"n{number}", from_preset(f"n{number}", f"n{number - 1}"))
    origin = loaded("n19").origin
    assert len(origin) == 300
    assert origin.startswith("user preset n18, from user preset n17")
    assert origin.endswith("…")


def test_a_file_is_named_without_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "secret-project" / "x.toml"
    path.parent.mkdir()
    path.write_text((shipped_folder() / "seed-binary.toml").read_text())
    assert origin_of(resolve(str(path))) == "preset file x.toml"


def test_a_bad_name_or_source_writes_nothing() -> None:
    with pytest.raises(PresetError, match="found none of that name"):
        from_preset("mine", "nonesuch")
    for name in ("", "a b", "../x", "x.toml"):
        with pytest.raises(PresetError):
            make_own(name, from_nothing(name))
    assert not user_folder().exists()


def test_one_of_that_name_is_written_over_only_where_that_is_asked() -> None:
    made = make_own("mine", from_nothing("mine"))
    before = made.path.read_bytes()
    with pytest.raises(PresetThereError):
        make_own("mine", from_preset("mine", "lstm"))
    assert made.path.read_bytes() == before
    make_own("mine", from_preset("mine", "lstm"), overwrite=True)
    assert preset_digest(loaded("mine")) == preset_digest(loaded("lstm"))
    assert [one.name for one in user_folder().iterdir()] == ["mine.toml"]


def test_an_edited_preset_becomes_the_users_own_with_its_comments() -> None:
    edited = overridden(resolve("seed-binary"), ["fit.batch_size=64", "fit.epochs=3"])
    saved = save_as_own(edited, "mine")
    assert edited.preset is not None
    origin = f"shipped preset seed-binary of dualtrain {__version__} with fit.batch_size=64, fit.epochs=3"
    assert (saved.reference, saved.origin, saved.overrides) == ("user:mine", "user", ())
    assert saved.preset == msgspec.structs.replace(edited.preset, origin=origin)
    assert saved == next(one for one in list_presets() if one.reference == "user:mine")
    text = saved.path.read_text()
    assert "# The smallest pair of an article's example" in text
    assert "\nbatch_size = 64\n" in text
    assert "\nseed = 1\n" in text, "what was tuned trains the same whatever later defaults are"
    with pytest.raises(PresetThereError):
        save_as_own(edited, "mine")


def test_a_file_that_is_gone_loses_its_comments_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text((shipped_folder() / "seed-binary.toml").read_text())
    entry = resolve(str(path))
    path.unlink()
    saved = save_as_own(entry, "mine")
    assert saved.preset is not None
    assert entry.preset is not None
    assert preset_digest(saved.preset) == preset_digest(entry.preset)
