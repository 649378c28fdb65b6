"""The agent lives in other people's interpreters: old syntax, standard library only, started by path."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from training import agent

FOLDER = Path(agent.__file__).parent
FILES = sorted(FOLDER.glob("*.py"))

LOADED_BY_PATH = """
import importlib.util, pathlib, sys
folder = pathlib.Path(sys.argv[1])
spec = importlib.util.spec_from_file_location(
    "their_agent", folder / "__init__.py", submodule_search_locations=[str(folder)]
)
package = importlib.util.module_from_spec(spec)
sys.modules["their_agent"] = package
spec.loader.exec_module(package)
for file in sorted(folder.glob("*.py")):
    if file.stem != "__init__":
        __import__("their_agent." + file.stem)
from their_agent.emitter import Emitter
from their_agent.gate import Gate
from their_agent.lane_hooks import LaneHooks
from their_agent.lane_plan import LaneHooksPlan

class Model:
    stop_training = False

emitter, gate = Emitter(sys.argv[2], "a", 0.0), Gate()
hooks = LaneHooks(emitter, gate, LaneHooksPlan(4, 10, 40, warm_up_steps=3))
hooks.model = Model()
gate.tell({"do": "release"})
hooks.on_train_begin()
hooks.on_epoch_begin(0)
for batch in range(10):
    hooks.on_train_batch_begin(batch)
    hooks.on_train_batch_end(batch, {"loss": 1.0})
hooks.on_epoch_end(0, {"loss": 1.0})
hooks.on_train_end()
emitter.close()
known = sys.stdlib_module_names | {"their_agent", "__main__"}
foreign = [name for name in sys.modules if name.split(".")[0] not in known]
assert not foreign, foreign
"""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_syntax_is_that_of_python_38(path: Path) -> None:
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_annotations_can_be_evaluated_by_python_38(path: Path) -> None:
    """No `list[int]` and no `int | None`: 3.8 evaluates annotations of functions and fails on both."""
    builtin = {"list", "dict", "tuple", "set", "frozenset", "type"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            assert node.value.id not in builtin, f"{path.name}:{node.lineno}"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            operands = [ast.unparse(node.left), ast.unparse(node.right)]
            assert "None" not in operands, f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_imports_are_its_own_and_the_standard_library(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        else:
            continue
        for name in names:
            assert name.split(".")[0] in sys.stdlib_module_names, f"{path.name}: {name}"


def test_works_when_loaded_by_path_in_a_bare_interpreter(tmp_path: Path) -> None:
    records = tmp_path / "a.jsonl"
    done = subprocess.run(
        [sys.executable, "-S", "-I", "-c", LOADED_BY_PATH, str(FOLDER), str(records)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    kinds = [line.split('"')[3] for line in records.read_text(encoding="utf-8").splitlines()]
    assert kinds[0] == "schema"
    assert kinds[-1] == "epoch"
    assert {"warm", "released", "progress"} <= set(kinds)
