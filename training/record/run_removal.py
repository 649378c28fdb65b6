"""Delete a run's folder, with its trained models; never one that goes on, or that somebody still holds."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from pathlib import Path

from training.plan import LANES, PlanError, read_plan
from training.record.liveness import liveness, read_facts, take_lock
from training.record.run_folder import RunFolder
from training.record.run_home import runs_home, state_home

LAST_WORDS_S = 60.0
"""For so long after a lost run's last record its trainings may still be writing a checkpoint."""


class RunKeptError(Exception):
    """The run was not deleted, or not wholly; the message is one sentence."""


def remove_run(folder: RunFolder) -> None:
    """Delete a run's folder and every link to it from the state directory. What was measured stays in its store.

    The run is looked at again right here, and its lock is held meanwhile, so that nobody begins to own it.

    Raises:
        RunKeptError: it goes on, somebody holds it, it is more than a run's folder, or the system refuses.
    """
    kept = why_kept(folder)
    if kept:
        raise RunKeptError(f"run {folder.name} {kept}")
    links = links_to(folder)
    lock = _lock(folder)
    try:
        _remove(folder.path)
    finally:
        os.close(lock)
        if folder.is_gone:
            for link in links:
                with contextlib.suppress(OSError):  # one that leads nowhere is no run
                    link.unlink()


def why_kept(folder: RunFolder) -> str:
    """Why the run may not be deleted now, to be put behind its name; empty where it may be."""
    match liveness(folder):
        case "live":
            return f"is live: stop it first (dualtrain-tui stop {folder.name})"
        case "starting":
            return "is starting, or somebody holds it: it cannot be deleted now"
        case "elsewhere":
            facts = read_facts(folder)
            host = facts.host if facts is not None else "another machine"
            return f"is on {host}, and from here nobody can tell whether it goes on: delete it there"
        case "lost" if _lanes_may_still_write(folder):
            return "is lost, and its trainings may still be writing a checkpoint: try again in a minute"
        case _:
            return _why_more_than_a_run(folder.path) or _why_held(folder)


def lies_elsewhere(folder: RunFolder) -> bool:
    """Whether the folder is only linked from the state directory."""
    return folder.path.parent != runs_home().resolve()


def links_to(folder: RunFolder) -> tuple[Path, ...]:
    """The links in the state directory that lead to the folder."""
    return tuple(link for link in _links() if link.resolve() == folder.path)


def _links() -> list[Path]:
    try:
        with os.scandir(runs_home()) as entries:
            return [Path(entry.path) for entry in entries if entry.is_symlink()]
    except OSError:
        return []


def _lock(folder: RunFolder) -> int:
    try:
        return take_lock(folder.supervisor)
    except BlockingIOError:
        raise RunKeptError(f"run {folder.name} is held by a process that has not ended yet") from None
    except OSError as error:
        raise RunKeptError(f"{folder.path} cannot be deleted: {error.strerror or error}") from error


def _remove(path: Path) -> None:
    """Under another name first: what is half gone is nobody's run, and what cannot be moved stays whole."""
    doomed = path.with_name(f".{path.name}.deleted-{secrets.token_hex(2)}")
    try:
        path.rename(doomed)
    except OSError as error:
        raise RunKeptError(f"{path} cannot be deleted: {error.strerror or error}") from error
    try:
        RunFolder(doomed).plan.unlink(missing_ok=True)  # from here on no listing finds it
        shutil.rmtree(doomed)  # follows no link
    except OSError as error:
        raise RunKeptError(
            f"{path} is deleted but for what is left in {doomed}: {error.strerror or error}"
        ) from error


def _why_held(folder: RunFolder) -> str:
    """After its report a supervisor writes its last lines, and one that is lost by its facts may live all the same."""
    if not folder.supervisor.exists():
        return ""
    try:
        os.close(take_lock(folder.supervisor))
    except BlockingIOError:
        return "is held by a process that has not ended yet"
    except OSError as error:
        return f"cannot be locked: {error.strerror or error}"
    return ""


def _why_more_than_a_run(path: Path) -> str:
    """A link may lead anywhere: what is deleted must be a run's folder, and hold nothing that is not that run's."""
    try:
        read_plan(RunFolder(path).plan)
    except PlanError:
        return "has no plan that can be read: delete its folder yourself"
    for kept in (state_home(), runs_home(), Path.home(), *_links()):
        place = kept.resolve()
        if place != path and place.is_relative_to(path):
            return f"holds {place} as well: delete its folder yourself"
    return "is your home directory" if path == Path.home().resolve() else ""


def _lanes_may_still_write(folder: RunFolder) -> bool:
    for lane in LANES:
        try:
            if time.time() - folder.lane_records(lane).stat().st_mtime < LAST_WORDS_S:
                return True
        except OSError:
            continue
    return False
