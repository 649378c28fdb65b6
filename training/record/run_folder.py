"""A run's folder: the names of its files, making one, finding one."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from training.plan import Lane
from training.record.run_home import runs_home


class RunNotFoundError(LookupError):
    """No run answers to what was asked."""


class RunFolderError(OSError):
    """A run's folder cannot be made where it was asked."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The names of what a run's folder holds."""

    path: Path

    @classmethod
    def at(cls, path: Path | str) -> RunFolder:
        """The folder at a path."""
        return cls(Path(path))

    @property
    def name(self) -> str:
        """The run's name."""
        return self.path.name

    @property
    def is_gone(self) -> bool:
        """Whether it was moved or deleted; a file system that does not answer right now is no proof of it."""
        try:
            self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            return False
        return False

    @property
    def plan(self) -> Path:
        """What was asked."""
        return self.path / "plan.json"

    @property
    def supervisor(self) -> Path:
        """Who owns the run; a held lock on it says that the owner lives."""
        return self.path / "supervisor.json"

    @property
    def device(self) -> Path:
        """Device samples."""
        return self.path / "device.jsonl"

    @property
    def events(self) -> Path:
        """What the supervisor decided and saw."""
        return self.path / "events.jsonl"

    @property
    def report(self) -> Path:
        """The outcome; its presence says that the run ended in order."""
        return self.path / "report.json"

    @property
    def kept_state(self) -> Path:
        """What the run had come to a minute ago or less, for whoever attaches; all of it is in the records too."""
        return self.path / "state.msgpack"

    @property
    def supervisor_log(self) -> Path:
        """The supervisor's own output."""
        return self.path / "supervisor.log"

    def lane_records(self, lane: Lane) -> Path:
        """What the lane's worker tells."""
        return self.path / f"{lane}.jsonl"

    def lane_log(self, lane: Lane) -> Path:
        """The lane's own output."""
        return self.path / f"{lane}.log"

    def lane_folder(self, lane: Lane) -> Path:
        """The lane's checkpoints and trained model."""
        return self.path / lane


def make_run_folder(run_dir: Path | None = None, *, listed: bool = True) -> RunFolder:
    """Make the folder of a new run: `run_dir` itself where given (new or empty), else one under the state directory.

    A folder elsewhere is linked from the state directory, so that listing runs finds it; unless it is not `listed`.

    Raises:
        RunFolderError: it cannot be made, or holds something already.
    """
    name = f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    folder = runs_home() / name if run_dir is None else run_dir.expanduser().absolute()
    if not str(folder).isascii():
        _refuse_what_is_not_text(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=run_dir is not None)
        if any(folder.iterdir()):
            raise RunFolderError(f"{folder} is not empty: name a new or empty folder")
        folder.chmod(0o700)
    except OSError as error:
        if isinstance(error, RunFolderError):
            raise
        raise RunFolderError(f"{folder} cannot be made: {error.strerror or error}") from error
    if run_dir is not None and listed:
        _link_from_runs_home(folder, name)
    return RunFolder(folder)


def _refuse_what_is_not_text(folder: Path) -> None:
    """A plan is JSON, and JSON holds text: bytes of a name that are none cannot be written down."""
    try:
        str(folder).encode("utf-8")
    except UnicodeEncodeError:
        raise RunFolderError(f"{folder}: a run's folder needs a name in UTF-8") from None


def list_run_folders() -> Iterator[RunFolder]:
    """Every run in reach, newest first."""
    home = runs_home()
    if home.is_dir():
        for path in sorted(home.iterdir(), key=lambda entry: entry.name, reverse=True):
            if (path / "plan.json").is_file():
                yield RunFolder(path.resolve())


def find_run_folder(reference: str | None) -> RunFolder:
    """The run a reference means: a path, a name, the unique beginning of a name; None is the newest.

    Raises:
        RunNotFoundError: there is none, or more than one.
    """
    if reference is None:
        return _newest()
    as_path = Path(reference).expanduser()
    if (as_path / "plan.json").is_file():
        return RunFolder(as_path.resolve())
    found = [
        folder for folder in list_run_folders() if folder.name == reference or _linked_name(folder, reference)
    ]
    if not found:
        found = [folder for folder in list_run_folders() if folder.name.startswith(reference)]
    if len(found) == 1:
        return found[0]
    if found:
        raise RunNotFoundError(
            f"{reference!r} means {len(found)} runs: {', '.join(folder.name for folder in found[:5])}"
            f"{', …' if len(found) > 5 else ''}"
        )
    raise RunNotFoundError(f"there is no run {reference!r}: `dualtrain-tui runs` lists what there is")


def _newest() -> RunFolder:
    newest = next(list_run_folders(), None)
    if newest is None:
        raise RunNotFoundError("there are no runs yet: `dualtrain-tui run A B` makes one")
    return newest


def _linked_name(folder: RunFolder, reference: str) -> bool:
    link = runs_home() / reference
    return link.is_symlink() and link.resolve() == folder.path


def _link_from_runs_home(folder: Path, name: str) -> None:
    link = runs_home() / name
    try:
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(folder)
    except OSError:
        return  # the run is still found by its path
