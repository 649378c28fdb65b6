"""What stands in arrays and batches where numbers should, told in a few words."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from training.preset.printable import printable
from training.worker.own_code import OwnFunction

_HELD = {"str": "text", "bytes": "text", "datetime": "dates", "timedelta": "times", "object": "objects"}
"""By how the names of dtypes begin, NumPy's and TensorFlow's."""
_LONGEST = 40
_TEXT = "text"
TEXT_HINT = "Make numbers of it, as numpy.unique(y, return_inverse=True) or keras.layers.StringLookup do."
NUMBERS_HINT = 'Make numbers of it, as with .astype("float32").'


def held_instead(leaf: Any) -> str | None:
    """What is held in place of numbers; None where numbers, or truth values, are.

    Objects that are all texts are text: so pandas keeps it.
    """
    dtype = getattr(leaf, "dtype", None)
    name = str(getattr(dtype, "name", dtype)).lower()
    held = next((words for begins, words in _HELD.items() if name.startswith(begins)), None)
    if held == "objects" and isinstance(_first(leaf), str | bytes):
        return _TEXT
    return held


def refuse_no_numbers(own: OwnFunction, part: str, value: Any, *, may_be_text: bool = False) -> None:
    """Refuse a part of what a function returned that holds anything but numbers.

    Args:
        own: the function.
        part: what its value is called: x, y or sample_weight.
        value: an array or a batch of them, or several in a list or a dict; None holds nothing.
        may_be_text: of inputs, and of labels that a step of the user's own reads.

    Raises:
        LaneFailureError: it does.
    """
    for leaf in [] if value is None else keras.tree.flatten(value):
        held = None if leaf is None else held_instead(leaf)
        if held is None or (may_be_text and held == _TEXT):
            continue
        first = printable(repr(_first(leaf)), limit=_LONGEST)
        hint = TEXT_HINT if held == _TEXT and part == "y" else NUMBERS_HINT
        raise own.refusal(f"returned {held} in {part} (the first is {first}), where numbers should be", hint)


def _first(leaf: Any) -> Any:
    found = next(iter(np.asarray(leaf).flat), None)
    if isinstance(found, bytes):
        return found.decode("utf-8", "replace")
    return found.item() if isinstance(found, np.generic) else found
