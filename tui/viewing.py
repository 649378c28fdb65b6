"""What a person wants of the screen, beside the run that it shows."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.plan import NotifyCommand, Plan

READONLY_VARIABLE = "DUALTRAIN_READONLY"

NOTHING_LAUNCHED = f"read-only ({READONLY_VARIABLE} or --readonly): nothing is launched"

_OFF = frozenset({"", "0", "no", "false", "off"})


@dataclass(frozen=True, slots=True)
class Viewing:
    """How to look at runs."""

    readonly: bool = False
    """Only look: nothing is asked of a supervisor, nothing launched, nothing deleted."""
    notify: NotifyCommand | None = None
    """What is run when a lane ends; of runs that are launched from here by their supervisor."""

    def notify_from_here(self, plan: Plan) -> NotifyCommand | None:
        """What the viewer itself is to run; nothing where the run's supervisor runs the same."""
        if self.notify is not None and plan.notify is not None:
            return None if plan.notify.arguments == self.notify.arguments else self.notify
        return self.notify


def viewing(*, readonly: bool = False, notify: NotifyCommand | None = None) -> Viewing:
    """Return what was asked for on the command line, or by the environment."""
    return Viewing(readonly or is_readonly(), notify)


def is_readonly() -> bool:
    """Return whether the environment says that runs are only looked at.

    It is no setting: a command that asks something of a run must not fail for a settings file that cannot be read.
    """
    return os.environ.get(READONLY_VARIABLE, "").strip().lower() not in _OFF
