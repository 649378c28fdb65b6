"""One function of the user's own: found, imported, called, and told of with its file and line."""

from __future__ import annotations

import contextlib
import copy
import inspect
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from training.preset import Preset
from training.preset.code_file import code_digest, code_file
from training.preset.entry import Arguments, Entry
from training.preset.errors import nearest
from training.preset.file_there import is_file, why_not_there
from training.preset.own_code import entries
from training.worker.failures import LaneFailureError
from training.worker.own_code.imports import own_imports
from training.worker.own_code.places import code_of, place_of, place_of_function

KIND = "own-code"
"""Of a failure that is the user's own code's, and that Python or Keras would not name as clearly."""

_imported: dict[Entry, OwnFunction] = {}


@dataclass(frozen=True, slots=True)
class OwnFunction:
    """An imported function."""

    entry: Entry
    function: Callable[..., Any]

    @property
    def place(self) -> str:
        """Where it begins."""
        return place_of_function(self.function) or self.entry.source

    def call(self, arguments: Arguments) -> Any:
        """What it returns; the working directory is the preset's folder from then on.

        Raises:
            LaneFailureError: it does not take these arguments, or leaves the process.
            Exception: whatever it raises.
        """
        self._check_arguments(arguments)
        with contextlib.suppress(OSError):
            os.chdir(self.entry.folder)
        with _not_leaving(self.entry):
            return self.function(**copy.deepcopy(arguments))

    def refusal(self, did: str, hint: str) -> LaneFailureError:
        """What is wrong with what it returned, for whoever raises it: `did` follows its name."""
        return LaneFailureError(KIND, f"{self.place}: {self.entry.function}() {did}", hint)

    def _check_arguments(self, arguments: Arguments) -> None:
        try:
            signature = inspect.signature(self.function)
        except (TypeError, ValueError):
            return  # Python cannot tell: the call will
        try:
            signature.bind(**arguments)
        except TypeError as error:
            raise LaneFailureError(
                KIND,
                f"{self.place}: {self.entry.function}{signature}: {error}",
                "Its arguments are the keys beside entry.",
            ) from None


def own_function(entry: Entry) -> OwnFunction:
    """Import the function that a preset names.

    Raises:
        LaneFailureError: there is no such file, module or function, or the file has changed since the run was planned.
        Exception: whatever importing it raises.
    """
    path = code_file(entry)
    if path is None and entry.file is not None:
        why = why_not_there(entry.file, f"there is no file {entry.file}")
        raise LaneFailureError(KIND, f"{entry.text}: {why}", "Mend the preset's entry.")
    if path is not None and entry.code and code_digest(path) != entry.code:
        raise LaneFailureError(
            KIND, f"{entry.text}: {path} has changed since this was planned", "Launch it again: `retry` does."
        )
    # For the child processes of the user's code: with it Python would not find what lies beside their files.
    os.environ.pop("PYTHONSAFEPATH", None)
    with _not_leaving(entry):
        module = _imported_file(path, entry) if entry.file is not None and path else _imported_module(entry)
    function = getattr(module, entry.function, None)
    if not callable(function):
        raise _no_function(module, entry, function)
    code = code_of(function)
    if code is not None:
        own_imports.tell_of(code.co_filename, str(getattr(function, "__module__", module.__name__)))
    own = OwnFunction(entry, function)
    _imported[entry] = own
    return own


def made_in(preset: Preset) -> str | None:
    """Where the functions begin that a preset names, as far as they were imported; None where none was."""
    functions = [_imported[entry] for _, entry in entries(preset) if entry in _imported]
    return ", ".join(f"{own.place} ({own.entry.function})" for own in functions) or None


def _imported_file(path: Path, entry: Entry) -> ModuleType:
    root, name = _importable(Path(os.path.realpath(path)))
    own_imports.add(str(root))
    own_imports.add(entry.folder)
    return own_imports.import_module(str(root), name)


def _importable(path: Path) -> tuple[Path, str]:
    """The folder from which a file is imported, and its dotted name from there.

    A file in a package, a folder with an `__init__.py`, is that package's module: so its relative imports work.
    """
    names = [] if path.stem == "__init__" else [path.stem]
    folder = path.parent
    while folder != folder.parent and is_file(folder / "__init__.py"):
        names.insert(0, folder.name)
        folder = folder.parent
    return folder, ".".join(names)


def _imported_module(entry: Entry) -> ModuleType:
    own_imports.add(entry.folder)
    try:
        return own_imports.import_module(entry.folder, entry.source)
    except ModuleNotFoundError as error:
        if place_of(error) or not error.name or not f"{entry.source}.".startswith(f"{error.name}."):
            raise
        raise LaneFailureError(
            KIND,
            f"{entry.text}: there is no module {error.name} in {entry.folder}, and none is installed",
            "Mend the preset's entry, or install the module beside dualtrain.",
        ) from None


def _no_function(module: ModuleType, entry: Entry, found: object) -> LaneFailureError:
    file = own_imports.shown(str(getattr(module, "__file__", None) or entry.source))
    if found is not None:
        return LaneFailureError(
            KIND,
            f"{file}:1: {entry.function} is a {type(found).__name__}, not a function",
            "Name a function.",
        )
    functions = {
        name: one for name, one in vars(module).items() if callable(one) and not name.startswith("_")
    }
    close = nearest(entry.function, functions)
    place = close and place_of_function(functions[close])
    hint = f"Did you mean {close} ({place})?" if close else "Define it there, or mend the preset's entry."
    return LaneFailureError(KIND, f"{file}:1: there is no function {entry.function} in it", hint)


@contextmanager
def _not_leaving(entry: Entry) -> Iterator[None]:
    """A lane ends with a record of why, and not by its code's leaving."""
    try:
        yield
    except SystemExit as error:
        place = place_of(error) or entry.source
        raise LaneFailureError(
            KIND, f"{place}: it left with sys.exit({error.code!r})", "Return, or raise an error."
        ) from error
