"""What `presets check` finds of a preset: what its file says, and with --run what a few steps of it tell."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.commands.confirming import confirm

if TYPE_CHECKING:
    from training.code_trust import NamedCode
    from training.preset_library import PresetEntry
    from training.preset_trial import Trial


NO_TRIAL = "a script or program takes its steps itself: dualtrain-tui run with --steps 3 tries it"


@dataclass(frozen=True, slots=True)
class CheckedPreset:
    """One preset, good or bad."""

    path: str
    error: str | None = None
    """What is wrong with it, in one line."""
    trial: Trial | None = None
    """What its steps told, where it was tried."""

    @property
    def told(self) -> str:
        """The figures of its steps, as the end of a line; empty where it was not tried."""
        if self.trial is None:
            return ""
        from tui import format

        trial = self.trial
        parts = [
            f"{format.count(trial.parameters)} parameters",
            f"{1000 * trial.step_s:.3g} ms a step of {format.count(trial.batch_size)}",
            f"peak {format.size(trial.peak_rss_bytes)} of host memory",
        ]
        return f"  {', '.join(parts)}, on the CPU"

    def as_json(self) -> dict[str, Any]:
        """The same for a program."""
        told: dict[str, Any] = {"path": self.path, "ok": self.error is None, "error": self.error}
        if self.trial is not None:
            import msgspec

            told |= msgspec.to_builtins(self.trial)
        return told


def checked(name: str) -> CheckedPreset:
    """A preset by name or path, as its file says."""
    from training.preset import PresetError

    try:
        entry = _entry(name)
    except PresetError as error:
        return CheckedPreset(name, str(error))
    return CheckedPreset(str(entry.path), what_is_missing(entry))


def everything_checked() -> list[CheckedPreset]:
    """Every preset in reach, as its file says."""
    from training.preset_library import list_presets

    return [CheckedPreset(str(entry.path), entry.error or what_is_missing(entry)) for entry in list_presets()]


def what_is_missing(entry: PresetEntry) -> str | None:
    """In one line what a script's preset names and is not there; None where there is no such thing."""
    if entry.preset is None or entry.preset.script is None:
        return None
    from training.preflight.scripts import why_not_run
    from training.preset.printable import printable

    for message, remedy in why_not_run(entry.preset.script, os.environ):
        return f"{printable(str(entry.path), limit=500)}: script: {message}: {remedy}"
    return None


def tried(name: str, *, trust: bool) -> CheckedPreset:
    """A preset by name or path, tried for a few steps; code that it names is asked about first where that is due."""
    from training.preset import PresetError
    from training.preset_trial import TrialError, try_preset

    try:
        entry = _entry(name)
    except PresetError as error:
        return CheckedPreset(name, str(error))
    assert entry.preset is not None
    if entry.preset.script is not None:
        why = what_is_missing(entry) or f"{entry.path}: {NO_TRIAL}"
        return CheckedPreset(str(entry.path), why)
    confirm(partial(_asked_about, entry), trust=trust)
    try:
        return CheckedPreset(str(entry.path), trial=try_preset(entry.path, entry.preset))
    except TrialError as error:
        return CheckedPreset(str(entry.path), f"{entry.path}: {error}")


def _asked_about(entry: PresetEntry) -> tuple[NamedCode, ...]:
    from training.code_trust import needing_a_yes, unconfirmed
    from training.plan import LanePlan

    assert entry.preset is not None
    planned = LanePlan(entry.name, entry.origin, entry.preset, str(entry.path))
    return unconfirmed(needing_a_yes([planned]))


def _entry(name: str) -> PresetEntry:
    """A path is a file, whatever it ends with; a name is looked for where presets are."""
    from training.preset import load_preset
    from training.preset_library import PresetEntry, resolve

    path = Path(name)
    if path.is_file():
        return PresetEntry(path.stem, "file", path, load_preset(path), None)
    return resolve(name)
