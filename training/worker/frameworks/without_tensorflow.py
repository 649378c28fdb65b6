"""Keep TensorFlow out of a process that trains on another backend."""

from __future__ import annotations


def keep_keras_from_tensorflow() -> None:
    """Have Keras take TensorFlow for not installed.

    Where it is installed, Keras 3.15 imports it on every backend: to set its seed (`set_random_seed`) and to tell its
    types apart when a model is saved (`serialize_keras_object`). That is hundreds of MiB and its threads, in a process
    that needs neither. Only what Keras asks by itself is answered so: a data pipeline of somebody's own may still
    import it, and Keras then takes its datasets as ever.
    """
    from keras.src.utils.module_utils import gfile, tensorflow

    tensorflow._available = gfile._available = False
