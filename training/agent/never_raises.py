"""A defect of ours must not end a user's training."""

import functools
import sys
import traceback
from typing import Any, Callable, TypeVar

Hook = TypeVar("Hook", bound=Callable[..., Any])


def never_raises(hook: Hook) -> Hook:
    """Wrap a hook: what it raises goes to `report_own_failure` of its object, and no further."""

    @functools.wraps(hook)
    def guarded(self: Any, *args: Any, **kwargs: Any) -> None:
        try:
            hook(self, *args, **kwargs)
        except Exception:
            self.report_own_failure(what_failed())

    return guarded  # type: ignore[return-value]


def what_failed() -> str:
    """The traceback of what is just handled; its last line where that cannot be had.

    To format it Python may import modules only now, and a script may have others of their names.
    """
    error = sys.exc_info()[1]
    try:
        return traceback.format_exc()
    except Exception:
        return "%s: %s" % (type(error).__name__, error)
