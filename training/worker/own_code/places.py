"""Where in the user's own files something went wrong, as `my_models.py:12`."""

from __future__ import annotations

import inspect
import re
import traceback
from collections.abc import Callable
from types import CodeType
from typing import Any

from training.worker.own_code.imports import OwnImports, own_imports

_IN_TEXT = re.compile(r'File "([^"]+)", line (\d+)')
"""How TensorFlow tells of lines that ran in a graph: in the message, as the frames are its own."""


def place_of(error: BaseException, imports: OwnImports = own_imports) -> str | None:
    """The line of the user's own files in which an error arose; None where none of them is in it.

    Of several the innermost: what a function of theirs called there is a library's.
    """
    seen: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in seen:
        found = _syntax_error(at, imports) or _in_traceback(at, imports) or _in_text(at, imports)
        if found:
            return found
        seen.append(at)
        at = at.__cause__ or at.__context__
    return None


def place_of_function(function: Callable[..., Any], imports: OwnImports = own_imports) -> str | None:
    """The line where a function, or a class's way of being made, begins; None where Python does not know."""
    code = code_of(function)
    return None if code is None else f"{imports.shown(code.co_filename)}:{code.co_firstlineno}"


def code_of(function: Callable[..., Any]) -> CodeType | None:
    """What a function, or a class's way of being made, consists of; None where it is none of Python's."""
    plain = inspect.unwrap(function)
    code = getattr(plain, "__code__", None) or getattr(getattr(plain, "__init__", None), "__code__", None)
    return code if isinstance(code, CodeType) else None


def _syntax_error(error: BaseException, imports: OwnImports) -> str | None:
    if isinstance(error, SyntaxError) and error.filename and imports.is_told_of(error.filename):
        return f"{imports.shown(error.filename)}:{error.lineno}"
    return None


def _in_traceback(error: BaseException, imports: OwnImports) -> str | None:
    frames = [
        (frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if imports.is_told_of(frame.f_code.co_filename)
    ]
    return f"{imports.shown(frames[-1][0])}:{frames[-1][1]}" if frames else None


def _in_text(error: BaseException, imports: OwnImports) -> str | None:
    named = [(file, line) for file, line in _IN_TEXT.findall(str(error)) if imports.is_told_of(file)]
    return f"{imports.shown(named[-1][0])}:{named[-1][1]}" if named else None
