"""A defect of ours must not end a user's training."""

import functools
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
            self.report_own_failure(traceback.format_exc())

    return guarded  # type: ignore[return-value]
