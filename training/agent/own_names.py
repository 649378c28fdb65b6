"""Modules of a script's own that are called as ones we have imported: the script finds its own, as under Python."""

import sys
from typing import Any, FrozenSet

_OURS = __name__.partition(".")[0]


def uncover(loaded_before: FrozenSet[str]) -> None:
    """Forget modules that only we have imported, where an import by the script would find another of that name.

    `sys.path` must be the script's by now. What the interpreter had loaded before us stays: under Python it would be
    there as well. Our own code keeps the modules that it has.
    """
    finders_before = set(sys.path_importer_cache)
    names = {name.partition(".")[0] for name in sys.modules} - loaded_before - {_OURS}
    covered = {name for name in names if _is_covered(name)}
    for name in list(sys.modules):
        if name.partition(".")[0] in covered:
            del sys.modules[name]
    for entry in set(sys.path_importer_cache) - finders_before:
        # Under Python nobody has looked into that folder yet: a file that the script writes there first is to be seen.
        del sys.path_importer_cache[entry]


def _is_covered(name: str) -> bool:
    """Whether the module of this name is not the one that an import would find."""
    try:
        found = _find(name)
        loaded = sys.modules[name].__spec__
    except Exception:
        return False  # a finder that fails fails the script's own import, where it makes one
    return found is not None and loaded is not None and found.origin not in (None, loaded.origin)


def _find(name: str) -> Any:
    for finder in sys.meta_path:
        find = getattr(finder, "find_spec", None)
        spec = None if find is None else find(name, None, None)
        if spec is not None:
            return spec
    return None
