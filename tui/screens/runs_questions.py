"""What the runs screen asks before anything is deleted."""

from __future__ import annotations

from training.analysis.run_listing import ListedRun
from training.record.run_folder import RunFolder
from training.record.run_removal import lies_elsewhere
from tui import format
from tui.run_words import presets_text
from tui.screens.confirm import Choice, ConfirmScreen


def delete_question(run: ListedRun, age: str) -> ConfirmScreen:
    """Whether to delete a run, named with its size. Answers `delete`, `keep` or None."""
    detail = [
        f"{presets_text(run)}, {run.state}, began {age}.",
        "Its records, checkpoints and trained models go with it; what was measured is kept for forecasts.",
    ]
    if lies_elsewhere(RunFolder.at(run.folder)):
        detail.append(f"Its folder lies elsewhere and goes as well, and so does the link to it: {run.folder}")
    return ConfirmScreen(
        f"Delete run {run.run} ({_size(run)})?",
        [Choice("keep", "n", "Keep it"), Choice("delete", "y", "Delete it")],
        detail="\n".join(detail),
    )


def _size(run: ListedRun) -> str:
    return "size not known yet" if run.size_bytes is None else format.size(run.size_bytes)
