"""Completion in the shell: the names of presets, runs and benches."""

from __future__ import annotations

from collections.abc import Iterable

import click


def complete_preset(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The references of good presets that begin as typed."""
    from training.preset_library import list_presets

    good = (entry.reference for entry in list_presets() if entry.error is None)
    return starting_with(incomplete, good)


def complete_run(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """The names of runs that begin as typed, newest first."""
    from training.record.run_folder import list_run_folders

    return starting_with(incomplete, (folder.name for folder in list_run_folders()))


def complete_run_or_bench(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """The names of runs and then of benches that begin as typed, of each the newest first."""
    from training.bench.folder import list_bench_folders

    benches = starting_with(incomplete, (folder.name for folder in list_bench_folders()))
    return [*complete_run(context, parameter, incomplete), *benches]


def complete_preset_or_run(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Presets and then runs that begin as typed."""
    return [*complete_preset(context, parameter, incomplete), *complete_run(context, parameter, incomplete)]


def starting_with(incomplete: str, names: Iterable[str]) -> list[str]:
    """The names that begin as typed."""
    return [name for name in names if name.startswith(incomplete)]
