"""A run's state, kept in its folder while it goes on: what whoever attaches to a long run sees before it is read."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from training import __version__
from training.analysis.history import PHASE_OF
from training.analysis.state import RunState
from training.record.liveness import liveness
from training.record.run_folder import RunFolder


class KeptState(msgspec.Struct, frozen=True):
    """The file's content. Only the version that wrote it is sure to read it: a state is no record."""

    version: str
    state: RunState


def keep_state(folder: RunFolder, state: RunState) -> None:
    """Write the state whole or not at all.

    Raises:
        OSError: the folder cannot be written to.
    """
    half = folder.kept_state.with_name(f"half-{folder.kept_state.name}")
    try:
        half.write_bytes(msgspec.msgpack.encode(KeptState(__version__, state)))
        half.replace(folder.kept_state)
    except OSError:
        half.unlink(missing_ok=True)
        raise


def read_kept_state(folder: RunFolder) -> RunState | None:
    """What was kept last, of the run as it lives now and marked as not the newest.

    None where there is nothing that this version can read: the records hold it all.
    """
    try:
        kept = msgspec.msgpack.decode(folder.kept_state.read_bytes(), type=KeptState)
    except (OSError, ValueError):  # what msgspec raises, and text that is none
        return None
    state = kept.state
    if kept.version != __version__ or any(lane.lane != name for name, lane in state.lanes.items()):
        return None
    # the folder may have been moved or copied since
    return replace(
        state, folder=str(folder.path), phase=PHASE_OF[liveness(folder)], kept_at_s=state.elapsed_s
    )
