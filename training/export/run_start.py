"""When a run began, for what is told in wall time elsewhere."""

from __future__ import annotations

from training.plan import Plan
from training.record.event_records import Began
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder
from training.record.wall_time import wall_time


def began_wall_s(folder: RunFolder, plan: Plan) -> float:
    """When the run began, in whole seconds since 1970: by its first event, else by its plan; 0 where neither tells."""
    reader: TailingReader[Began] = TailingReader(folder.events, Began)
    began = next(reader.read_new(), None)
    moment = (wall_time(began.wall) if began is not None else None) or wall_time(plan.created_at)
    return 0.0 if moment is None else moment.timestamp()
