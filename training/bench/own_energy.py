"""Energy of the whole device for both lanes' own lengths, from its mean power alone and shared."""

from __future__ import annotations

from collections.abc import Mapping

from training.analysis import progress
from training.analysis.progress import Pair
from training.plan import LANES, Lane


def own_energy_j(
    times: Pair, solo_power_w: Mapping[Lane, float], shared_power_w: float | None
) -> tuple[float | None, float | None]:
    """Joules at once, the longer lane going on alone, and one after the other; None is not known."""
    if any(lane not in solo_power_w for lane in LANES):
        return None, None
    apart_j = sum(times[lane].alone_s * solo_power_w[lane] for lane in LANES)
    if shared_power_w is None:
        return None, apart_j
    longer = max(LANES, key=lambda lane: times[lane].shared_s)
    both_s = min(times[lane].shared_s for lane in LANES)
    alone_s = progress.makespan_s(times) - both_s
    return both_s * shared_power_w + alone_s * solo_power_w[longer], apart_j
