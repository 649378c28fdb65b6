"""How many steps make an epoch, where the data do not tell before one is over."""

from __future__ import annotations

from msgspec import structs

from training.record.lane_records import Built, Epoch


def with_epoch_seen(built: Built, epoch: Epoch) -> Built:
    """What was told when the lane was built, completed from its first whole epoch where nobody knew then.

    A script tells it itself, as its next fit may be of other data.
    """
    if built.steps_per_epoch is not None or built.fit or epoch.partial or epoch.steps < 1:
        return built
    planned = built.planned_steps
    if planned is None and built.planned_epochs is not None:
        planned = built.planned_epochs * epoch.steps
    return structs.replace(built, steps_per_epoch=epoch.steps, planned_steps=planned)
