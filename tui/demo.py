"""The pair that is shipped with the package: recorded once, to be looked at on any machine."""

from __future__ import annotations

from pathlib import Path

from training.record.event_records import BarrierOpened, EventRecord
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder

DEMO_SPEED = 4.0
LEAD_S = 3.0
"""It begins so long before the first training step: what comes before is waiting for imports."""
_HERE = Path(__file__).parent


def demo_folder() -> RunFolder:
    """The folder of the shipped record."""
    return RunFolder(_HERE / "demo_record")


def demo_begins_s(folder: RunFolder) -> float:
    """From when on it is worth looking at."""
    reader: TailingReader[EventRecord] = TailingReader(folder.events, EventRecord)
    opened = (record.t for record in reader.read_new() if isinstance(record, BarrierOpened))
    return max(0.0, min(opened, default=0.0) - LEAD_S)
