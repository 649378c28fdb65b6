"""Where presets are found, and what a name means."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from training.preset import PresetError
from training.preset_library import PresetEntry, list_presets, preset_folders, resolve, shipped_folder

GOOD = (
    'title = "{}"\n[model]\nname = "mlp"\nhidden = [8]\n'
    '[data]\nname = "tabular-binary"\n[fit]\nloss = "bce"\n'
)
SHIPPED = {
    "seed-binary",
    "seed-regression",
    "cnn-small",
    "resnet",
    "mobilenet",
    "lstm",
    "gru-text",
    "transformer",
    "autoencoder",
    "unet",
    "embedding",
    "wide-mlp",
    "input-bound",
    "tiny-steps",
    "mnist-cnn",
    "imdb-lstm",
}


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """A sealed user's folder and a working directory, both with room for presets."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folders = {"user": tmp_path / "config/dualtrain/presets", "local": tmp_path / "work/presets"}
    for folder in folders.values():
        folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "work")
    return folders


def write(folder: Path, name: str, title: str = "t") -> Path:
    """A good preset of this name."""
    path = folder / f"{name}.toml"
    path.write_text(GOOD.format(title))
    return path


def found(name: str) -> list[PresetEntry]:
    """Every entry listed under a name."""
    return [entry for entry in list_presets() if entry.name == name]


def test_every_shipped_preset_is_good_and_told(places: dict[str, Path]) -> None:
    entries = list_presets()
    assert {entry.name for entry in entries} == SHIPPED
    for entry in entries:
        assert entry.error is None
        assert entry.preset
        assert entry.preset.description.endswith(".")
        assert entry.preset.stresses.endswith(".")
        assert entry.reference == entry.name
        assert resolve(entry.name) == entry


def test_a_name_that_occurs_thrice_is_listed_with_its_origins(places: dict[str, Path]) -> None:
    write(places["user"], "seed-binary", "mine")
    write(places["local"], "seed-binary", "here")
    assert [entry.reference for entry in found("seed-binary")] == [
        "seed-binary",
        "user:seed-binary",
        "local:seed-binary",
    ]
    titles = [resolve(entry.reference).preset for entry in found("seed-binary")]
    assert [one.title for one in titles if one] == ["Seed: binary classifier", "mine", "here"]
    assert resolve("seed-binary").origin == "shipped"


def test_a_bare_name_works_where_only_one_is_meant(places: dict[str, Path]) -> None:
    write(places["user"], "own")
    assert resolve("own").reference == "user:own"
    write(places["local"], "own")
    with pytest.raises(PresetError, match=r'"own": found 2 of that name; allowed: "user:own", "local:own"'):
        resolve("own")
    assert resolve("local:own").origin == "local"


def test_a_path_is_a_path(places: dict[str, Path]) -> None:
    path = write(places["local"], "own")
    for reference in (str(path), "presets/own.toml", "./presets/own.toml"):
        assert resolve(reference).origin == "file"
    entry = resolve(str(path))
    assert (entry.name, entry.reference) == ("own", str(path))
    with pytest.raises(PresetError, match=r"presets/none\.toml: found no such file"):
        resolve("presets/none.toml")


def test_a_bad_preset_hides_no_good_one(places: dict[str, Path]) -> None:
    (places["local"] / "a-bad.toml").write_text("title = ")
    (places["local"] / "b-folder.toml").mkdir()
    (places["local"] / "c-dangling.toml").symlink_to("nowhere")
    write(places["local"], "d-good")
    local = {entry.name: entry for entry in list_presets() if entry.origin == "local"}
    assert [entry.error is None for entry in local.values()] == [False, False, False, True]
    assert "line 1, column 9" in (local["a-bad"].error or "")
    with pytest.raises(PresetError, match="line 1, column 9"):
        resolve("a-bad")
    with pytest.raises(PresetError, match="line 1, column 9"):
        resolve("local:a-bad")


@pytest.mark.parametrize("name", ["seed-binry", "local:seed-binary", "Seed-Binary"])
def test_an_unknown_name_is_told_the_nearest(places: dict[str, Path], name: str) -> None:
    with pytest.raises(PresetError, match="did you mean seed-binary") as caught:
        resolve(name)
    assert '"tiny-steps"' in str(caught.value)


@pytest.mark.parametrize("name", ["", ":", "user:", "\x1b[2J", "zzzzzz", "nowhere:lstm"])
def test_names_that_cannot_be(places: dict[str, Path], name: str) -> None:
    with pytest.raises(PresetError) as caught:
        resolve(name)
    assert str(caught.value).isprintable()


def test_names_with_escapes_are_shown_harmless(places: dict[str, Path]) -> None:
    write(places["local"], "evil\x1b[2J\u202e")
    assert found("evil\\x1b[2J\\u202e")[0].reference == "local:evil\\x1b[2J\\u202e"


def test_the_shipped_folder_is_not_searched_twice(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shipped_folder().parent)
    assert [origin for origin, _ in preset_folders()][:1] == ["shipped"]
    if shipped_folder().name == "presets":
        assert "local" not in [origin for origin, _ in preset_folders()]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_said_to_be_so(places: dict[str, Path]) -> None:
    write(places["user"], "own")
    places["user"].chmod(0)
    try:
        with pytest.raises(
            PresetError, match=r"none of that name, and .*presets may not be read \(permission"
        ):
            resolve("own")
    finally:
        places["user"].chmod(0o700)


def test_missing_folders_are_no_error(places: dict[str, Path]) -> None:
    places["user"].rmdir()
    places["local"].rmdir()
    places["local"].write_text("a file in its place")
    assert {entry.origin for entry in list_presets()} == {"shipped"}
