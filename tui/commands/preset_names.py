"""Completion of preset names in the shell."""

from __future__ import annotations

import click


def complete_preset(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The references of good presets that begin as typed."""
    from training.preset_library import list_presets

    return [
        entry.reference
        for entry in list_presets()
        if entry.error is None and entry.reference.startswith(incomplete)
    ]


def complete_run(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The names of runs that begin as typed, newest first."""
    from training.record.run_folder import list_run_folders

    return [folder.name for folder in list_run_folders() if folder.name.startswith(incomplete)]
