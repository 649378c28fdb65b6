"""As in Keras 2."""

from keras.optimizers.optimizer_v2.optimizer_v2 import OptimizerV2 as Optimizer  # noqa: F401
