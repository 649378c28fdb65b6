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
    from training.preset import Preset
    from training.preset_library import PresetEntry
    from training.preset_trial import Trial
    from training.script_trial import ScriptTrial


NO_TRIAL = "a program shows no step that could be tried: dualtrain-tui run --exec runs it"


@dataclass(frozen=True, slots=True)
class CheckedPreset:
    """One preset, good or bad."""

    path: str
    error: str | None = None
    """What is wrong with it, in one line."""
    trial: Trial | ScriptTrial | None = None
    """What its steps told, where it was tried."""

    @property
    def told(self) -> str:
        """The figures of its steps, as the end of a line; empty where it was not tried."""
        if self.trial is None:
            return ""
        from training.preset_trial import Trial
        from tui import format

        trial = self.trial
        if not isinstance(trial, Trial):
            return f"  {_told_of_script(trial)}, on the CPU"
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
    return CheckedPreset(_named(entry), what_is_missing(entry))


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
        return f"{printable(_named(entry), limit=500)}: script: {message}: {remedy}"
    return None


def tried(name: str, *, trust: bool) -> CheckedPreset:
    """A preset or script by name or path, tried for a few steps; code that a preset names is asked about where due."""
    from training.preset import PresetError
    from training.preset_trial import TrialError

    try:
        entry = _entry(name)
    except PresetError as error:
        return CheckedPreset(name, str(error))
    assert entry.preset is not None
    named = _named(entry)
    if entry.preset.script is not None:
        is_program = entry.preset.script.exec is not None
        why = what_is_missing(entry) or (f"{named}: {NO_TRIAL}" if is_program else None)
        if why:
            return CheckedPreset(named, why)
    confirm(partial(_asked_about, entry), trust=trust)
    try:
        return CheckedPreset(named, trial=_trial(entry.path, entry.preset))
    except TrialError as error:
        return CheckedPreset(named, f"{named}: {error}")


def _trial(path: Path, preset: Preset) -> Trial | ScriptTrial:
    if preset.script is not None:
        from training.script_trial import try_script

        return try_script(preset)
    from training.preset_trial import try_preset

    return try_preset(path, preset)


def _told_of_script(trial: ScriptTrial) -> str:
    from tui import format

    steps = f"{format.count(trial.steps)} step{'' if trial.steps == 1 else 's'}"
    if trial.has_ended:
        return (
            f"a script: ended by itself after {steps}"
            if trial.steps
            else "a script: ended, and showed no step"
        )
    if not trial.steps:
        return f"a script: no step seen within {trial.seconds:.0f} s, then ended"
    sizes = [
        *([f"{format.count(trial.parameters)} parameters"] if trial.parameters else []),
        f"{steps} in {trial.seconds:.3g} s from its start, then ended",
    ]
    return f"a script: {', '.join(sizes)}"


def _named(entry: PresetEntry) -> str:
    """A file by its path, and a script that was named itself as it was named."""
    return entry.reference if entry.origin == "script" else str(entry.path)


def _asked_about(entry: PresetEntry) -> tuple[NamedCode, ...]:
    from training.code_trust import needing_a_yes, unconfirmed
    from training.plan import LanePlan

    assert entry.preset is not None
    planned = LanePlan(entry.name, entry.origin, entry.preset, str(entry.path))
    return unconfirmed(needing_a_yes([planned]))


def _entry(name: str) -> PresetEntry:
    """A script is one; a path is a file, whatever it ends with; a name is looked for where presets are."""
    from training.preset import load_preset
    from training.preset.file_there import is_file
    from training.preset.script_reference import script_of_reference
    from training.preset_library import PresetEntry, resolve, script_entry

    script = script_of_reference(name)
    if script is not None:
        return script_entry(script)
    path = Path(name)
    if is_file(path):
        return PresetEntry(path.stem, "file", path, load_preset(path), None)
    return resolve(name)
