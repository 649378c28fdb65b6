"""The one error every bad preset ends in, and how its line is worded."""

from __future__ import annotations

import datetime
import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from training.preset.printable import one_line, printable

_SHOWN_CHARACTERS = 60


class PresetError(ValueError):
    """A preset that cannot be used; the message names file, key, what was found and what is allowed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with what a preset says."""

    key: str
    """Dotted, as `fit.batch_size`; empty for the document as a whole."""
    found: str
    allowed: str
    suggestion: str | None = None
    """The nearest name that is allowed."""

    @property
    def sentence(self) -> str:
        """The problem alone, as it is told beside the place where it stands."""
        hint = f", did you mean {self.suggestion}?" if self.suggestion else ""
        return one_line(f"found {self.found}{hint}; allowed: {self.allowed}")

    def error(self, source: str) -> PresetError:
        """This problem as an error, told of the file or override it stands in."""
        place = f"{source}: {self.key}" if self.key else source
        return PresetError(one_line(f"{place}: {self.sentence}"))


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name that is most like this one, if any is like it at all."""
    by_folded = {candidate.casefold(): candidate for candidate in allowed}
    # A name may be a megabyte long: only its beginning is compared.
    folded = name[:_SHOWN_CHARACTERS].casefold()
    # What begins alike is an abbreviation: "acc" is nearer to "accuracy" than to "auc".
    longer = [candidate for candidate in by_folded if len(folded) >= 3 and candidate.startswith(folded)]
    matches = longer or difflib.get_close_matches(folded, by_folded, n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else None


def dotted(key: str, name: str) -> str:
    """A key inside a table; a bare key stays bare, anything else is shown quoted, as TOML would need it."""
    bare = name.replace("_", "").replace("-", "").isalnum() and len(name) <= _SHOWN_CHARACTERS
    shown = name if bare else listed([name])
    return f"{key}.{shown}" if key else shown


def quoted(text: str) -> str:
    """The text in double quotes, cut and made harmless."""
    return printable(json.dumps(text[: _SHOWN_CHARACTERS + 1], ensure_ascii=False), limit=_SHOWN_CHARACTERS)


def listed(names: Iterable[object]) -> str:
    """Names as a person reads them: texts quoted, numbers bare."""
    return ", ".join(quoted(name) if isinstance(name, str) else str(name) for name in names)


def found(value: Any) -> str:
    """A TOML value as it is told in a message."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() if not -(2**63) <= value < 2**63:
            return "a number beyond 64 bits"
        case int() | float():
            return repr(value)
        case str():
            return quoted(value)
        case list() | tuple():
            return f"a list of {len(value)}" if value else "an empty list"
        case dict():
            return "a table"
        case datetime.date() | datetime.time():
            return "a date or time"
        case None:
            return "nothing"
        case _:
            return f"a {type(value).__name__}"
