"""What a list of presets is sorted by, and what each is told by there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

OrderBy = Literal["name", "size", "last used", "speed"]
ORDERS: tuple[OrderBy, ...] = get_args(OrderBy)


@dataclass(frozen=True, slots=True)
class ListOrder:
    """An order that the entries stand in already."""

    by: OrderBy = "name"
    notes: Mapping[str, str] = field(default_factory=dict)
    """By reference: what a preset is sorted by, in few cells. Empty by name."""
