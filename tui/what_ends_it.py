"""Whether a run that is left goes on: asked of where its supervisor stands, and not promised."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.record.run_folder import RunFolder


def what_ends_it(folder: RunFolder, supervisor: int | None = None) -> str:
    """One line on what will end the run though nobody asks for it; empty where nothing is found, or nothing is known.

    Args:
        folder: the run.
        supervisor: the PID of its supervisor, where that is known; it is in the folder a moment after the start.
    """
    from training.preflight.survival import survival_of
    from training.record.liveness import boot_id, read_facts

    if supervisor is None:
        facts = read_facts(folder)
        if facts is None or (facts.host, facts.boot_id) != (socket.gethostname(), boot_id()):
            return ""
        supervisor = facts.pid
    check = survival_of(supervisor)
    return f"{check.message} ({check.remedy})" if check.state == "warn" else ""
