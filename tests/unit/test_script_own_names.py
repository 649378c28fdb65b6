"""Modules of a script's own that are called as Python's: it finds them as under python, and its lane none the worse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.lone_script import LoneScript
from tests.unit.script_stage import Stage, write_beside
from training.supervisor.script_launch import RUNNER


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Whatever was started has ended afterwards."""
    stage = Stage(tmp_path)
    yield stage
    stage.close()


USED_BY_US = sorted(
    {
        line.split()[1].partition(".")[0]
        for path in RUNNER.parent.glob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.split()[:1] in (["import"], ["from"]) and not line.split()[1].startswith(".")
    }
)
"""What of the standard library our own modules import."""


@pytest.mark.parametrize("name", [*USED_BY_US, "bisect", "queue", "random", "select", "token", "tokenize"])
def test_a_module_of_its_own_is_found_where_python_finds_it(stage: Stage, name: str) -> None:
    source = f"import {name}\nprint(getattr({name}, 'mine', 'python'))\n"
    as_lane, alone = stage.both(source, beside={f"{name}.py": "mine = __file__\nprint('imported')\n"})
    assert as_lane == alone


def test_so_is_a_package_with_what_is_in_it(stage: Stage) -> None:
    files = {"json/__init__.py": "mine = 1\n", "json/encoder.py": "mine = 2\n"}
    source = "import json, json.encoder\nprint(json.mine, json.encoder.mine)\n"
    as_lane, alone = stage.both(source, beside=files)
    assert as_lane == alone == (0, "1 2\n")


def test_a_folder_that_is_no_package_hides_nothing(stage: Stage) -> None:
    files = {"json/notes.txt": "", "random/notes.txt": ""}
    as_lane, alone = stage.both("import json, random\nprint(json.dumps([1]), random.Random)\n", beside=files)
    assert as_lane == alone


def test_what_it_writes_beside_itself_first_is_found(stage: Stage) -> None:
    source = """
open(__file__.replace('script.py', 'made.py'), 'w').write('mine = 3')
import made
print(made.mine)
"""
    as_lane, alone = stage.both(source)
    assert as_lane == alone == (0, "3\n")


def test_its_lane_tells_what_it_tells_whatever_lies_beside_it(tmp_path: Path) -> None:
    source = """
import json, threading, traceback, random
import keras
keras.Model().fit(epochs=2, steps_per_epoch=5)
print(json.mine, threading.mine, traceback.mine, random.mine)
"""
    names = ("collections", "functools", "json", "linecache", "random", "re", "threading", "traceback")
    write_beside(tmp_path, {f"{name}.py": "mine = 1\n" for name in names})
    script = LoneScript(tmp_path, source).go()
    assert (script.wait(), script.printed.splitlines()[:1]) == (0, ["1 1 1 1"])
    assert script.of("finished")[0]["step"] == 10
    assert not script.of("remark")
    script.close()


def test_what_pythonpath_has_of_a_name_is_the_scripts_alone(tmp_path: Path) -> None:
    (tmp_path / "on_path").mkdir()
    (tmp_path / "lane").mkdir()
    (tmp_path / "on_path" / "json.py").write_text("print('imported')\nmine = 4\n")
    script = LoneScript(
        tmp_path / "lane", "print('first')\nimport json\nprint(json.mine)\n", keras=tmp_path / "on_path"
    )
    assert (script.go().wait(), script.printed) == (0, "first\nimported\n4\n")
    assert script.of("finished")
    script.close()
