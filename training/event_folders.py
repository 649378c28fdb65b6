"""Where a run's TensorBoard event files lie, and whether a folder can take them."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from training.plan import Lane

DEVICE, CONTENTION = "device", "contention"

_OF_A_RUN = re.compile(rf"[ab]\d*-.+|{DEVICE}|{CONTENTION}")
_IN_NO_NAME = re.compile(r"[^\w.-]")
_LONGEST_NAME = 60


class EventFolderError(ValueError):
    """A folder that cannot take a run's event files; the message is one sentence."""


def lane_folder_name(lane: Lane, number: int, preset_name: str) -> str:
    """What one training's folder is called: `a-lstm`; `a2-lstm` where another trained in the lane before it.

    No two trainings of a run have one name. Whatever is in a preset's name, this is a file's.

    Args:
        lane: where it trains.
        number: how many trained there before it.
        preset_name: what it trains.
    """
    which = str(number + 1) if number else ""
    return f"{lane}{which}-{_as_file_name(preset_name)}"


def event_file_name(run: str, began_s: float) -> str:
    """What a run's file is called in each of the folders; TensorBoard reads every file with `tfevents` in its name.

    Args:
        run: the run's name.
        began_s: when it began, in seconds since 1970.
    """
    return f"events.out.tfevents.{max(0, int(began_s)):010d}.{_as_file_name(run)}"


def event_files_below(folder: Path) -> list[Path]:
    """The event files that lie where a run's would, whoever wrote them."""
    return sorted(path for path in folder.glob("*/*tfevents*") if _OF_A_RUN.fullmatch(path.parent.name))


def make_event_folder(folder: Path) -> Path:
    """Make the folder for a run that is to be launched, and try whether it can be written; returns its absolute path.

    Raises:
        EventFolderError: it cannot be made or written, or holds a run's event files already.
    """
    try:
        folder = folder.expanduser().absolute()
        str(folder).encode("utf-8")
        if event_files_below(folder):
            raise EventFolderError(
                f"{folder} holds event files of a run already, and TensorBoard would take both for one: "
                "name another folder"
            )
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except UnicodeEncodeError:
        raise EventFolderError(f"{folder}: a folder of event files needs a name in UTF-8") from None
    except OSError as error:
        raise EventFolderError(f"{folder} cannot be written: {error.strerror or error}") from error
    except RuntimeError as error:
        raise EventFolderError(f"{folder}: {error}") from error  # ~name of nobody
    return folder


def _as_file_name(text: str) -> str:
    return _IN_NO_NAME.sub("_", text)[:_LONGEST_NAME]
