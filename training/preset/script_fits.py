"""What single keys of [script] cannot show: whether they can stand together, and whether they can be used at all."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

from training.preset.errors import Problem, found, quoted
from training.preset.script import ScriptSpec


def script_misfits(spec: ScriptSpec) -> Iterator[Problem]:
    """Everything in a table [script], sound key by key, that still could not run."""
    if spec.path is None and spec.exec is None:
        yield Problem(
            "script.path",
            "nothing (it is required)",
            "the path of a Python script, or in its place script.exec: a program and its arguments",
        )
    if spec.exec is not None:
        yield from _beside_a_program(spec, spec.exec)
    yield from _for_a_process(spec)
    if spec.loss_pattern is not None and (why := pattern_refusal(spec.loss_pattern)):
        yield Problem(
            "script.loss_pattern",
            f"{quoted(spec.loss_pattern)}: {why}",
            "a regular expression with a group around the loss, as 'loss: ([0-9.]+)'",
        )


def pattern_refusal(pattern: str) -> str | None:
    """Why this can be no pattern for losses, in a few words; None where it can."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a later Python may read otherwise
            compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return f"no regular expression ({error})"
    return None if compiled.groups else "it has no group"


def _beside_a_program(spec: ScriptSpec, program: tuple[str, ...]) -> Iterator[Problem]:
    of_a_script = {"path": spec.path, "args": spec.args, "python": spec.python}
    for key, value in of_a_script.items():
        if value:
            yield Problem(
                f"script.{key}", f"{found(value)} beside script.exec", "one of the two: exec is no script"
            )
    if spec.backend is not None:
        yield Problem(
            "fit.backend", f"{quoted(spec.backend)} beside script.exec", "no backend: exec is any program"
        )
    if not program[0]:
        yield Problem("script.exec[0]", "an empty text", "the program's name or path")


def _for_a_process(spec: ScriptSpec) -> Iterator[Problem]:
    """What the kernel passes on to no process."""
    for name in spec.env:
        if not name or "=" in name or "\0" in name:
            yield Problem(
                "script.env", f"the name {quoted(name)}", "names of variables, without an equals sign"
            )
    texts = {
        "path": [spec.path or ""],
        "args": spec.args,
        "exec": spec.exec or (),
        "cwd": [spec.cwd or ""],
        "env": tuple(spec.env.values()),
        "python": [spec.python or ""],
        "tensorboard": [spec.tensorboard or ""],
    }
    for key, values in texts.items():
        if any("\0" in value for value in values):
            yield Problem(f"script.{key}", "a text with a NUL character", "text without one")
