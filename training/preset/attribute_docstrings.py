"""What stands under the keys of a type, read for people who have only the preset's file before them.

Python keeps the docstring of a class but not those of its attributes: they are read from the source, as pydantic
does it for its `use_attribute_docstrings`.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import msgspec

from training.preset.printable import one_line


@cache
def key_words(kind: type[msgspec.Struct]) -> dict[str, str]:
    """One line for each attribute of a struct that is told of: its own words, else those of the alias that is its type.

    Empty where the program is installed without its source.
    """
    words: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        if issubclass(one, msgspec.Struct) and one is not msgspec.Struct:
            words.update(_words_in(_module_source(one.__module__), one.__name__))
    return words


def _words_in(module: ast.Module, class_name: str) -> Iterator[tuple[str, str]]:
    aliases = {
        target.id: told
        for statement, told in _told(module.body)
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    for definition in module.body:
        if not isinstance(definition, ast.ClassDef) or definition.name != class_name:
            continue
        own = {id(statement): told for statement, told in _told(definition.body)}
        for statement in definition.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                alias = statement.annotation.id if isinstance(statement.annotation, ast.Name) else ""
                told = own.get(id(statement)) or aliases.get(alias)
                if told:
                    yield statement.target.id, told


def _told(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, str]]:
    """Each statement that has a text right under it, with the text as one line."""
    for statement, after in pairwise(body):
        match after:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield statement, one_line(text)


@cache
def _module_source(name: str) -> ast.Module:
    try:
        return ast.parse(inspect.getsource(sys.modules[name]))
    except (OSError, TypeError):  # installed without it, or made of C
        return ast.Module(body=[], type_ignores=[])
