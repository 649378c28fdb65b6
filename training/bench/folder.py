"""A bench's folder: the names of its files, making one, finding one."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from training.bench.plan import BenchPlanError, read_bench_plan
from training.record.run_folder import (
    RunFolder,
    RunNotFoundError,
    find_run_folder,
    list_run_folders,
    make_run_folder,
)
from training.record.run_home import state_home

NAME_PREFIX = "bench-"


@dataclass(frozen=True, slots=True)
class BenchFolder:
    """The names of what a bench's folder holds."""

    path: Path

    @property
    def name(self) -> str:
        """The bench's name."""
        return self.path.name

    @property
    def as_run(self) -> RunFolder:
        """The same folder: plan, owner, events and report bear the names of a run's, so that both are asked alike."""
        return RunFolder(self.path)

    @property
    def plan(self) -> Path:
        """What was asked."""
        return self.as_run.plan

    @property
    def owner(self) -> Path:
        """Who measures; a held lock on it says that the owner lives."""
        return self.as_run.supervisor

    @property
    def events(self) -> Path:
        """What was launched and what came of it."""
        return self.as_run.events

    @property
    def report(self) -> Path:
        """The outcome; its presence says that the bench ended in order."""
        return self.as_run.report

    @property
    def log(self) -> Path:
        """The owner's own output."""
        return self.path / "bench.log"

    def run(self, name: str) -> RunFolder:
        """One of its launches: an ordinary run."""
        return RunFolder(self.path / "runs" / name)


def bench_home() -> Path:
    """The folder of the bench folders."""
    return state_home() / "bench"


def make_bench_folder(bench_dir: Path | None = None) -> BenchFolder:
    """Make the folder of a new bench: `bench_dir` where given (new or empty), else one under the state directory.

    Raises:
        RunFolderError: it cannot be made, or holds something already.
    """
    name = f"{NAME_PREFIX}{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    made = make_run_folder(bench_home() / name if bench_dir is None else bench_dir, listed=False)
    if bench_dir is not None:
        _link_from_bench_home(made.path, name)
    return BenchFolder(made.path)


def forget_bench_folder(folder: BenchFolder) -> None:
    """Take away the folder of a bench that has not begun to measure: it holds its plan alone."""
    for link in bench_home().glob("*"):
        if link.is_symlink() and link.resolve() == folder.path.resolve():
            link.unlink()
    folder.plan.unlink()
    with contextlib.suppress(OSError):  # whatever else came into it is somebody's
        folder.path.rmdir()


def list_bench_folders() -> Iterator[BenchFolder]:
    """Every bench in reach, newest first."""
    home = bench_home()
    if home.is_dir():
        for path in sorted(home.iterdir(), key=lambda entry: entry.name, reverse=True):
            if (path / "plan.json").is_file():
                yield BenchFolder(path.resolve())


def find_bench_folder(reference: str | None) -> BenchFolder:
    """The bench a reference means: a path, a name, the unique beginning of a name; None is the newest.

    Raises:
        RunNotFoundError: there is none, or more than one.
    """
    if reference is None:
        newest = next(list_bench_folders(), None)
        if newest is None:
            raise RunNotFoundError("there is no bench yet: `dualtrain-tui bench A B` makes one")
        return newest
    found = bench_at(reference)
    if found is not None:
        return found
    every = list(list_bench_folders())
    named = [folder for folder in every if folder.name == reference or _is_link(folder, reference)]
    named = named or [folder for folder in every if folder.name.startswith(reference)]
    if len(named) == 1:
        return named[0]
    if named:
        names = ", ".join(folder.name for folder in named[:5])
        raise RunNotFoundError(
            f"{reference!r} means {len(named)} benches: {names}{', …' if len(named) > 5 else ''}"
        )
    raise RunNotFoundError(f"there is no bench {reference!r}: `dualtrain-tui runs` lists what there is")


def bench_meant(reference: str) -> BenchFolder | None:
    """The bench that a reference to a run or a bench means; None where it means no bench.

    A beginning that is also the beginning of a run's name is the run's, unless it begins as the names of benches do.

    Raises:
        RunNotFoundError: it begins as the names of benches do, and means none, or more than one, and no run.
    """
    by_path = bench_at(reference)
    if by_path is not None:
        return by_path
    begins_as_benches = reference.startswith(NAME_PREFIX)
    try:
        found = find_bench_folder(reference)
    except RunNotFoundError:
        if begins_as_benches and not _is_run(reference):
            raise
        return None
    is_named = found.name == reference or begins_as_benches
    return found if is_named or not _begins_a_run(reference) else None


def _is_run(reference: str) -> bool:
    try:
        find_run_folder(reference)
    except RunNotFoundError:
        return False
    return True


def _begins_a_run(reference: str) -> bool:
    """Whether the name of a run begins so."""
    return any(folder.name.startswith(reference) for folder in list_run_folders())


def bench_at(path: str) -> BenchFolder | None:
    """The bench whose folder this path is; None where it is none."""
    folder = BenchFolder(Path(path).expanduser().absolute())
    try:
        read_bench_plan(folder.plan)
    except BenchPlanError:
        return None
    return folder


def _is_link(folder: BenchFolder, name: str) -> bool:
    link = bench_home() / name
    return link.is_symlink() and link.resolve() == folder.path


def _link_from_bench_home(folder: Path, name: str) -> None:
    link = bench_home() / name
    try:
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(folder)
    except OSError:
        return  # the bench is still found by its path
