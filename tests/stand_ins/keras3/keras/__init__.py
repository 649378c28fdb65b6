"""A stand-in for Keras 3: its modules and its order of calls, and a model that trains nothing."""

from keras.src import callbacks, optimizers
from keras.src.models.model import Model

__version__ = "3.0-stand-in"
__all__ = ["Model", "callbacks", "optimizers"]
