"""A preset with a table [script]: it has no [model] and no [data], and is checked, made and written by its own rules.

To the rest of the house it is a preset like any other, whose model and data are its script's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from training.preset.backend import Backend
from training.preset.check import check
from training.preset.data import OwnData
from training.preset.document import PROSE, TITLE_CHARACTERS, FitSpec, Preset, Text
from training.preset.entry_table import as_written
from training.preset.errors import Problem, found
from training.preset.model import OwnModel
from training.preset.printable import one_line
from training.preset.script import ScriptSpec, ScriptTable
from training.preset.script_fits import script_misfits

_NOT_BESIDE = {
    "model": "a script builds its own model",
    "data": "a script loads its own data",
    "device": "a script sets its device up itself; the variables it needs stand in script.env",
    "checkpoint": "a script writes its own checkpoints",
}


class ScriptFit(Struct, frozen=True, forbid_unknown_fields=True):
    """What can be said of a training that a script does itself."""

    backend: Backend | None = None
    """What Keras computes with; where it is not said what the script chooses."""


class ScriptDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that may stand in a preset with a script."""

    title: Annotated[str, Meta(min_length=1, max_length=TITLE_CHARACTERS)]
    script: ScriptTable
    fit: ScriptFit = ScriptFit()
    description: Text = ""
    stresses: Text = ""
    origin: Text = ""


def make_script_preset(document: Mapping[str, Any]) -> Preset | Problem:
    """Check a document that has a table [script], and make a preset of it."""
    problem = _beside_script(document) or check(document, _document_type())
    if problem:
        return problem
    try:
        made = msgspec.convert(dict(document), ScriptDocument)
    except msgspec.ValidationError as error:
        return Problem("", one_line(str(error)), "what `dualtrain-tui presets show` lists")
    if not one_line(made.title):
        return Problem("title", "only white space", "text of 1 to 80 characters")
    fields = {field.name: getattr(made.script, field.name) for field in msgspec.structs.fields(ScriptTable)}
    spec = ScriptSpec(**fields, backend=made.fit.backend)
    texts = {key: one_line(getattr(made, key)) for key in PROSE}
    return next(script_misfits(spec), None) or msgspec.structs.replace(
        script_preset(spec, made.title), **texts
    )


def script_preset(spec: ScriptSpec, title: str) -> Preset:
    """A preset whose model and data are the script's own; the title comes out as one harmless line."""
    return Preset(
        title=one_line(title)[:TITLE_CHARACTERS],
        model=OwnModel(),
        data=OwnData(),
        fit=FitSpec() if spec.backend is None else FitSpec(backend=spec.backend),
        script=spec,
    )


def document_of(preset: Preset) -> dict[str, Any]:
    """The document that a preset would be made of, every setting said."""
    document = as_written(preset)
    script = document.pop("script")
    if script is None:
        return document
    backend = script.pop("backend")
    kept = {key: document[key] for key in PROSE}
    return {**kept, "script": script, **({"fit": {"backend": backend}} if backend is not None else {})}


def _beside_script(document: Mapping[str, Any]) -> Problem | None:
    """A key that is known elsewhere and has no place beside a script, with the reason."""
    for key, reason in _NOT_BESIDE.items():
        if key in document:
            return Problem(key, "a table beside script", f"no {key} there: {reason}")
    fit = document.get("fit")
    known = {field.encode_name for field in msgspec.structs.fields(FitSpec)}
    for key, value in fit.items() if isinstance(fit, Mapping) else ():
        if key in known and key != "backend":
            return Problem(
                f"fit.{key}",
                f"{found(value)} beside script",
                "fit.backend alone: the script does its own training",
            )
    return None


@cache
def _document_type() -> msgspec.inspect.Type:
    return msgspec.inspect.type_info(ScriptDocument)
