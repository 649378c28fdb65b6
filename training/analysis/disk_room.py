"""Whether the disk of a run's folder takes more; asked of the disk itself: who cannot write cannot tell so."""

from __future__ import annotations

import shutil
from pathlib import Path

FULL_BELOW_BYTES = 64 * 1024


def disk_is_full(folder: Path) -> bool | None:
    """None where the disk does not say."""
    try:
        return shutil.disk_usage(folder).free < FULL_BELOW_BYTES
    except OSError:
        return None
