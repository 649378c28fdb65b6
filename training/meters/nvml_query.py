"""One figure of the GPU: the ways to ask for it, which of them work, and what to say when none does."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Generic, Literal, TypeVar

from training.meters.nvml_library import NvmlError
from training.record.device_records import Figure, FigureState

Value = TypeVar("Value")

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0


class Query(Generic[Value]):
    """Asks for one figure and remembers how it went.

    Ways are tried in order; one the driver does not know is left for good, and past the last the figure is
    unsupported. A refusal for lack of permission ends it at once: it would come again at every sample.
    Time-outs and unknown errors are asked again after a pause that doubles up to a minute.
    """

    def __init__(
        self, ways: Sequence[Callable[[], Value]], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Ask in the ways given, the best first; `clock` gives seconds for the pauses."""
        self._ways = list(ways)
        self._clock = clock
        self._failures = 0
        self._again_at: float | None = None
        self.forbidden = False
        self.state: FigureState = "pending"
        self.reason = ""

    def read(self) -> Value | None:
        """Return the figure, None while it is not known. Raises DeviceLostError."""
        if self._again_at is not None and self._clock() < self._again_at:
            return None
        while self._ways:
            try:
                value = self._ways[0]()
            except NvmlError as error:
                if error.meaning == "unsupported":
                    self._ways.pop(0)
                    self._give_up("this GPU or its driver does not tell it")
                    continue
                self._failed(error)
                return None
            self._failures, self._again_at = 0, None
            self.state, self.reason = "value", ""
            return value
        return None

    def figure(self, scope: Literal["process", "device"], note: str = "") -> Figure:
        """Return where the figure comes from; `note` is said while it is known."""
        return Figure(
            source="nvml",
            scope=scope,
            state=self.state,
            reason=note if self.state == "value" else self.reason,
        )

    def _failed(self, error: NvmlError) -> None:
        if error.meaning == "no samples":
            self._failures, self._again_at = 0, None
            self.state, self.reason = "idle", "the driver has no samples of it"
        elif error.meaning == "no permission":
            self._ways.clear()
            self.forbidden = True
            self._give_up("the driver shows it to an administrator only")
        else:
            pause_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0 ** min(self._failures, 10))
            self._failures += 1
            self._again_at = self._clock() + pause_s
            self.state, self.reason = "pending", str(error)

    def _give_up(self, reason: str) -> None:
        if not self._ways:
            self.state, self.reason = "unsupported", reason
