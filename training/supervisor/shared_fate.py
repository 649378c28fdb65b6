"""Say that a lane's fault may be the other's: under MPS a fatal fault in one client ends all on that GPU."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import structs

from training.record.event_records import LaneEnded

WITHIN_S = 10.0
"""Two lanes that fail no further apart than this under MPS may have failed of one fault."""

_MPS_ERRORS = re.compile(
    r"CUDA_ERROR_MPS_\w+|\b(?:cuda)?error[ :=(]+(80[5-9]|810)\b"
    r"|MPS (?:client|server|control daemon|connection)|client .{0,40}terminated .{0,20}MPS",
    re.IGNORECASE,
)
"""CUDA's errors 805 to 810 by name, number or text (cuda.h: CUDA_ERROR_MPS_CONNECTION_FAILED and on)."""

HINT = (
    "Under MPS a fatal GPU fault in one training ends the other too, and CUDA does not say whose it was: look at both "
    "logs, or run the pair together without MPS, where each fails alone."
)


def tell_shared_fate(ended: LaneEnded, earlier: Sequence[LaneEnded], *, under_mps: bool) -> LaneEnded:
    """The same record, with the hint in front where the fate may have been shared.

    Args:
        ended: how this lane ended.
        earlier: the ends of the others, so far.
        under_mps: whether the lanes were clients of one server.
    """
    if not under_mps or ended.status != "failed" or ended.kind in ("out-of-memory", "no-device", "hung"):
        return ended
    near = [other for other in earlier if other.status == "failed" and ended.t - other.t <= WITHIN_S]
    said = "\n".join((ended.message, *ended.log_tail))
    if not near and not _MPS_ERRORS.search(said):
        return ended
    when = f"Lane {near[0].lane} failed {ended.t - near[0].t:.0f} s before. " if near else ""
    return structs.replace(ended, hint=f"{when}{HINT} {ended.hint}".strip())
