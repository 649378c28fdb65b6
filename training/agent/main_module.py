"""Run a file as `__main__`, as `python FILE ARGUMENTS` does."""

import builtins
import importlib.machinery
import os
import sys
import types
from typing import Any, FrozenSet, Optional, Sequence, Set

from .own_names import uncover

_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep


def run_as_main(path: str, arguments: Sequence[str], loaded_before: FrozenSet[str]) -> None:
    """Run it to its end; raises what it raises, `SystemExit` among it.

    `sys.argv`, `sys.path[0]`, `__file__` and what else a main module has are as Python sets them, so that
    `multiprocessing` finds it again in the processes that it spawns. `loaded_before` names the modules that the
    interpreter had loaded before anything of ours.
    """
    full = _as_python_names_it(path)
    sys.argv[:] = [path, *arguments]
    sys.path.insert(0, os.path.dirname(os.path.realpath(path)))
    uncover(loaded_before)
    with open(path, "rb") as file:
        source = file.read()
    module = types.ModuleType("__main__")
    names = module.__dict__
    names["__file__"] = full
    names["__cached__"] = None
    names["__builtins__"] = builtins
    names["__loader__"] = importlib.machinery.SourceFileLoader("__main__", full)
    names["__annotations__"] = {}
    sys.modules["__main__"] = module
    exec(compile(source, full, "exec", dont_inherit=True), names)  # noqa: S102 - it is what was asked for


def show_uncaught(error: BaseException) -> None:
    """Print it as Python would, with no frame of ours in it."""
    without_our_frames(error)
    sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__
    try:
        sys.excepthook(type(error), error, error.__traceback__)
    except Exception as of_hook:
        without_our_frames(of_hook)
        of_hook.__context__ = None
        sys.stderr.write("Error in sys.excepthook:\n")
        sys.__excepthook__(type(of_hook), of_hook, of_hook.__traceback__)
        sys.stderr.write("\nOriginal exception was:\n")
        sys.__excepthook__(type(error), error, error.__traceback__)


def without_our_frames(error: Optional[BaseException]) -> None:
    """Take our own frames out of an exception's traceback, and out of those that it came of."""
    seen: Set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        error.__traceback__ = _without_ours(error.__traceback__)
        error = error.__cause__ or error.__context__


def _without_ours(traceback: Optional[types.TracebackType]) -> Optional[types.TracebackType]:
    kept = []
    while traceback is not None:
        if not traceback.tb_frame.f_code.co_filename.startswith(_OURS):
            kept.append(traceback)
        traceback = traceback.tb_next
    for one, after in zip(kept, [*kept[1:], None]):  # noqa: B905 - 3.8 knows no strict
        one.tb_next = after
    return kept[0] if kept else None


def _as_python_names_it(path: str) -> str:
    """What Python makes of a script's path: absolute since 3.9, its dots left as they are."""
    if sys.version_info < (3, 9) or os.path.isabs(path):
        return path
    return os.path.join(os.getcwd(), path)


def exit_code_of(error: SystemExit) -> Optional[int]:
    """The code with which a process ends that raises it; anything but a number is printed and 1."""
    code: Any = error.code
    if code is None:
        return 0
    return code if isinstance(code, int) else 1
