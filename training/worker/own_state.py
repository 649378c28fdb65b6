"""What a process has once and each of two lanes needs for itself."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np


class OwnState:
    """A lane's own dtype policy and states of Python's and NumPy's global random generators.

    They are in force where a lane's training is built and warmed up, and at the first step of every epoch, where Keras
    draws the order of a PyDataset's batches; to exchange them at every step would cost more than a small step takes.
    So what holds is: first weights, dropout and whatever else has a Keras seed generator, the shuffling of arrays
    (whose seed is fixed when the data set is made) and the order of a PyDataset are those of a training alone. What
    a layer, a loss or a pipeline of somebody's own draws from the global generators between is not.
    """

    def __init__(self) -> None:
        self._policy: Any = None
        self._python: Any = None
        self._numpy: Any = None

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Put the lane's own state in place, keep what becomes of it, and put the policy of before back."""
        policy_before = keras.config.dtype_policy()
        if self._policy is not None:
            keras.config.set_dtype_policy(self._policy)
            random.setstate(self._python)
            np.random.set_state(self._numpy)
        try:
            yield
        finally:
            self._policy = keras.config.dtype_policy()
            self._python = random.getstate()
            self._numpy = np.random.get_state()
            keras.config.set_dtype_policy(policy_before)
