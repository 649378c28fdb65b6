"""Wait for what another thread does; never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_for(holds: Callable[[], bool], saw: Callable[[], object] = str, timeout_s: float = 20.0) -> None:
    """Return once `holds()`.

    Raises:
        AssertionError: it never did; with what `saw` tells.
    """
    deadline = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout_s:g} s in vain; saw {saw()!r}")
        time.sleep(0.002)
