"""What can be asked of a supervisor, and what it answers: one JSON object a line each way."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from training.plan import Lane, LanePlan, Sharing

Asking = Literal[
    "status", "pause", "resume", "stop", "kill", "checkpoint", "window", "probe", "share", "join"
]

LONGEST_REQUEST_BYTES = 64 * 1024


class Request(Struct, frozen=True, omit_defaults=True):
    """One thing asked; `lane` None means both. `seconds` and `steps` are for `window`.

    `probe` asks for a contention probe now, `share` for another way of sharing (`sharing`), `join` adds `planned` as a
    lane beside the one that trains, or in the place of one that has ended.
    """

    ask: Asking
    lane: Lane | None = None
    by: str = ""
    seconds: float | None = None
    steps: int | None = None
    sharing: Sharing | None = None
    planned: LanePlan | None = None
    force_fit: bool = False
    """Join also where the forecast says that the memory does not do."""


class Reply(Struct, frozen=True, omit_defaults=True):
    """Whether it was taken, and if not, why: one sentence. `stages` answers `status`."""

    ok: bool
    why: str = ""
    stages: dict[Lane, str] = {}
    window_id: int | None = None
