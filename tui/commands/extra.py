"""What an option needs that is not installed with dualtrain itself."""

from __future__ import annotations

from importlib.util import find_spec

from tui import exit_codes
from tui.commands.fail import fail


def refuse_without(package: str, *, purpose: str, extra: str) -> None:
    """Leave with one sentence where the package of an extra is not installed; it is not imported.

    Args:
        package: what is imported; pip installs it by the same name.
        purpose: what it is for, to be put before its name.
        extra: the extra of dualtrain that brings it.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:  # a folder that happens to bear its name has no origin
        remedy = f"pip install {package}, or dualtrain with its extra `{extra}`"
        fail(f"{purpose} {package}, which is not installed: {remedy}", exit_codes.USAGE)
