"""A script of the user's own, or any program, as a lane: what a preset's table [script] may say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta, Struct

from training.preset.backend import Backend

OWN: Final = "(own)"
"""The tag of a model and of data that only a script knows. It stands in plans; a preset can never say this."""

OF_A_SCRIPT = "only the script itself knows its model"
"""What is said where Keras would have to be asked about a preset whose model is a script's."""

PathText = Annotated[str, Meta(min_length=1, max_length=4096)]
Word = Annotated[str, Meta(max_length=16_384)]
Words = Annotated[tuple[Word, ...], Meta(max_length=1000)]
Pattern = Annotated[str, Meta(min_length=1, max_length=1000)]


class ScriptTable(Struct, frozen=True, forbid_unknown_fields=True):
    """Either `path`, a Python script that runs as it would under `python`, or `exec`, any program.

    Paths are relative to the preset's folder.
    """

    # Once a preset is read its paths are absolute, or relative to `cwd`.

    path: PathText | None = None
    """The script; it knows nothing of dualtrain."""
    args: Words = ()
    """What the script finds in `sys.argv[1:]`."""
    exec: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=1000)] | None = None
    """A program and its arguments, in place of a script: memory, utilisation, log, pause and stop, and no steps."""
    cwd: PathText | None = None
    """Where it runs; where it is not said the script's folder, and of a program the preset's."""
    env: dict[str, Word] = {}
    """Variables beside those that every lane gets; these win."""
    python: PathText | None = None
    """Of the environment the script needs, Python 3.8 or newer; where it is not said dualtrain's own."""
    loss_pattern: Pattern | None = None
    """A regular expression with a group around the loss, looked for in each line of the log."""
    tensorboard: PathText | None = None
    """The folder in which it writes TensorBoard event files, relative to `cwd`: their scalars become curves."""


class ScriptSpec(ScriptTable, frozen=True, forbid_unknown_fields=True):
    """A script with what the preset says of it elsewhere."""

    backend: Backend | None = None
    """`[fit] backend`; None where the script chooses."""

    @property
    def folder(self) -> Path:
        """Where it runs."""
        if self.cwd is not None:
            return Path(self.cwd)
        return Path(self.path).parent if self.path is not None else Path()

    @property
    def file(self) -> Path | None:
        """The script's file; None of a program."""
        return None if self.path is None else self.folder / self.path

    @property
    def command(self) -> tuple[str, ...]:
        """What a person would type after `python`, or at all."""
        if self.exec is not None:
            return self.exec
        return (self.path or "", *self.args)
