"""Where presets are found: shipped, the user's, the working directory's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from training.preset import Preset, PresetError, load_preset

Origin = Literal["shipped", "user", "local", "file"]
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class PresetEntry:
    """One preset file that was found, good or bad."""

    name: str
    origin: Origin
    path: Path
    preset: Preset | None
    error: str | None
    """One line on what is wrong with the file, where something is."""

    @property
    def reference(self) -> str:
        """What selects this entry on the command line: the bare name means the shipped one."""
        return self.name if self.origin == "shipped" else f"{self.origin}:{self.name}"


def shipped_folder() -> Path:
    """The bundled presets: inside the wheel, or at the repository root."""
    bundled = _HERE / "shipped_presets"
    return bundled if bundled.is_dir() else _HERE.parent / "presets"


def list_presets() -> tuple[PresetEntry, ...]:
    """Every preset in reach."""
    return tuple(_entry(path, "shipped") for path in sorted(shipped_folder().glob("*.toml")))


def resolve(reference: str) -> PresetEntry:
    """The entry a reference means.

    Raises:
        PresetError: there is none, or it is bad.
    """
    for entry in list_presets():
        if entry.reference == reference:
            if entry.error:
                raise PresetError(entry.error)
            return entry
    raise PresetError(f"no preset is called {reference}")


def _entry(path: Path, origin: Origin) -> PresetEntry:
    try:
        return PresetEntry(path.stem, origin, path, load_preset(path), None)
    except PresetError as error:
        return PresetEntry(path.stem, origin, path, None, str(error))
