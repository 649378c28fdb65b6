"""What watching a run costs."""

from __future__ import annotations

import resource

from training.analysis.report import Monitor

KIB = 1024


def monitor_cost(wall_s: float) -> Monitor:
    """CPU seconds and peak RSS of the calling process over a run of `wall_s` seconds."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return Monitor(
        cpu_s=round(usage.ru_utime + usage.ru_stime, 3),
        wall_s=round(wall_s, 3),
        peak_rss_bytes=usage.ru_maxrss * KIB,  # Linux counts it in KiB (getrusage(2))
    )
