"""Which lanes an MPS daemon lists as clients."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import psutil

from training.plan import Lane
from training.supervisor.mps_control import MpsClient


def clients_by_lane(
    clients: Collection[MpsClient],
    processes: Mapping[Lane, Collection[int]],
    candidates: Collection[Lane],
) -> dict[Lane, MpsClient]:
    """Put clients down to lanes.

    A client whose PID is one of a lane's processes is that lane's. A PID that is none of ours can only be one of ours
    in the daemon's own PID namespace, as nobody else can reach its folder: such clients are counted, and given to the
    candidates that are not found by PID, in order.

    Args:
        clients: what the daemon lists.
        processes: the PIDs of every lane's worker and its descendants.
        candidates: the lanes that use the device by now.
    """
    found: dict[Lane, MpsClient] = {}
    strangers = []
    for client in clients:
        lane = next((lane for lane, pids in processes.items() if client.pid in pids), None)
        if lane is None:
            strangers.append(client)
        else:
            found.setdefault(lane, client)
    missing = [lane for lane in candidates if lane not in found]
    return found | dict(zip(missing, strangers, strict=False))


def with_descendants(pid: int) -> frozenset[int]:
    """The PID and those of what it started, as far as they live."""
    try:
        return frozenset({pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))})
    except psutil.Error:
        return frozenset({pid})
