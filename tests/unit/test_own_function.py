"""One function of a person's own: what is wrong with it is told in one line with file and line."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

CALL = """
import json, sys
from pathlib import Path
from training.preset.entry import Entry
from training.preset.own_code import noted_down
from training.worker.failures import name_failure
from training.worker.own_code import own_function, place_of
here, found = Path(sys.argv[1]), {}
for text, arguments in json.loads(sys.argv[2]):
    entry = noted_down(Entry(text, str(here)))
    if text.startswith("changed"):
        (here / "changed.py").write_text("def build(): return 'otherwise'")
    try:
        found[text] = own_function(entry).call(arguments)
    except Exception as error:
        failure = name_failure(error, place=place_of(error))
        found[text] = f"{failure.kind}: {failure.message} [{failure.hint}]"
print(json.dumps(found))
"""

FILES = {
    "good.py": """
import os
def build(width=8, **more):
    more["seen"] = True
    return [width, more, os.getcwd()]
class Made:
    def __new__(cls, size):
        return {"size": size}
number = 3
def raises():
    numbers = []
    return numbers[3]
def leaves():
    raise SystemExit("enough")
def misses():
    return open("not-there.npz")
def deep():
    import json
    return json.loads("{")
def fetches():
    import urllib.request
    return urllib.request.urlretrieve("http://127.0.0.1:9/data.npz")
def library_fails():
    import json
    return json.loads("{")
def takes_too_much():
    raise MemoryError("Unable to allocate 7.28 TiB")
def may_not():
    raise PermissionError(13, "Permission denied", "closed/data.npz")
class Coded(Exception):
    kind = "of their own"
def raises_what_has_a_kind():
    raise Coded("odd")
