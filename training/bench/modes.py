"""The ways of sharing that a bench compares."""

from __future__ import annotations

from training.bench.plan import MEASURED, REFERENCE
from training.launch_refusal import LaunchError
from training.plan import Sharing


def parse_modes(asked: str) -> tuple[Sharing, ...]:
    """The modes to launch, of a list as `together,mps`; the reference may be in it and is always shown.

    Raises:
        LaunchError: an unknown mode, or nothing to hold against the reference.
    """
    words = [word.strip() for word in asked.split(",") if word.strip()]
    known = (REFERENCE, *MEASURED)
    for word in words:
        if word not in known:
            raise LaunchError(f"--sharing {word}: a bench compares {', '.join(known)}")
    modes = tuple(mode for mode in MEASURED if mode in words)
    if not modes:
        raise LaunchError(
            f"--sharing {asked}: one after the other is what other modes are held against; "
            f"name at least one of {', '.join(MEASURED)}"
        )
    return modes
