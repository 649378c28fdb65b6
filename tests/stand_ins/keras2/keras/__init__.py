"""A stand-in for Keras 2.6 to 2.12: its modules, tensors in its logs, and a model that trains nothing."""

from keras import callbacks, optimizers
from keras.engine.training import Model

__version__ = "2.10-stand-in"
__all__ = ["Model", "callbacks", "optimizers"]
