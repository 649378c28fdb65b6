"""One figure of the GPU: the ways to ask for it, which of them work, and what to say when none does."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Generic, Literal, TypeVar

from training.meters.back_off import BackOff
from training.meters.nvml_library import NvmlError
from training.record.device_records import Figure, FigureState

Value = TypeVar("Value")

NOT_TOLD = "this GPU or its driver does not tell it"
FORBIDDEN = "the driver shows it to an administrator only"
NOT_BELIEVED = "what the driver told cannot be true"


class Query(Generic[Value]):
    """Asks for one figure and remembers how it went.

    Ways are tried in order; one the driver does not know is left for good, and past the last the figure is
    unsupported. A refusal for lack of permission ends it at once: it would come again at every sample.
    Time-outs and unknown errors are asked again after a pause that doubles up to a minute. What cannot be
    believed is not known.
    """

    def __init__(
        self,
        ways: Sequence[Callable[[], Value]],
        *,
        believed: Callable[[Value], bool] | None = None,
        every_s: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask in the ways given, the best first.

        Args:
            ways: each returns the figure or raises NvmlError.
            believed: whether a figure can be true; drivers are known to tell garbage.
            every_s: for how long an answer holds before the driver is asked again.
            clock: gives seconds.
        """
        self._ways = list(ways)
        self._believed = believed
        self._every_s = every_s
        self._clock = clock
        self._back_off = BackOff(clock)
        self._kept: Value | None = None
        self._kept_at = 0.0
        self.forbidden = False
        self.state: FigureState = "pending"
        self.reason = ""

    def read(self) -> Value | None:
        """Return the figure, None while it is not known. Raises DeviceLostError."""
        if self._back_off.waits:
            return None
        if self._kept is not None and 0.0 <= self._clock() - self._kept_at < self._every_s:
            return self._kept
        self._kept = None
        while self._ways:
            try:
                value = self._ways[0]()
            except NvmlError as error:
                if error.meaning == "unsupported":
                    self._ways.pop(0)
                    self._give_up(NOT_TOLD)
                    continue
                self._failed(error)
                return None
            self._back_off.succeeded()
            if self._believed is not None and not self._believed(value):
                self.state, self.reason = "pending", NOT_BELIEVED
                return None
            self.state, self.reason = "value", ""
            if self._every_s:
                self._kept, self._kept_at = value, self._clock()
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

    @property
    def latest(self) -> Value | None:
        """The answer that holds still, for a question that is not asked at every reading."""
        return self._kept

    @property
    def ways_left(self) -> int:
        """How many ways to ask there still are: with fewer than given, the driver did not know the first."""
        return len(self._ways)

    @property
    def not_told(self) -> bool:
        """Whether the GPU or its driver never tells the figure, to nobody."""
        return self.state == "unsupported" and not self.forbidden

    def _failed(self, error: NvmlError) -> None:
        if error.meaning == "no samples":
            self._back_off.succeeded()
            self.state, self.reason = "idle", "the driver has no samples of it"
        elif error.meaning == "no permission":
            self._ways.clear()
            self.forbidden = True
            self._give_up(FORBIDDEN)
        else:
            self._back_off.failed()
            self.state = "pending"
            self.reason = (
                f"{error}; failures in a row: {self._back_off.failures}, asked again after"
                f" {self._back_off.pause_s:.0f} s"
            )

    def _give_up(self, reason: str) -> None:
        if not self._ways:
            self.state, self.reason = "unsupported", reason
