"""What a person's files import is theirs, whatever else has the name; each case in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BEGIN = """
import importlib, json, sys
from pathlib import Path
import training.plan
from training.worker.own_code.imports import OwnImports
imports, here = OwnImports(), Path(sys.argv[1])
def tell(**told):
    print(json.dumps(told))
"""


def told(folder: Path, code: str, files: dict[str, str]) -> dict[str, Any]:
    """What the code prints that runs with these files in the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    done = subprocess.run(
        [sys.executable, "-P", "-c", BEGIN + code, str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


LIKE_OURS = {
    "mine.py": """
import importlib
import training
import training.layers as layers
from training import heads
from training.heads import deep
import tui
def late():
    from training.layers import WHOSE
    import training.plan
    return WHOSE, training.plan.WHOSE, importlib.import_module("training.layers").WHOSE
""",
    "training/__init__.py": 'WHOSE = "mine"\n',
    "training/layers.py": 'WHOSE = "my layers"\n',
    "training/plan.py": 'WHOSE = "my plan"\n',
    "training/heads/__init__.py": "from . import deep\nfrom ..layers import WHOSE\n",
    "training/heads/deep.py": "import training.layers\nWHOSE = training.layers.WHOSE\n",
    "tui.py": 'WHOSE = "my tui"\n',
}


@pytest.mark.parametrize("has_init", [True, False], ids=["package", "plain folder"])
def test_a_folder_called_as_our_package_is_the_users_for_their_files_alone(
    tmp_path: Path, has_init: bool
) -> None:
    files = {name: text for name, text in LIKE_OURS.items() if has_init or name != "training/__init__.py"}
    found = told(
        tmp_path,
        """
imports.add(str(here))
mine = imports.import_module(str(here), "mine")
import training as ours, training.launch
from training.plan import Plan
tell(
    layers=mine.layers.WHOSE, heads=mine.heads.WHOSE, deep=mine.deep.WHOSE, tui=mine.tui.WHOSE, late=mine.late(),
    same=mine.training.layers is mine.layers, ours=[ours.__version__ != "", Plan.__module__, "WHOSE" in vars(ours)],
    again=importlib.import_module("training.preset").Preset.__name__,
)
""",
        files,
    )
    assert found == {
        "layers": "my layers",
        "heads": "my layers",
        "deep": "my layers",
        "tui": "my tui",
        "late": ["my layers", "my plan", "my layers"],
        "same": True,
        "ours": [True, "training.plan", False],
        "again": "Preset",
    }


def test_two_folders_may_have_modules_of_the_same_names(tmp_path: Path) -> None:
    module = "import helpers\ndef late():\n    import later\n    return helpers.WHOSE, later.WHOSE\n"
    files = {
        f"{lane}/{name}.py": text
        for lane in "ab"
        for name, text in (
            ("models", module),
            ("helpers", f"WHOSE = '{lane}'\n"),
            ("later", f"WHOSE = '{lane}!'\n"),
        )
    }
    found = told(
        tmp_path,
        """
loaded = {}
for lane in "ab":
    imports.add(str(here / lane))
    loaded[lane] = imports.import_module(str(here / lane), "models")
tell(**{lane: module.late() for lane, module in loaded.items()}, count=len(set(loaded.values())))
""",
        files,
    )
    assert found == {"a": ["a", "a!"], "b": ["b", "b!"], "count": 2}


def test_names_that_nobody_else_has_are_imported_as_ever(tmp_path: Path) -> None:
    found = told(
        tmp_path,
        """
import builtins
before = builtins.__import__, importlib.import_module
imports.add(str(here))
imports.add(str(here))
mine = imports.import_module(str(here), "mine")
tell(
    name=mine.__name__, untouched=before == (builtins.__import__, importlib.import_module),
    path=sys.path.count(str(here)), own=[imports.is_own(mine.__file__), imports.is_own(json.__file__)],
    shown=imports.shown(mine.__file__), ours=imports.is_own(training.plan.__file__),
    installed=imports.is_own(str(here / "venv/lib/site-packages/x.py")),
)
""",
        {"mine.py": "import beside\n", "beside.py": ""},
    )
    assert found == {
        "name": "mine",
        "untouched": True,
        "path": 1,
        "own": [True, False],
        "shown": "mine.py",
        "ours": False,
        "installed": False,
    }


def test_a_module_called_as_a_librarys_is_the_users_for_their_files_alone(tmp_path: Path) -> None:
    found = told(
        tmp_path,
        """
import msgspec, random
imports.add(str(here))
mine = imports.import_module(str(here), "mine")
import random as theirs
tell(mine=[mine.random.WHOSE, mine.msgspec.WHOSE], theirs=hasattr(theirs, "WHOSE"), plain=mine.os_name)
""",
        {
            "mine.py": "import random, msgspec, os\nos_name = os.name\n",
            "random.py": "WHOSE = 'mine'\n",
            "msgspec.py": "WHOSE = 'mine'\n",
            "os.py": "raise AssertionError('no file ever stands for this')\n",
            "json/notes.txt": "a folder of data hides no package",
        },
    )
    assert found == {"mine": ["mine", "mine"], "theirs": False, "plain": "posix"}


def test_what_is_saved_names_the_module_as_its_file_is_called(tmp_path: Path) -> None:
    found = told(
        tmp_path,
        """
imports.add(str(here))
layers = imports.import_module(str(here), "training.layers")
names = lambda: [layers.Doubled.__module__, layers.made.__module__, layers.Path.__module__]
before = names()
with imports.named_as_written():
    inside = names()
tell(inside=inside, after=names() == before, alias=before[0] != inside[0])
""",
        {
            "training/__init__.py": "",
            "training/layers.py": "from pathlib import Path\nclass Doubled: ...\ndef made(): ...\n",
        },
    )
    assert found == {
        "inside": ["training.layers", "training.layers", "pathlib"],
        "after": True,
        "alias": True,
    }
