"""The one error every bad preset ends in."""

from __future__ import annotations


class PresetError(ValueError):
    """A preset that cannot be used; the message names file, key, what was found and what is allowed."""
