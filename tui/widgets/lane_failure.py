"""Why a lane failed, in the room of its card: what happened, who held the memory, what to do."""

from __future__ import annotations

from training.analysis.held_text import held_text
from training.analysis.memory_remedies import HOST_MEMORY, OUT_OF_MEMORY
from training.analysis.state import LaneError, LaneState
from tui import format
from tui.widgets.spans import Line, clip, line, spread, wrap

_AGAIN = "r: run again so that it fits"


def failure_lines(held: LaneState, width: int, height: int) -> list[Line]:
    """At most `height` lines; of a message too long for them the hint still gets one."""
    error = held.error
    if error is None:
        return [line(("failed", "error"), ("  the reason was not recorded: g shows its log", "muted"))]
    lines = [
        spread(
            line(("failed ", "error"), (error.kind, "error")),
            line((f"step {format.count(held.step)}", "muted")),
            width,
        )
    ]
    last: list[Line] = []
    if error.kind in (OUT_OF_MEMORY, HOST_MEMORY) and height > 3:
        last = [line((clip(_AGAIN, width), "strong"))]
    room = max(1, height - 1 - len(last))
    lines += _out_of_memory(error, width, room) if error.held else _any_other(error, width, room)
    return lines[: height - len(last)] + last


def _any_other(error: LaneError, width: int, height: int) -> list[Line]:
    # first what happened, whole; a message too long for the card still leaves the hint a line
    message, hint = wrap(error.message, width), wrap(error.hint, width)
    room = height - 1 if hint and len(message) > height > 1 else height
    lines = [line(text) for text in _first(message, room, width)]
    lines += [line((text, "warning")) for text in _first(hint, height - len(lines), width)]
    left = height - len(lines)
    if left > 1:
        lines += [line((clip(text, width), "muted")) for text in error.log_tail[-(left - 1) :]]
    return lines


def _out_of_memory(error: LaneError, width: int, height: int) -> list[Line]:
    """Who held what before the hint: that is what the next try depends on."""
    holders = wrap(f"held: {held_text(error.held)}", width)
    message, hint = wrap(error.message, width), wrap(error.hint, width)
    for_message = max(1, height - len(holders))
    lines = [line(text) for text in _first(message, min(for_message, 3), width)]
    lines += [line((text, "warning")) for text in _first(holders, height - len(lines), width)]
    lines += [line((text, "muted")) for text in _first(hint, height - len(lines), width)]
    return lines


def _first(lines: list[str], count: int, width: int) -> list[str]:
    """As many lines as there is room for; it shows where that is not all."""
    if len(lines) <= count:
        return lines
    return [*lines[: count - 1], clip(f"{lines[count - 1]}…", width)] if count > 0 else []
