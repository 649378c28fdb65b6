"""What watching a run costs."""

from __future__ import annotations

import resource
from pathlib import Path

from training.analysis.report import Monitor

KIB = 1024


def monitor_cost(wall_s: float) -> Monitor:
    """CPU seconds and peak RSS of the calling process over a run of `wall_s` seconds."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    peak_kib = _peak_rss_kib() or usage.ru_maxrss
    return Monitor(
        cpu_s=round(usage.ru_utime + usage.ru_stime, 3),
        wall_s=round(wall_s, 3),
        peak_rss_bytes=peak_kib * KIB,
    )


def _peak_rss_kib() -> int | None:
    """VmHWM of proc(5). Not `ru_maxrss`, which keeps what the process that started this one held before its exec."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), None)
    return int(line.split()[1]) if line else None
