"""A run's state, kept in its folder while it goes on: what whoever attaches to a long run sees before it is read."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from training import __version__
from training.analysis.history import PHASE_OF
from training.analysis.state import RunState
from training.record.liveness import liveness
from training.record.run_folder import RunFolder
from training.record.whole_file import write_whole


class KeptState(msgspec.Struct, frozen=True):
    """The file's content. Only the version that wrote it is sure to read it: a state is no record."""

    version: str
    state: RunState


def keep_state(folder: RunFolder, state: RunState) -> None:
    """Write the state whole or not at all.

    Raises:
        OSError: the folder cannot be written to.
    """
    write_whole(folder.kept_state, msgspec.msgpack.encode(KeptState(__version__, state)))


def read_kept_state(folder: RunFolder) -> RunState | None:
    """What was kept last, of the run as it lives now and marked as not the newest.

    None where there is nothing that this version can read: the records hold it all.
    """
    try:
        kept = msgspec.msgpack.decode(folder.kept_state.read_bytes(), type=KeptState)
    except (OSError, ValueError):  # what msgspec raises, and text that is none
        return None
    if kept.version != __version__:
        return None
    phase = PHASE_OF[liveness(folder)]
    # the folder may have been moved or copied since
    return replace(kept.state, folder=str(folder.path), phase=phase, kept_at_s=kept.state.elapsed_s)
