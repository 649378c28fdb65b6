"""What is installed here that decides what a run means, as every plan keeps it."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterable

from training.preset.backend import BACKENDS

VERSIONS_OF = ("dualtrain", *BACKENDS, "keras", "nvidia-ml-py")


def plan_versions() -> dict[str, str]:
    """Python's version, and that of each package that is there."""
    return {"python": platform.python_version(), **installed_of(VERSIONS_OF)}


def installed_of(names: Iterable[str]) -> dict[str, str]:
    """The versions of those of the packages that are installed."""
    found: dict[str, str] = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
