"""From a parsed document to a preset, or to the first problem with it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from training.preset.check import check
from training.preset.document import Preset
from training.preset.errors import Problem
from training.preset.fits import misfits
from training.preset.printable import one_line
from training.preset.script_document import make_script_preset


def make_preset(document: Mapping[str, Any]) -> Preset | Problem:
    """Check a document and make a preset of it; texts meant for people come out as one harmless line."""
    if document.get("script") is not None:
        return make_script_preset(document)
    problem = check(document, _preset_type())
    if problem:
        return problem
    texts = {key: one_line(document[key]) for key in ("title", "description", "stresses") if key in document}
    if not texts["title"]:
        return Problem("title", "only white space", "text of 1 to 80 characters")
    try:
        preset = msgspec.convert(dict(document), Preset)
    except msgspec.ValidationError as error:
        # `check` reads the same types, so this is not expected; it is still not a traceback.
        return Problem("", one_line(str(error)), "what `dualtrain-tui presets show` lists")
    return next(misfits(preset), None) or msgspec.structs.replace(preset, **texts)


@cache
def _preset_type() -> msgspec.inspect.Type:
    return msgspec.inspect.type_info(Preset)
