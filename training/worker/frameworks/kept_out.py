"""Keep frameworks out of a process that trains on another: each takes memory, threads and seconds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


def keep_keras_from_tensorflow() -> None:
    """Have Keras take TensorFlow for not installed.

    Where it is installed, Keras 3.15 imports it on every backend: to set its seed (`set_random_seed`) and to tell its
    types apart when a model is saved (`serialize_keras_object`). Only what Keras asks by itself is answered so: a data
    pipeline of somebody's own may still import it, and Keras then takes its datasets as ever.
    """
    from keras.src.utils.module_utils import gfile, tensorflow

    tensorflow._available = gfile._available = False


@contextmanager
def jax_not_found() -> Iterator[None]:
    """Have an import of JAX fail meanwhile, as where it is not installed.

    Keras 3.15 imports it wherever it is installed (for `OrbaxCheckpoint`), which costs a lane on another backend over
    100 MiB and a second. Whoever wants it later gets it.
    """
    if "jax" in sys.modules:
        yield
        return
    # The import system's own way to say so.
    sys.modules["jax"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["jax"]
