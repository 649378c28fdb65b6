"""Read what Keras hands to callbacks, converting nothing."""

import math
from typing import Any, Dict, Optional


def plain_numbers(logs: Dict[str, Any]) -> Dict[str, Optional[float]]:
    """Keep plain numbers only: anything else would have to be converted, which waits for the device."""
    return {
        str(key): (float(value) if math.isfinite(value) else None)
        for key, value in logs.items()
        if isinstance(value, (int, float))
    }


def epoch_line(epoch: int, step: int, logs: Dict[str, Any]) -> str:
    """One line of the lane's log at the end of an epoch."""
    numbers = "  ".join(
        "%s %.5g" % (key, value) for key, value in logs.items() if isinstance(value, (int, float))
    )
    return "epoch %d  step %d  %s" % (epoch, step, numbers)
