"""The line for a shell that launches what stands on the pick screen."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.plan import Lane, Sharing


def launch_command(
    presets: Mapping[Lane, str], overrides: Sequence[str], device: str, sharing: Sharing
) -> str:
    """Return the command, quoted as a shell needs it; what holds without being said is left out.

    Args:
        presets: each lane's, as it is asked for by name or path.
        overrides: a lane, a key of its preset and a value each, as `--set` takes them.
        device: as `--device` takes it.
        sharing: how the two share it.
    """
    words = ["dualtrain-tui", "run", *presets.values()]
    for override in overrides:
        words += ["--set", override]
    if device != "auto":
        words += ["--device", device]
    if sharing != "together":
        words += ["--sharing", sharing]
    return shlex.join(words)
