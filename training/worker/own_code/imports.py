"""What a user's file imports is looked for beside it first, whatever else of that name this process has loaded.

A person may call a folder `training` as our own package is called, and each of two lanes may have a `models.py`.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.machinery
import importlib.util
import os
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import training
from training.preset.file_there import is_file, is_folder

OURS = ("training", "tui")
"""Packages of ours; nobody else's of these names is installed beside us, so that even a plain folder counts."""

_NOT_THEIRS = tuple(
    os.path.realpath(path)
    for path in (training.__path__[0], sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"))
)
"""What may lie in a folder of theirs, as in a home with Python in it, and is ours or Python's."""
_INSTALLED = "/site-packages/"


class OwnImports:
    """Finds modules for files in the user's folders.

    The folders are put at the head of `sys.path`, and a name that nobody else has is imported as it always is. One that
    is taken here already, by us, by a library or by another lane's folder, is loaded under an alias; imports of it lead
    to the alias where, and only where, the importing file is the user's. As long as no name is taken nothing of
    `builtins` or `importlib` is touched.
    """

    def __init__(self) -> None:
        self._folders: list[str] = []
        self._modules: dict[str, frozenset[str]] = {}
        """By folder: the names that can be imported from it."""
        self._aliases: dict[str, dict[str, str]] = {}
        """By folder: the names that are taken there, and what they are loaded as."""
        self._origins: dict[str, tuple[str, str]] = {}
        """By alias: the folder and the name."""
        self._elsewhere: dict[str, str] = {}
        """Files outside of the folders that are told of as the user's, and how each is told."""
        self._import: Any = builtins.__import__
        self._import_module = importlib.import_module

    @property
    def folders(self) -> Sequence[str]:
        """The user's, with links resolved."""
        return tuple(self._folders)

    def add(self, folder: str) -> None:
        """Files of this folder are the user's, and find each other."""
        real = os.path.realpath(folder)
        if real in self._folders:
            return
        self._modules[real] = frozenset(_modules_in(real))
        taken = {name: f"{name}__{len(self._folders)}" for name in self._taken(real)}
        # Behind the folders of before: what these import later is still theirs.
        sys.path.insert(len(self._folders), real)
        self._folders.append(real)
        self._aliases[real] = taken
        self._origins |= {alias: (real, name) for name, alias in taken.items()}
        if taken:
            self._install()

    def import_module(self, folder: str, name: str) -> ModuleType:
        """The module of this dotted name in one of the added folders."""
        top, dot, rest = name.partition(".")
        top = self._aliases[os.path.realpath(folder)].get(top, top)
        return self._import_module(f"{top}{dot}{rest}")

    def is_own(self, path: str) -> bool:
        """Whether a file is the user's: in one of the folders, not installed there, and none of ours or Python's."""
        if any(_is_inside(path, folder) for folder in _NOT_THEIRS):
            return False
        return any(_is_inside(path, folder) for folder in self._folders)

    def tell_of(self, file: str, module: str) -> None:
        """Tell of a file wherever it lies, as one that is installed: a function that a preset names is in it."""
        if file.startswith("/") and not self.is_own(file):
            path = Path(file)
            parts = len(module.split(".")) + (path.name == "__init__.py")
            self._elsewhere[file] = "/".join(path.parts[-parts:])

    def is_told_of(self, path: str) -> bool:
        """Whether lines of a file are told of as the user's."""
        return path in self._elsewhere or self.is_own(path)

    def shown(self, path: str) -> str:
        """A user's file as it is told: from its folder."""
        if path in self._elsewhere:
            return self._elsewhere[path]
        real = os.path.realpath(path)
        inside = [folder for folder in self._folders if _is_inside(real, folder)]
        return os.path.relpath(real, max(inside, key=len)) if inside else path

    @contextmanager
    def named_as_written(self) -> Iterator[None]:
        """Classes and functions say the module that their file is called, and not its alias.

        For a model that is saved: what opens it elsewhere imports its layers from there.
        """
        renamed = list(self._under_aliases())
        for one, _, plain in renamed:
            one.__module__ = plain
        try:
            yield
        finally:
            for one, name, _ in renamed:
                one.__module__ = name

    def _under_aliases(self) -> Iterator[tuple[Any, str, str]]:
        """Classes and functions, each with the name of its module and what that is written as."""
        for alias, (_, plain) in self._origins.items():
            for name, module in list(sys.modules.items()):
                if name == alias or name.startswith(f"{alias}."):
                    for one in list(vars(module).values()):
                        if isinstance(one, type | FunctionType) and one.__module__ == name:
                            yield one, name, plain + name.removeprefix(alias)

    # The taken names --------------------------------------------------------------------------------------------

    def _taken(self, folder: str) -> Iterator[str]:
        """Names of the folder that mean something else here, or in an earlier folder."""
        earlier = frozenset[str]().union(*(self._modules[other] for other in self._folders))
        for name in self._modules[folder]:
            loaded = sys.modules.get(name)
            if name in sys.builtin_module_names or importlib.machinery.FrozenImporter.find_spec(name):
                continue  # Python's own, which no file ever stands for
            if name in earlier or (loaded is not None and not _is_from(loaded, folder)):
                yield name

    def _install(self) -> None:
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)
            builtins.__import__ = self._import_statement
            importlib.import_module = self._import_call

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """What an alias is loaded from; the import system asks."""
        if path is not None or target is not None or name not in self._origins:
            return None
        package = Path(*self._origins[name])
        for file, inside in ((package / "__init__.py", [str(package)]), (package.with_suffix(".py"), None)):
            if is_file(file):
                return importlib.util.spec_from_file_location(name, file, submodule_search_locations=inside)
        spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(package)]
        return spec

    def _import_statement(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """In the place of `builtins.__import__`, whose arguments are called so."""
        if level == 0 and globals is not None:
            name = self._named_for(name, globals)
        return self._import(name, globals, locals, fromlist, level)

    def _import_call(self, name: str, package: str | None = None) -> ModuleType:
        """In the place of `importlib.import_module`."""
        if not name.startswith("."):
            name = self._named_for(name, sys._getframe(1).f_globals)
        return self._import_module(name, package)

    def _named_for(self, name: str, importer: Mapping[str, object]) -> str:
        """The name under which a module is loaded for whoever imports it."""
        top, dot, rest = name.partition(".")
        holders = [folder for folder in self._folders if top in self._modules[folder]]
        file = importer.get("__file__")
        if not holders or not isinstance(file, str) or not self.is_own(file):
            return name
        # The nearest folder around the file that has one, else another of the user's.
        nearest = max(holders, key=lambda folder: len(folder) if _is_inside(file, folder) else 0)
        return f"{self._aliases[nearest].get(top, top)}{dot}{rest}"


def _modules_in(folder: str) -> Iterator[str]:
    """What can be imported from a folder.

    Without an `__init__.py` a folder stands behind every package of its name that is installed.
    """
    try:
        entries = sorted(Path(folder).iterdir())
    except OSError:
        return
    for path in entries:
        is_module = path.suffix == ".py" and path.stem.isidentifier()
        is_package = path.name.isidentifier() and (
            is_file(path / "__init__.py") or (path.name in OURS and is_folder(path))
        )
        if is_module or is_package:
            yield path.stem


def _is_from(module: ModuleType, folder: str) -> bool:
    file = getattr(module, "__file__", None)
    places = [file] if isinstance(file, str) else list(getattr(module, "__path__", []))
    return any(_is_inside(os.path.realpath(place), folder) for place in places)


def _is_inside(path: str, folder: str) -> bool:
    whole = folder.rstrip("/") + "/"
    return path.startswith(whole) and _INSTALLED not in path[len(whole) - 1 :]


own_imports = OwnImports()
"""Of this process: imports are a thing that a process has once."""
