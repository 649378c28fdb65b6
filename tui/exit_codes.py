"""What the command's exit code says."""

from __future__ import annotations

OK = 0
"""Both lanes did what was asked."""
FAILED = 1
"""A lane failed, or the run was lost."""
USAGE = 2
"""Wrong usage, or a preset that cannot be used."""
DEVICE = 3
"""The asked device cannot be used: it is not there, or a training's framework sees no GPU where one was named."""
INTERRUPTED = 130
"""Stopped on request before its end."""
CLOSED_PIPE = 141
"""Whoever read stdout left early, as with `| head`."""
TERMINATED = 143
"""The viewer got SIGTERM; the run goes on."""
