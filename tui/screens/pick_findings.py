"""What the launch checks say of the choice that stands on the pick screen; looked at in a thread, never waited for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from training.plan import Sharing
from tui.screens.pick_messages import Checked, Pair
from tui.screens.pick_reading import PickReader

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.timer import Timer

    from training.meters.devices import DeviceListing
    from training.preflight import Check
    from tui.screens.confirm import ConfirmScreen


_LONGEST_REST_S = 0.3
"""The checks cost little: the highlight need not rest as long as for a description."""


class Findings:
    """Asks once the choice has rested; what was found of another choice is not shown."""

    def __init__(self, screen: Screen[None], reader: PickReader, rest_s: float) -> None:
        self._screen = screen
        self._reader = reader
        self._rest_s = min(rest_s, _LONGEST_REST_S)
        self._rest: Timer | None = None
        self._pair: Pair | None = None
        self._found: Mapping[Sharing, tuple[Check, ...]] = {}

    def look(self, pair: Pair, listing: DeviceListing | None, *, anew: bool = False) -> None:
        """The choice may have changed.

        Args:
            pair: what would be launched.
            listing: the devices; nothing is looked at before they are known.
            anew: look again though the pair is the same, since the machine may have changed.
        """
        if listing is None or (pair == self._pair and not anew):
            return
        if pair != self._pair:
            self._found = {}
        self.stop()
        self._pair = pair
        self._rest = self._screen.set_timer(self._rest_s, lambda: self._ask(pair, listing))

    def take(self, message: Checked) -> None:
        """The checks have come."""
        if message.pair == self._pair:
            self._found = message.findings

    def stop(self) -> None:
        """Ask for nothing; what was not asked yet is asked when it is looked at again."""
        if self._rest is not None:
            self._rest.stop()
            self._rest = self._pair = None

    def _ask(self, pair: Pair, listing: DeviceListing) -> None:
        self._rest = None
        self._reader.check(pair, listing)

    def weightiest(self, sharing: Sharing) -> tuple[str | None, bool]:
        """One line on what may spoil the run or keeps it from starting, and whether it does the latter."""
        found = self._found.get(sharing, ())
        told = [check for check in found if is_stop(check)] + [check for check in found if is_warning(check)]
        if not told:
            return None, False
        more = f"{len(told)} findings (c) · " if len(told) > 1 else ""
        return f"{more}{sentence(told[0])}", is_stop(told[0])

    def why_not(self) -> dict[Sharing, str]:
        """The ways of sharing that cannot be launched here though another can, each with its reason."""
        stops = {mode: [check for check in found if is_stop(check)] for mode, found in self._found.items()}
        everywhere = [
            check
            for checks in stops.values()
            for check in checks
            if all(check in one for one in stops.values())
        ]
        told = {
            mode: next((check for check in checks if check not in everywhere), None)
            for mode, checks in stops.items()
        }
        return {mode: check.message for mode, check in told.items() if check is not None}

    def fit_question(self, sharing: Sharing) -> ConfirmScreen | None:
        """Whether to launch all the same; None where nothing, or more than a forecast, stands against it."""
        from tui.screens.confirm import Choice, ConfirmScreen

        stops = [check for check in self._found.get(sharing, ()) if is_stop(check)]
        if not stops or not all(check.can_be_forced for check in stops):
            return None
        return ConfirmScreen(
            "By the forecast the memory does not do. Launch all the same?",
            [
                Choice("back", "n", "No, back to the lists"),
                Choice("launch", "y", "Yes, launch; a lane may run out of memory"),
            ],
            detail="\n".join(sentence(check) for check in stops),
        )

    def question(self, sharing: Sharing) -> ConfirmScreen:
        """Everything that was looked at, what matters first and with its remedy."""
        from tui.screens.confirm import Choice, ConfirmScreen

        found = self._found.get(sharing, ())
        lines = [f"stop: {sentence(check)}" for check in found if is_stop(check)]
        lines += [f"warning: {sentence(check)}" for check in found if is_warning(check)]
        others = [check.name for check in found if not is_stop(check) and not is_warning(check)]
        lines += [f"nothing against it: {', '.join(others)}"] if others else []
        return ConfirmScreen(
            "Before a launch",
            [Choice("close", "c", "Back")],
            detail="\n".join(lines or ["not looked at yet"]),
        )


def is_stop(check: Check) -> bool:
    """It keeps a training from starting."""
    return check.state == "stop"


def is_warning(check: Check) -> bool:
    """It may spoil the run."""
    return check.state == "warn"


def sentence(check: Check) -> str:
    """What was found and what to do about it, in a line."""
    remedy = f" ({check.remedy})" if check.remedy else ""
    return f"{check.name}: {check.message}{remedy}"
