"""Which figure's source a lane's value has, and whether the lanes' memory can be told apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from training.plan import LANES, Lane
from training.record.device_records import Figure


def lane_figure(figures: Mapping[str, Figure], lane: Lane, name: str) -> Figure | None:
    """The source of a lane's figure: its own where the lanes differ, else the one that holds for both."""
    return figures.get(f"lanes.{lane}.{name}") or figures.get(f"lanes.{name}")


def in_lane(figure: Figure | None) -> Lane | None:
    """The lane whose figure holds this one, where one process trains both."""
    return next((lane for lane in LANES if figure is not None and figure.source == lane), None)


def memory_is_told(figures: Mapping[str, Figure], unknown: Iterable[Lane]) -> bool:
    """Whether the lanes whose memory is `unknown` may well hold none.

    Where the driver does not tell what a process holds, what is in use cannot be told apart.
    """
    found = [lane_figure(figures, lane, "memory_bytes") for lane in unknown]
    return not any(
        figure is not None and figure.state == "unsupported" and in_lane(figure) is None for figure in found
    )
