"""Keras's order of calls where it runs ahead: a batch's end is told late, in any order, by threads of a pool."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

from tests.unit.fit_loop import FitLoop, Model


class JaxModel(Model):
    """A model as JAX's trainer has it: whoever asks Keras's callback for it brings all of its state back."""

    def jax_state_sync(self) -> None:
        raise AssertionError("the state was brought back to set a flag")


class AheadLoop(FitLoop):
    """Tells of up to `ahead` batches late, in an order that `seed` decides; of all where somebody waits for the device.

    Other threads tell, one after the other, so that a test goes the same way each time. `told_late` lets a wait for
    the device end before the pool has told of what the device did. With `tells_who_waits` one is told of, the oldest,
    whenever the training waits for that.
    """

    def __init__(
        self,
        *arguments: Any,
        ahead: int = 5,
        seed: int = 1,
        told_late: bool = False,
        tells_who_waits: bool = False,
        **more: Any,
    ) -> None:
        synchronized: Callable[[], None] = more.pop("synchronize", lambda: None)

        def synchronize() -> None:
            synchronized()
            self._tell(0, wait=not told_late)

        super().__init__(*arguments, synchronize=synchronize, **more)
        self._ahead = ahead
        self._random = Random(seed)
        self._untold: list[tuple[int, dict[str, float]]] = []
        self._pool = ThreadPoolExecutor(1)
        self.most_untold = 0
        """The most that were not told of at once."""
        if tells_who_waits:
            wait_for = self.hooks._count.wait_for

            def told(untold: int, patience_s: float) -> bool:
                while len(self._untold) > untold:
                    self._pool.submit(self.hooks.on_train_batch_end, *self._untold.pop(0)).result()
                return bool(wait_for(untold, patience_s))

            self.hooks._count.wait_for = told  # type: ignore[method-assign]
        self.model = JaxModel()
        vars(self.hooks)["_model"] = self.model

    def fit(self, epochs: int = 1) -> None:
        with self._pool:
            super().fit(epochs)

    def batch_ended(self, end: int, logs: dict[str, float]) -> None:
        self._untold.append((end, logs))
        self.most_untold = max(self.most_untold, len(self._untold))
        self._tell(self._ahead)

    def epoch_ended(self) -> None:
        self._tell(0)

    def _tell(self, untold: int, wait: bool = True) -> None:
        while len(self._untold) > untold:
            end, logs = self._untold.pop(self._random.randrange(len(self._untold)))
            told = self._pool.submit(self.hooks.on_train_batch_end, end, logs)
            if wait:
                told.result()
