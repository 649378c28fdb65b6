"""A fit of which nothing is told: one that begins when its lane has its length, or beside another one."""

from typing import Any, Callable


class UncountedFit:
    """Its hooks: it stands still where the lane is paused, and ends at its next batch once the lane is to end."""

    def __init__(
        self,
        model: Any,
        is_over: Callable[[], bool],
        stand: Callable[[], None],
        at_end: Callable[[], None],
    ) -> None:
        """`is_over` says whether the lane is to end, `stand` returns once it is not paused."""
        self._model = model
        self._is_over = is_over
        self._stand = stand
        self._at_end = at_end

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """The gate, and the end: Keras looks at the flag after the batch."""
        try:
            self._stand()
            if self._is_over():
                self._model.stop_training = True
        except Exception:
            return

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        """A validation is not wanted any more then."""
        try:
            if self._is_over():
                self._model.stop_evaluating = True
        except Exception:
            return

    def on_train_end(self, logs: Any = None) -> None:
        """See to what waits for the lane."""
        self._at_end()

    def _tell_nothing(self, *_: Any, **__: Any) -> None:
        return None

    on_params = on_train_begin = on_epoch_begin = on_train_batch_end = _tell_nothing
    on_test_begin = on_test_batch_end = on_test_end = on_epoch_end = _tell_nothing
