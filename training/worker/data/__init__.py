"""The data sets: made from a seed, or fetched through `keras.datasets`."""

from __future__ import annotations

from training.worker.data.data_shape import DataShape, data_shape
from training.worker.data.errors import DataError
from training.worker.data.load import load_data
from training.worker.data.training_data import TrainingData

__all__ = ["DataError", "DataShape", "TrainingData", "data_shape", "load_data"]
