"""The processes on the device that are not this run's, as a table; they are shown and never touched."""

from __future__ import annotations

from training.analysis.state import RunState
from training.preset.printable import printable
from training.record.device_records import OtherReading
from tui import format
from tui.widgets import figures
from tui.widgets.spans import Line, clip, line

_USER = 12


def foreign_processes(state: RunState, width: int) -> list[Line]:
    """A line that sums them up, and one for each, the largest first."""
    if figures.is_cpu(state) or state.reading is None:
        return []
    if not state.others:
        return [line((f"{'others':<9} ", "muted"), "the driver lists no other process here")]
    known = [other.memory_bytes for other in state.others if other.memory_bytes is not None]
    parts = [f"{len(state.others)} other {'process' if len(state.others) == 1 else 'processes'}"]
    parts += [format.size(sum(known))] if known else []
    if state.others_sm_percent is not None:
        parts.append(f"{format.percent(state.others_sm_percent)} of SM time")
    return [
        line((f"{'others':<9} ", "muted"), " · ".join(parts)),
        line((f"{'PID':>9} {'user':<{_USER}} {'memory':>8}  name", "muted")),
        *(_process(other, width) for other in state.others),
    ]


def _process(other: OtherReading, width: int) -> Line:
    user = clip(printable(other.user, limit=200) if other.user else format.UNKNOWN, _USER)
    name = printable(other.name, limit=200) if other.name else format.UNKNOWN
    kind = f" ({other.kind})" if other.kind in ("graphics", "mps") else ""
    head = f"{other.pid:>9} {user:<{_USER}} {format.size(other.memory_bytes):>8}  "
    return line((head, "plain"), (clip(f"{name}{kind}", max(4, width - len(head))), "others"))
