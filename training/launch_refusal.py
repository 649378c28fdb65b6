"""Why something is not launched: errors whose message is one sentence, and what of the checks becomes one."""

from __future__ import annotations

from collections.abc import Sequence

from training.preflight import DEVICE_CHECKS, Check


class LaunchError(ValueError):
    """What was asked cannot be launched; the message is one sentence."""


class DeviceRefusedError(LaunchError):
    """The device itself keeps two trainings from starting."""


class DoesNotFitError(DeviceRefusedError):
    """The forecast says that the memory does not do; `force_fit` launches all the same."""


def refusal(checks: Sequence[Check], *, force_fit: bool) -> LaunchError | None:
    """What the checks refuse; None where a launch may go on.

    What nothing can force comes first: nobody forces one thing to be refused for another.
    """
    stops = [check for check in checks if check.state == "stop" and not (force_fit and check.can_be_forced)]
    if not stops:
        return None
    stop = min(stops, key=lambda check: check.can_be_forced)
    message = f"{stop.message}: {stop.remedy}" if stop.remedy else stop.message
    if stop.can_be_forced:
        return DoesNotFitError(message)
    return DeviceRefusedError(message) if stop.name in DEVICE_CHECKS else LaunchError(message)
