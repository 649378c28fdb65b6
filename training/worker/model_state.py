"""Everything that a training step changes, kept on the host so that steps can be undone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

MOST_BYTES = 2 * 2**30
"""More is not copied: the machine's memory is not ours alone."""


class StateLostError(Exception):
    """Values could not be put back: the model is not what it was."""


class ModelState:
    """The values that a model's variables had: weights, statistics, seeds, the optimizer's and the metrics' variables.

    What a layer of somebody's own keeps outside Keras's variables, as TensorFlow's own random operations do, is not
    in it.
    """

    def __init__(self, model: Any) -> None:
        """Copy the values.

        Raises:
            MemoryError: there are more of them than `MOST_BYTES`.
        """
        self._variables = _variables(model)
        size_bytes = _size_bytes(self._variables)
        if size_bytes > MOST_BYTES:
            raise MemoryError(
                f"the training's state is {size_bytes} bytes, more than the {MOST_BYTES} copied"
            )
        self._values = [variable.numpy() for variable in self._variables]

    def put_back(self) -> None:
        """Give every variable its value again, to the bit."""
        for variable, value in zip(self._variables, self._values, strict=True):
            variable.assign(value)


def _variables(model: Any) -> list[Any]:
    """Each once: `model.variables` has weights, statistics and seeds, and no metrics."""
    found = [*model.variables, *model.metrics_variables, *model.optimizer.variables]
    return list({id(variable): variable for variable in found}.values())


def _size_bytes(variables: Sequence[Any]) -> int:
    return sum(math.prod(variable.shape) * int(variable.value.dtype.size) for variable in variables)
