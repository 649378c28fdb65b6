"""What is installed here that decides what a run means, as every plan keeps it."""

from __future__ import annotations

import importlib.metadata
import platform

from training.preset.backend import BACKENDS

VERSIONS_OF = ("dualtrain", *BACKENDS, "keras", "nvidia-ml-py")


def plan_versions() -> dict[str, str]:
    """Python's version, and that of each package that is there."""
    found = {"python": platform.python_version()}
    for name in VERSIONS_OF:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
