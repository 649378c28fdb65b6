"""What lies in a folder that may not be entered is not missing: it is said that it may not be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.own_presets import own_preset
from training.preflight.scripts import why_not_run
from training.preset import PresetError, load_preset
from training.preset.file_there import closed_folder, is_file, why_not_there
from training.preset.script import ScriptSpec
from training.preset.script_reference import script_of_reference
from training.worker.own_code.imports import OwnImports
from tui.commands.preset_check import checked

pytestmark = pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
CLOSED = "closed may not be read (permission denied)"


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of the working directory that nobody may enter."""
    folder = tmp_path / "closed"
    own_preset(folder)
    (folder / "train.py").write_text("print(1)\n")
    monkeypatch.chdir(tmp_path)
    folder.chmod(0)
    yield folder
    folder.chmod(0o700)


def test_which_folder_it_is(closed: Path) -> None:
    deep = closed / "inner" / "train.py"
    assert closed_folder(deep) == closed
    assert why_not_there(deep, "gone") == f"the folder {closed} may not be read (permission denied)"
    assert not is_file(deep)
    assert closed_folder(closed.parent / "nowhere" / "x") is None
    assert why_not_there(closed.parent / "nowhere", "gone") == "gone"


def test_a_script(closed: Path) -> None:
    with pytest.raises(PresetError) as caught:
        script_of_reference("closed/train.py 3")
    assert str(caught.value) == f'script "closed/train.py": the folder {closed.parent}/{CLOSED}'
    (told, _), *_ = why_not_run(ScriptSpec(path="train.py", cwd=str(closed)), os.environ)
    assert CLOSED in told


def test_a_preset(closed: Path) -> None:
    told = checked("closed/mine.toml").error
    assert told is not None
    assert "a file that cannot be read (permission denied)" in told


def test_a_function(closed: Path) -> None:
    path = closed.parent / "mine.toml"
    path.write_text(
        'title = "x"\n[model]\nentry = "closed/my_models.py:build"\n'
        '[data]\nname = "tabular-binary"\n[fit]\nloss = "bce"\n'
    )
    with pytest.raises(PresetError) as caught:
        load_preset(path)
    assert f"my_models.py cannot be read: the folder {closed.parent}/{CLOSED}" in str(caught.value)


def test_a_file_that_may_not_be_read(closed: Path) -> None:
    path = own_preset(closed.parent / "open")
    (path.parent / "my_models.py").chmod(0)
    with pytest.raises(
        PresetError, match=r"my_models\.py cannot be read: it may not be read \(permission denied\)"
    ):
        load_preset(path)


def test_a_folder_beside_a_persons_own_files_is_passed_over(closed: Path) -> None:
    OwnImports().add(str(closed.parent))
