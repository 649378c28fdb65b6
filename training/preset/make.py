"""From a parsed document to a preset, or to the first problem with it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from training.preset.check import check
from training.preset.document import PROSE, Preset
from training.preset.entry_table import as_kept
from training.preset.errors import Problem
from training.preset.fits import misfits
from training.preset.printable import one_line
from training.preset.script_document import make_script_preset


def make_preset(document: Mapping[str, Any], folder: Path | None = None) -> Preset | Problem:
    """Check a document and make a preset of it; texts meant for people come out as one harmless line.

    Args:
        document: as TOML is read.
        folder: of the file it stands in, from which the code that it names is found; nothing is looked up there.
            A script's paths stay as they are.
    """
    if document.get("script") is not None:
        return make_script_preset(document)
    problem = check(document, _preset_type())
    if problem:
        return problem
    texts = {key: one_line(document[key]) for key in PROSE if key in document}
    if not texts["title"]:
        return Problem("title", "only white space", "text of 1 to 80 characters")
    kept = as_kept(document, folder)
    if isinstance(kept, Problem):
        return kept
    try:
        preset = msgspec.convert(kept, Preset)
    except msgspec.ValidationError as error:
        # `check` reads the same types, so this is not expected; it is still not a traceback.
        return Problem("", one_line(str(error)), "what `dualtrain-tui presets show` lists")
    return next(misfits(preset), None) or msgspec.structs.replace(preset, **texts)


@cache
def _preset_type() -> msgspec.inspect.Type:
    return msgspec.inspect.type_info(Preset)