""",
    "package/__init__.py": "",
    "package/inner/__init__.py": "SIZE = 5\n",
    "package/inner/models.py": (
        "from . import SIZE\nfrom ..other import TWO\ndef build():\n    return [SIZE, TWO, __name__]\n"
    ),
    "package/other.py": "TWO = 2\n",
    "not-a-name.py": "def build(): return 'ran'\n",
    "import_error.py": "\n\nimport not_there_at_all\n",
    "name_error.py": "x = 1\ny = x + z\n",
    "syntax_error.py": "def build(:\n    pass\n",
    "leaves.py": "import sys\nsys.exit(3)\n",
    "changed.py": "def build(): return 'as it was'\n",
    "inside.py": "import name_error\n",
    "children.py": (
        "import subprocess, sys\n"
        "def build():\n"
        "    return subprocess.run([sys.executable, 'child.py'], capture_output=True, text=True).stdout\n"
    ),
    "child.py": "import beside\nprint(beside.WHOSE, end='')\n",
    "beside.py": "WHOSE = 'mine'\n",
}


INSTALLED = {
    "lent/__init__.py": "",
    "lent/data.py": "import json\ndef load():\n    return json.loads('{')\n",
}
"""Not in the preset's folder."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder, installed = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("installed")
    files = {folder / name: text for name, text in FILES.items()}
    for path, text in (files | {installed / name: text for name, text in INSTALLED.items()}).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    calls = [
        ("good.py:build", {"width": 3, "other": {"a": [1]}}),
        ("good:build", {}),
        ("good.py:Made", {"size": 4}),
        ("good.py:biuld", {}),
        ("good.py:number", {}),
        ("good.py:raises", {}),
        ("good.py:leaves", {}),
        ("good.py:misses", {}),
        ("good.py:deep", {"wdith": 1}),
        ("package/inner/models.py:build", {}),
        ("package.inner.models:build", {}),
        ("not-a-name.py:build", {}),
        ("import_error.py:build", {}),
        ("name_error.py:build", {}),
        ("syntax_error.py:build", {}),
        ("inside.py:build", {}),
        ("leaves.py:build", {}),
        ("gone.py:build", {}),
        ("gone.module:build", {}),
        ("package.gone:build", {}),
        ("changed.py:build", {}),
        ("children.py:build", {}),
        ("good.py:fetches", {}),
        ("good.py:library_fails", {}),
        ("good.py:takes_too_much", {}),
        ("good.py:may_not", {}),
        ("good.py:raises_what_has_a_kind", {}),
        ("lent.data:load", {}),
    ]
    done = subprocess.run(
        [sys.executable, "-P", "-c", CALL, str(folder), json.dumps(calls)],
        # as the supervisor starts a worker
        env=os.environ | {"PYTHONSAFEPATH": "1", "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    told["folder"] = str(folder)
    return told


def test_it_is_called_with_its_arguments_in_the_presets_folder(found: dict[str, object]) -> None:
    assert found["good.py:build"] == [3, {"other": {"a": [1]}, "seen": True}, found["folder"]]
    assert found["good:build"] == [8, {"seen": True}, found["folder"]]
    assert found["good.py:Made"] == {"size": 4}
    assert found["not-a-name.py:build"] == "ran"


def test_programs_that_it_starts_find_what_lies_beside_them(found: dict[str, object]) -> None:
    assert found["children.py:build"] == "mine"


def test_a_file_in_a_package_is_imported_as_its_module(found: dict[str, object]) -> None:
    for text in ("package/inner/models.py:build", "package.inner.models:build"):
        assert found[text] == [5, 2, "package.inner.models"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "good.py:biuld",
            "own-code: good.py:1: there is no function biuld in it [Did you mean build (good.py:3)?]",
        ),
        ("good.py:number", "own-code: good.py:1: number is a int, not a function [Name a function.]"),
        (
            "good.py:raises",
            "error: good.py:12: IndexError: list index out of range [The lane's log has the whole",
        ),
        ("good.py:leaves", "own-code: good.py:14: it left with sys.exit('enough') ["),
        (
            "good.py:misses",
            "file-error: good.py:16: [Errno 2] No such file or directory: 'not-there.npz' [Code of",
        ),
        ("good.py:deep", "own-code: good.py:17: deep(): got an unexpected keyword argument 'wdith' ["),
        (
            "import_error.py:build",
            "import-error: import_error.py:3: Cannot import: No module named 'not_there_at_",
        ),
        ("name_error.py:build", "error: name_error.py:2: NameError: name 'z' is not defined ["),
        ("syntax_error.py:build", "error: syntax_error.py:1: SyntaxError: invalid syntax"),
        ("inside.py:build", "error: name_error.py:2: NameError: name 'z' is not defined ["),
        ("leaves.py:build", "own-code: leaves.py:2: it left with sys.exit(3) ["),
        ("gone.py:build", "own-code: gone.py:build: there is no file "),
        ("gone.module:build", "own-code: gone.module:build: there is no module gone in "),
        ("package.gone:build", "own-code: package.gone:build: there is no module package.gone in "),
        ("changed.py:build", "own-code: changed.py:build: "),
        (
            "good.py:fetches",
            "network-error: good.py:22: URLError: <urlopen error [Errno 111] Connection refused> [Code of yours asked",
        ),
        ("good.py:library_fails", "error: good.py:25: JSONDecodeError: Expecting property name"),
        (
            "good.py:takes_too_much",
            "host-memory: good.py:27: Out of the machine's memory: Unable to allocate 7.28 TiB [",
        ),
        (
            "good.py:may_not",
            "file-error: good.py:29: [Errno 13] Permission denied: 'closed/data.npz' [Code of yours runs as you",
        ),
        ("good.py:raises_what_has_a_kind", "error: good.py:33: Coded: odd ["),
        ("lent.data:load", "error: lent/data.py:3: JSONDecodeError: Expecting property name"),
    ],
)
def test_what_is_wrong_is_one_line(found: dict[str, object], text: str, line: str) -> None:
    told = found[text]
    assert isinstance(told, str)
    assert told.startswith(line)
    assert told.isprintable()


def test_a_file_that_changed_since_it_was_planned_is_not_run(found: dict[str, object]) -> None:
    assert "has changed since this was planned [Launch it again: `retry` does.]" in str(
        found["changed.py:build"]
    )
