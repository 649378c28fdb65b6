"""Scripts and programs that a preset of `./presets` names are asked about, once for each content of their files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.plans import devices
from training.code_trust import CodeNotConfirmedError, remember
from training.launch import LaunchRequest, launch, unconfirmed_code
from training.planned_lanes import joining_lane
from training.preset_library import resolve, user_folder
from training.record.run_folder import RunFolder
from training.record.run_home import runs_home
from training.retry import retry_request
from tui.screens.pick_messages import SaveAsked
from tui.screens.pick_sources import save

pytestmark = pytest.mark.usefixtures("started")

NEVER = "raise AssertionError('nobody may run this')\n"
SCRIPT = 'title = "Theirs"\n[script]\npath = "../train.py"\nargs = ["--lr", "0.1"]\n'
PROGRAM = 'title = "Theirs"\n[script]\nexec = ["python3", "../train.py"]\n'


def written(folder: Path, text: str, name: str = "theirs") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(text)
    (folder.parent / "train.py").write_text(NEVER)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a script, and a preset in ./presets that names it."""
    folder = tmp_path / "cloned"
    written(folder / "presets", SCRIPT)
    monkeypatch.chdir(folder)
    return folder


def digests(*references: str) -> frozenset[str]:
    """What a person is asked about."""
    request = LaunchRequest(dict(zip("ab", references, strict=False)))  # type: ignore[arg-type]
    return frozenset(code.digest for code in unconfirmed_code(request))


def test_a_launch_is_refused_and_leaves_nothing_until_somebody_said_yes(
    here: Path, started: list[RunFolder]
) -> None:
    request = LaunchRequest({"a": "local:theirs", "b": "seed-binary"}, device="cpu")
    with pytest.raises(CodeNotConfirmedError) as caught:
        launch(request, devices())
    (code,) = caught.value.code
    assert code.preset == "presets/theirs.toml"
    assert code.functions == (f"script.path = {here}/train.py --lr 0.1",)
    assert not started
    assert not runs_home().exists()
    launched = launch(replace(request, confirmed=frozenset({code.digest})), devices())
    assert len(started) == 1
    own = runs_home() / launched.plan.run
    assert unconfirmed_code(retry_request(launched.plan, run=own)) == ()
    (here / "train.py").write_text(f"{NEVER}# changed\n")
    assert len(unconfirmed_code(retry_request(launched.plan, run=own))) == 1


def test_a_yes_holds_until_the_script_or_what_the_preset_says_of_it_changes(here: Path) -> None:
    remember(digests("theirs"))
    assert digests("theirs") == frozenset()
    written(here / "presets", SCRIPT.replace("Theirs", "Another title"))
    assert digests("theirs") == frozenset()
    written(here / "presets", SCRIPT.replace("0.1", "0.2"))
    assert len(digests("theirs")) == 1
    written(here / "presets", SCRIPT)
    (here / "train.py").write_text(f"{NEVER}# changed\n")
    assert len(digests("theirs")) == 1


def test_a_program_is_asked_about_with_the_files_among_its_words(here: Path) -> None:
    written(
        here / "presets",
        PROGRAM.replace("../train.py", "train.py").replace("[script]", '[script]\ncwd = ".."'),
    )
    remember(digests("theirs"))
    assert digests("theirs") == frozenset()
    (here / "train.py").write_text(f"{NEVER}# changed\n")
    assert len(digests("theirs")) == 1


@pytest.mark.parametrize("key", ["python", "exec"])
def test_so_is_an_interpreter_or_a_program_that_came_with_it(here: Path, key: str) -> None:
    binary = here / "presets" / "bin"
    binary.write_bytes(b"\x7fELF one")
    text = (
        f'{SCRIPT}python = "./bin"\n' if key == "python" else 'title = "x"\n[script]\nexec = ["./bin", "3"]\n'
    )
    written(here / "presets", text)
    request = LaunchRequest({"a": "theirs"})
    told = {line for code in unconfirmed_code(request) for line in code.functions}
    assert any(str(binary) in line for line in told)
    remember(digests("theirs"))
    assert digests("theirs") == frozenset()
    binary.write_bytes(b"\x7fELF two")
    assert len(digests("theirs")) == 1


def test_who_joins_is_asked_about_as_well(here: Path) -> None:
    with pytest.raises(CodeNotConfirmedError):
        joining_lane("theirs")


def test_what_is_typed_and_what_lies_among_ones_own_is_ones_own_word(here: Path) -> None:
    written(user_folder(), SCRIPT, "users")
    assert digests("./train.py --lr 0.1", "exec:python3 train.py") == frozenset()
    assert digests("users", "./presets/theirs.toml") == frozenset()


def test_what_nobody_said_yes_to_does_not_become_ones_own_by_saving(here: Path) -> None:
    asked = SaveAsked("a", resolve("theirs"), "mine")
    with pytest.raises(ValueError, match="launch it once before"):
        save(asked)
    remember(digests("theirs"))
    saved = save(asked)
    assert saved is not None
    assert saved.preset is not None
    assert saved.preset.script == resolve("theirs").preset.script  # type: ignore[union-attr]
