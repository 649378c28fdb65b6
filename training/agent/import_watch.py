"""Hear when a module has been imported, without importing it."""

import sys
from typing import Any, Callable, Mapping, Optional, Sequence

Heard = Callable[[Any], None]


class ImportWatch:
    """Stands first among the finders, and finds nothing itself: what the others find is loaded as ever.

    Modules that are there already are heard of at once.
    """

    def __init__(self, heard_of: Mapping[str, Heard]) -> None:
        """`heard_of` is called with the module of that name, once it is whole; it must not raise."""
        self._heard_of = dict(heard_of)

    def install(self) -> None:
        """Begin to listen."""
        for name, heard in self._heard_of.items():
            if name in sys.modules:
                heard(sys.modules[name])
        sys.meta_path.insert(0, self)

    def find_spec(self, fullname: str, path: Optional[Sequence[str]] = None, target: Any = None) -> Any:
        """What another finder finds; of a name that is waited for its loader says when it is done."""
        heard = self._heard_of.get(fullname)
        if heard is None:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            spec = None if finder is self or find is None else find(fullname, path, target)
            if spec is not None:
                _listen(spec.loader, heard)
                return spec
        return None


def _listen(loader: Any, heard: Heard) -> None:
    """Have this one loader say when it has loaded; it is as it was by then."""
    try:
        load = loader.exec_module

        def exec_module(module: Any) -> None:
            try:
                del loader.exec_module
            except AttributeError:
                pass
            load(module)
            heard(module)

        loader.exec_module = exec_module
    except AttributeError:
        return  # a loader that takes no attribute: nothing is heard of its module
