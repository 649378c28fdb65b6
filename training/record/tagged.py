"""Tagged records: one JSON object a line, its kind under `k`."""

from __future__ import annotations

from msgspec import Struct


class Record(Struct, frozen=True, tag_field="k", omit_defaults=True):
    """One line of a run's file."""
