"""How fast a record may be played: seconds of the run in one of the viewer's."""

from __future__ import annotations

SLOWEST = 0.25
FASTEST = 64.0
